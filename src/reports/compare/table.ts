import { BLOCKS_MAX, blocksOf, blockTitle, keyName, widthOf } from '../blocks.ts';
import { ABSENT, percent, perSecond, perSecondHead, table } from '../format.ts';
import type { ReportResult, TableView } from '../report.ts';
import type { CompareRow } from './row.ts';

export const compareTable = ({ rows }: ReportResult<CompareRow>, view: TableView): string =>
  blocksOf(rows)
    .slice(0, BLOCKS_MAX)
    .map((block) => blockTable(block, view))
    .join('\n\n');

function blockTable(block: readonly CompareRow[], { by, style }: TableView): string {
  const { unit } = block[0]!;
  const rate = (x: number): string => perSecond(x, unit);
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
  const title = style.bold(blockTitle(block[0]!, perSecondHead(unit)));
  return `${title}\n${table(head, rows, ['left', 'right', 'right', 'right', 'right', 'right', 'left'])}`;
}
