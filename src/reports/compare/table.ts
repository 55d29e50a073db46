import { BLOCKS_MAX, blocksOf, blockTitle } from '../blocks.ts';
import { type By, byOrigin } from '../by.ts';
import { ABSENT, percent, perSecond, perSecondHead } from '../format.ts';
import { keyCell, keyHead } from '../keys.ts';
import type { Block, Page, TableColumn } from '../page.ts';
import type { ReportResult } from '../report.ts';
import type { CompareRow } from './row.ts';

const columns = (by: By): TableColumn[] => [
  { head: keyHead(by), kind: 'name' },
  { head: 'before', kind: 'number' },
  { head: 'after', kind: 'number' },
  { head: 'change', kind: 'number' },
  { head: 'change %', kind: 'number', drop: 2 },
  { head: 'of change', kind: 'number', drop: 1 },
  { head: '', kind: 'whole' },
];

export const compareTable = ({ rows, by = byOrigin }: ReportResult<CompareRow>): Page => ({
  blocks: blocksOf(rows)
    .slice(0, BLOCKS_MAX)
    .map((block) => blockTable(block, by)),
});

function blockTable(block: readonly CompareRow[], by: By): Block {
  const { unit } = block[0]!;
  const rate = (x: number): string => perSecond(x, unit);
  const rows = block.map((row) => [
    keyCell(row, by),
    rate(row.before),
    rate(row.after),
    (row.change > 0 ? '+' : '') + rate(row.change),
    row.relativeChange === null ? ABSENT : (row.relativeChange > 0 ? '+' : '') + percent(row.relativeChange),
    percent(row.contribution),
    row.status,
  ]);
  return { title: blockTitle(block[0]!, perSecondHead(unit)), columns: columns(by), rows };
}
