import { BLOCKS_MAX, blocksOf, blockTitle } from '../blocks.ts';
import { type By, byOrigin } from '../by.ts';
import { clockTime, perSecond, perSecondHead } from '../format.ts';
import { keyCell } from '../keys.ts';
import type { Block, Page, TableColumn } from '../page.ts';
import { fits } from '../render.ts';
import type { ReportResult, TableView } from '../report.ts';
import type { TrendRow } from './row.ts';

/** Times down, the heaviest keys across: as many as there is room for, those after them in the rest. */
export const trendTable = ({ rows, tz, by = byOrigin }: ReportResult<TrendRow>, view: TableView): Page => ({
  blocks: blocksOf(rows)
    .slice(0, BLOCKS_MAX)
    .map((block) => {
      const keys = seriesOf(block);
      const times = timesOf(block, tz, view.now);
      const most = Math.max(1, Math.floor(view.width / COLUMN_LEAST));
      for (let shown = Math.min(keys.filter(({ kind }) => kind === 'key').length, most); ; shown--) {
        const table = blockTable(block[0]!, withRest(keys, shown), times, by);
        if (shown <= 1 || fits(table, view.width, HEAD_CELLS)) return table;
      }
    }),
  ...(rows.some(({ partial }) => partial) && {
    more: `${PARTIAL} covered by data in part: rates are per second that is covered`,
  }),
});

/** Before the time of a step. */
const PARTIAL = '~';

/** A head is as long as this at least before there are fewer. */
const HEAD_CELLS = 12;

/** Cells of a column and of the gap beside it: there is no room for more columns, and trying thousands of them would take minutes. */
const COLUMN_LEAST = 3;

interface Series {
  readonly kind: TrendRow['kind'];
  readonly keyService: string;
  readonly key: string;
  value: number;
  /** By step. */
  readonly perSecond: Map<number, number>;
}

const order = { key: 1, unattributed: 2, rest: 3, total: 4 } as const;

/** The heaviest first, then what is no key. */
function seriesOf(block: readonly TrendRow[]): Series[] {
  const series = new Map<string, Series>();
  for (const { kind, keyService, key, value, step, perSecond } of block) {
    const id = JSON.stringify([kind, keyService, key]);
    const known = series.get(id) ?? { kind, keyService, key, value: 0, perSecond: new Map<number, number>() };
    series.set(id, known);
    known.value += value;
    known.perSecond.set(step, perSecond);
  }
  return [...series.values()].sort((a, b) => order[a.kind] - order[b.kind] || b.value - a.value);
}

/** With at most `shown` keys: rates of the same step are summed, since they have the same divisor. */
function withRest(series: readonly Series[], shown: number): Series[] {
  const keys = series.filter(({ kind }) => kind === 'key');
  const rest = series.find(({ kind }) => kind === 'rest');
  const folded = keys.slice(shown);
  if (folded.length === 0) return [...series];
  const perSecond = new Map(rest?.perSecond);
  for (const one of folded) {
    for (const [step, rate] of one.perSecond) perSecond.set(step, (perSecond.get(step) ?? 0) + rate);
  }
  const value = folded.reduce((sum, one) => sum + one.value, rest?.value ?? 0);
  return [
    ...keys.slice(0, shown),
    ...series.filter(({ kind }) => kind === 'unattributed'),
    { kind: 'rest', keyService: '', key: '(rest)', value, perSecond },
    ...series.filter(({ kind }) => kind === 'total'),
  ];
}

type Times = ReadonlyMap<number, string>;

/** With the date where it is not today's, without the seconds where there are none. */
function timesOf(block: readonly TrendRow[], tz: string, now: number): Times {
  const times = new Map(block.map(({ step }) => [step, clockTime(step, tz, now)]));
  const bare = [...times.values()].every((text) => text.endsWith(':00'));
  const partial = new Set(block.filter((row) => row.partial).map(({ step }) => step));
  const mark = (step: number): string => (partial.size === 0 ? '' : partial.has(step) ? PARTIAL : ' ');
  return new Map([...times].map(([step, text]) => [step, mark(step) + (bare ? text.slice(0, -3) : text)]));
}

function blockTable(measured: TrendRow, series: readonly Series[], times: Times, by: By): Block {
  const { unit } = measured;
  const rows = [...times].map(([step, text]) => [
    text,
    ...series.map(({ perSecond: rates }) => (rates.has(step) ? perSecond(rates.get(step)!, unit) : '')),
  ]);
  return {
    title: blockTitle(measured, perSecondHead(unit)),
    columns: [{ head: 'time', kind: 'whole' }, ...series.map((one) => seriesColumn([keyCell(one, by)].flat()))],
    rows,
  };
}

/** The last part of the name over the numbers, the others above it. */
function seriesColumn(names: readonly string[]): TableColumn {
  const above = names.slice(0, -1).filter((name) => name !== '');
  return { head: names.at(-1)!, above: above.join(' · '), kind: 'number', namedHead: true };
}
