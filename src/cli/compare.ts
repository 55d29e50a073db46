import type { Command } from 'commander';
import { blocksOf } from '../reports/blocks.ts';
import { type CompareRow, compare } from '../reports/compare/report.ts';
import { ABSENT, percent, quantity, table, withUnit } from '../reports/format.ts';
import { blockTitle, keyName, widthOf } from './block-title.ts';
import { colours } from './output.ts';
import { registerReport } from './report-command.ts';

export function registerCompare(program: Command): void {
  registerReport(program, compare, (result, { parameters }) =>
    blocksOf(result.rows as unknown as CompareRow[])
      .slice(0, 20)
      .map((block) => compareTable(block, parameters.by ?? 'origin'))
      .join('\n\n'),
  );
}

function compareTable(block: readonly CompareRow[], by: string): string {
  const { unit } = block[0]!;
  const rate = (x: number): string => (unit === 's' ? quantity(x) : withUnit(x, unit));
  const width = widthOf(block.map((row) => row.keyService));
  const rows = block.map((row) => [
    keyName(row.keyService, row.key, width),
    rate(row.before),
    rate(row.after),
    (row.change > 0 ? '+' : '') + rate(row.change),
    row.relativeChange === null ? ABSENT : (row.relativeChange > 0 ? '+' : '') + percent(row.relativeChange),
    percent(row.contribution),
    row.status,
  ]);
  const head = [by, 'before', 'after', 'change', 'change %', 'of change', ''];
  const title = colours().bold(blockTitle(block[0]!, unit === 's' ? 'active' : 'per s'));
  return `${title}\n${table(head, rows, ['left', 'right', 'right', 'right', 'right', 'right', 'left'])}`;
}
