/** The arithmetic of ranges in KQL, as `let` statements: `--store kusto` reads them, the stored functions stand on them. */

import { HEADER_ROW } from '../../kusto/names.ts';
import { WHOLE } from '../covered.ts';
import { STARTED } from './texts.ts';

/** Windows divide five minutes, so none is wider: one that straddles a moment begins less than that before it. */
const WIDEST = '5m';

/**
 * Defines `_first`, `_through` and `_width` (see `Books`) as of `_edge`; all null in an empty store. The rollups lead to the few rows
 * that say it exactly. Those at the begin are read only where it matters: when `_wanted` is not well after it. The hour of `_edge` may
 * hold only windows that begin after it: they do not count. With `_asOf` only rows tell what had been sealed by then.
 */
export const BOOKS = `let _hours = materialize({{rollup1h}}() | where WindowStart <= _edge | distinct WindowStart);
let _firstHour = toscalar(_hours | summarize min(WindowStart));
let _lastHour = toscalar(_hours | summarize max(WindowStart));
// The newest bin may hold only windows that begin after now: so the two newest.
let _lastHours = toscalar(_hours | top 2 by WindowStart desc | summarize min(WindowStart));
let _lastSlots = iff(isnull(_asOf), toscalar({{rollup5m}}() | where WindowStart >= _lastHours and WindowStart <= _edge
    | distinct WindowStart | top 2 by WindowStart desc | summarize min(WindowStart)),
    toscalar({{rows}} | where isnotnull(_asOf) and SealedAt <= _asOf and WindowStart <= _edge and Row >= 0
    | summarize max(WindowStart)) - ${WIDEST});
let _lastWindows = materialize({{rows}} | where WindowStart >= _lastSlots and WindowStart <= _edge and Row >= 0
    | where isnull(_asOf) or SealedAt <= _asOf
    | summarize Sealed = max(SealedAt) by WindowStart, End = WindowStart + WindowSeconds * 1s);
let _newest = toscalar(_lastWindows | summarize max(WindowStart));
let _through = coalesce(toscalar(_lastWindows | where End > _newest | summarize max(min_of(Sealed, End))),
    iff(isnull(_asOf), _lastHour + 1h, datetime(null)));
let _first = coalesce(toscalar({{rows}} | where _wanted < _firstHour + 1h
    | where WindowStart >= _firstHour and WindowStart < _firstHour + 1h and WindowStart <= _edge and Row >= 0
    | summarize min(WindowStart)), iff(_firstHour < bin(_edge, 1h), _firstHour, datetime(null)));
let _width = coalesce(toscalar({{parts}}() | where SealedAt >= _newest - 1h and (isnull(_asOf) or SealedAt <= _asOf)
    | order by SealedAt desc, PartId asc | take 1 | project WindowSeconds * 1s), 1m);
`;

/**
 * Defines `_covered`, the columns `Begin` and `End` (see `Source.covered`), of [`_from`, `_to`) and beyond it, given `_rowsGone`; with `p`
 * `_<p>Covered` of `_<p>From` and so on. Each begin opens and each end closes: where none is open, a time that is covered ends.
 */
export function livesText(p = ''): string {
  const [from, to, rowsGone, lives, oldest, hours, times, covered] = [
    'from',
    'to',
    'rowsGone',
    'lives',
    'oldestPart',
    'hoursOfSums',
    'times',
    'covered',
  ].map((word) => (p === '' ? `_${word}` : `_${p}${word[0]!.toUpperCase()}${word.slice(1)}`));
  return `let ${lives} = {{rows}}
    | where Row == ${HEADER_ROW} and SealedAt >= ${from} and (isnull(_asOf) or SealedAt <= _asOf)
    | extend _header = parse_json(Attributes)
    | extend Started = ${STARTED}
    | summarize Begin = min(Started), Sealed = max(SealedAt) by Instance = tostring(_header.instance)
    | where Begin < ${to}
    | project Begin, End = max_of(Begin, Sealed);
let ${oldest} = toscalar({{rows}} | where ${rowsGone} and Row == ${HEADER_ROW} | summarize min(SealedAt));
let ${hours} = {{rollup1h}}()
    | where ${rowsGone} and WindowStart > ${from} - 1h and WindowStart < ${to} and (isnull(${oldest}) or WindowStart < ${oldest})
    | distinct WindowStart
    | project Begin = WindowStart, End = WindowStart + 1h;
let ${times} = union ${lives}, ${hours};
let ${covered} = materialize(union (${times} | project At = Begin, Opens = 1), (${times} | project At = End, Opens = -1)
    | order by At asc, Opens desc
    | extend Open = row_cumsum(Opens)
    | extend Place = row_cumsum(iff(Opens == 1 and Open == 1, 1, 0))
    | summarize Begin = min(At), End = max(At) by Place
    | order by Begin asc
    | project Begin, End);
`;
}

