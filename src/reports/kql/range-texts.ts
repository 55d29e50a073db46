/** The arithmetic of ranges in KQL, as `let` statements: `--store kusto` reads them, the stored functions stand on them. */

import { WHOLE } from '../covered.ts';
import { boundsText, FRESH, heardText } from './bounds-text.ts';

/** `coveredSeconds` in KQL, a table with the column `Seconds` and the columns `by`, of a table with those and `From` and `To`. */
export const coveredText = (
  periods: string,
  by: string,
  covered = '_rangeCovered',
): string => `${periods} | extend _one = 1
    | join kind=leftouter (${covered} | extend _one = 1) on _one
    | summarize Ms = sum(coalesce(max_of(0.0, (min_of(To, End) - max_of(From, Begin)) / 1ms), 0.0)) by ${by}From, To
    | extend Seconds = max_of(iff(Ms > 0, Ms, (To - From) / 1ms), 1.0) / 1000
    | project-away Ms`;

/** `snap` in KQL, from what `boundsText` defines: expressions of both ends. `cut` is an end that the range may not grow beyond. */
export function snapped(p: string, cut?: string): { readonly from: string; readonly to: string } {
  const high = `max_of(coalesce(${p}High, ${p}End), ${ceiling(`${p}End`, `${p}Width`)})`;
  return {
    from: `min_of(coalesce(${p}Low, ${p}Begin), bin(${p}Begin, ${p}Width)${cut === undefined ? '' : `, ${cut}`})`,
    to: cut === undefined ? high : `min_of(${high}, ${cut})`,
  };
}

/** `isPartial` in KQL. */
export const partialText = (seconds: string, asked: string): string => `${seconds} < (${asked}) * ${WHOLE}`;

/** `coveredSeconds` of one period in KQL. */
export const secondsText = (from: string, to: string, covered?: string): string =>
  `toscalar(${coveredText(`print From = ${from}, To = ${to}`, '', covered)} | project Seconds)`;

/** `at`, or the next multiple of `width`. */
export const ceiling = (at: string, width: string): string =>
  `bin(${at}, ${width}) + iff(bin(${at}, ${width}) < ${at}, ${width}, 0s)`;

/**
 * `resolveRange` in KQL, of the arguments `From` and `To` of a stored function and `_asOf`. Where nothing is found the range is as it was
 * asked for. `_end` is where the data of the range end.
 */
export const RANGE = `let _now = now();
let _edge = min_of(_now, coalesce(_asOf, _now));
let _until = To;
${FRESH}let _rangeEnd = min_of(To, coalesce(_fresh, _edge));
let _rangeAsked = min_of(From, _rangeEnd);
${boundsText('_range')}let _from = ${snapped('_range').from};
let _to = ${snapped('_range').to};
let _end = iff(_rangeEnd == _fresh, _rangeEnd, max_of(min_of(_to, _edge), _from));
let _rowsGone = _rangeRowsGone;
let _settled = _rangeSettled;
let _window = max_of(coalesce(_rangeWidest, _rangeWidth), _rangeWidth);
let _seconds = ${secondsText('_from', '_end')};
${heardText('_heard', '_from', '_to')}let _heardAll = _heardTo >= _edge;
`;
