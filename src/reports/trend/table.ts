import { BLOCKS_MAX, blocksOf, blockTitle } from '../blocks.ts';
import { clockTime, perSecond, perSecondHead, printable, table } from '../format.ts';
import type { ReportResult, TableView } from '../report.ts';
import type { TrendRow } from './row.ts';

/** Times down, the heaviest keys across. */
export const trendTable = ({ rows, tz }: ReportResult<TrendRow>, view: TableView): string =>
  blocksOf(rows)
    .slice(0, BLOCKS_MAX)
    .map((block) => blockTable(block, tz, view))
    .join('\n\n');

const order = { key: 1, unattributed: 2, rest: 3, total: 4 } as const;

function blockTable(block: readonly TrendRow[], tz: string, { now, style }: TableView): string {
  const { unit } = block[0]!;
  const totals = new Map<string, { row: TrendRow; value: number }>();
  const cells = new Map<string, TrendRow>();
  const keyOf = (row: TrendRow): string => JSON.stringify([row.kind, row.keyService, row.key]);
  for (const row of block) {
    const key = keyOf(row);
    const total = totals.get(key);
    if (total === undefined) totals.set(key, { row, value: row.value });
    else total.value += row.value;
    cells.set(`${row.step} ${key}`, row);
  }
  const series = [...totals.entries()].sort(
    ([, a], [, b]) => order[a.row.kind] - order[b.row.kind] || b.value - a.value,
  );
  const steps = [...new Set(block.map((row) => row.step))];
  const days = new Set(steps.map((step) => clockTime(step, tz, now).slice(0, -8)));
  const head = [
    'time',
    ...series.map(([, { row }]) => printable([row.keyService, row.key].filter((s) => s !== '').join(' '), 28)),
  ];
  const rows = steps.map((step) => [
    days.size > 1 || !days.has('') ? clockTime(step, tz, now).slice(0, -3) : clockTime(step, tz, now),
    ...series.map(([key]) => {
      const cell = cells.get(`${step} ${key}`);
      return cell === undefined ? '' : perSecond(cell.perSecond, unit);
    }),
  ]);
  const title = style.bold(blockTitle(block[0]!, perSecondHead(unit)));
  return `${title}\n${table(head, rows, ['left', ...series.map(() => 'right' as const)])}`;
}