/** `coveredSeconds` in KQL, a table with the column `Seconds` and the columns `by`, of a table with those and `From` and `To`. */
export const coveredText = (periods: string, by: string, covered = '_covered'): string => `${periods} | extend _one = 1
    | join kind=leftouter (${covered} | extend _one = 1) on _one
    | summarize Ms = sum(coalesce(max_of(0.0, (min_of(To, End) - max_of(From, Begin)) / 1ms), 0.0)) by ${by}From, To
    | extend Seconds = max_of(iff(Ms > 0, Ms, (To - From) / 1ms), 1.0) / 1000
    | project-away Ms`;

/**
 * Defines `<p>Low`, `<p>High` and `<p>Widest` (see `Edges`) of [`<p>Begin`, `<p>End`). Where rows are older than their retention, the
 * windows are the finest bins that are left.
 */
export function edgesText(p: string): string {
  return `let ${p}KeptBegin = ${kept(`${p}Begin`)};
let ${p}KeptEnd = ${kept(`${p}End`)};
let ${p}Straddling = materialize({{rows}} | where WindowStart > ${p}Begin - ${WIDEST} and WindowStart < ${p}Begin and Row >= 0
    | where WindowStart + WindowSeconds * 1s > ${p}Begin | distinct WindowStart, WindowSeconds);
let ${p}Low = iff(${p}KeptBegin > 0s, bin(${p}Begin, max_of(${p}KeptBegin, 1s)), toscalar(${p}Straddling | summarize min(WindowStart)));
let ${p}High = iff(${p}KeptEnd > 0s, ${ceiling(`${p}End`, `max_of(${p}KeptEnd, 1s)`)},
    toscalar({{rows}} | where WindowStart >= ${p}End - ${WIDEST} and WindowStart < ${p}End and Row >= 0
        | summarize max(WindowStart + WindowSeconds * 1s)));
let ${p}Widest = max_of(${p}KeptBegin, coalesce(toscalar(
    union (${p}Straddling | project WindowSeconds), ({{sums}}(${p}Begin, ${p}End, 1h, datetime(null)) | project WindowSeconds)
    | summarize max(WindowSeconds * 1s)), 0s));
`;
}

/** `snap` in KQL, from what `edgesText` defines: expressions of both ends. `cut` is an end that the range may not grow beyond. */
export function snapped(p: string, cut?: string): { readonly from: string; readonly to: string } {
  const high = `max_of(coalesce(${p}High, ${p}End), ${ceiling(`${p}End`, '_width')})`;
  return {
    from: `min_of(coalesce(${p}Low, ${p}Begin), bin(${p}Begin, _width)${cut === undefined ? '' : `, ${cut}`})`,
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
 * Width of the finest sums that are left at a moment, 0s for rows: their samples are as many as those of the next coarser ones, in the
 * five minutes or the hour around it.
 */
function kept(at: string): string {
  const samples = (table: string, width: string): string =>
    `coalesce(toscalar(${table} | where WindowStart >= bin(${at}, ${width}) and WindowStart < bin(${at}, ${width}) + ${width} | summarize sum(Samples)), 0)`;
  return `case(
    ${samples('{{rollup5m}}()', '1h')} != ${samples('{{rollup1h}}()', '1h')}, 1h,
    ${samples('{{rows}} | where Row >= 0', '5m')} != ${samples('{{rollup5m}}()', '5m')}, 5m, 0s)`;
}

/**
 * `resolveRange` in KQL, of the arguments `From` and `To` of a stored function and `_asOf`. In an empty store all are null but for those
 * that were given, and nothing is found. `_end` is where the data of the range end.
 */
export const RANGE = `let _now = now();
let _edge = min_of(_now, coalesce(_asOf, _now));
${BOOKS}let _live = iff(_through >= _edge - 3 * _width, _through, _edge);
let _rangeEnd = min_of(To, coalesce(_live, To));
let _rangeBegin = min_of(max_of(From, coalesce(_first, From)), _rangeEnd);
${edgesText('_range')}let _from = ${snapped('_range').from};
let _to = ${snapped('_range').to};
let _end = iff(_rangeEnd == _through, _rangeEnd, max_of(min_of(_to, _edge), _from));
let _rowsGone = _rangeKeptBegin > 0s;
${livesText()}let _seconds = ${secondsText('_from', '_end')};
let _shownFrom = iff(_from > _first, _from, coalesce(toscalar(_covered | where End > _from | summarize max_of(min(Begin), _from)), _from));
let _shownTo = iff(_through > _from, min_of(_end, _through), _end);
let _window = max_of(_rangeWidest, _width);
`;
