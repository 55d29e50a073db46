import type { Command } from 'commander';
import { blocksOf } from '../reports/blocks.ts';
import { clockTime, printable, quantity, table, withUnit } from '../reports/format.ts';
import { type TrendRow, trend } from '../reports/trend/report.ts';
import { blockTitle } from './block-title.ts';
import { colours } from './output.ts';
import { registerReport } from './report-command.ts';

/** Times down, the heaviest keys across. */
export function registerTrend(program: Command): void {
  registerReport(program, trend, (result, { now }) => {
    const blocks = blocksOf(result.rows as unknown as TrendRow[]).slice(0, 20);
    return blocks.map((block) => trendTable(block, result.tz, now)).join('\n\n');
  });
}

function trendTable(block: readonly TrendRow[], tz: string, now: number): string {
  const { unit } = block[0]!;
  const order = { key: 1, unattributed: 2, rest: 3, total: 4 } as const;
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
      if (cell === undefined) return '';
      return unit === 's' ? quantity(cell.perSecond) : withUnit(cell.perSecond, unit);
    }),
  ]);
  const what = unit === 's' ? 'active' : 'per s';
  return `${colours().bold(blockTitle(block[0]!, what))}\n${table(head, rows, ['left', ...series.map(() => 'right' as const)])}`;
}
