import { percent, withUnit } from '../format.ts';
import type { Page, TableColumn } from '../page.ts';
import type { ReportResult, TableView } from '../report.ts';
import type { CoverageRow } from './row.ts';

const titles: Readonly<Record<CoverageRow['check'], string>> = {
  attributed: 'Load with an origin',
  account: 'What the engine counted about itself',
  spans: 'Spans without an account',
  rows: 'Rows of parts that are not in the store',
  gap: 'Parts missing from a sequence',
  'no-final': 'Instances quiet without a final part (killed, or idle)',
  silent: 'Services that reported before and not in this range',
  unseen: 'Calls that a target counted and no span told of',
};

/** One table per check. */
export function coverageTable({ rows }: ReportResult<CoverageRow>, { style }: TableView): Page {
  const mark = (cell: string): string => (cell === '✓' ? style.green(cell) : cell === '✗' ? style.red(cell) : cell);
  const columns: TableColumn[] = [
    { head: '', kind: 'whole', dress: mark },
    { head: 'subject', kind: 'name' },
    { head: 'reason', kind: 'name' },
    { head: 'value', kind: 'number' },
    { head: 'share', kind: 'number' },
  ];
  const blocks = [...Map.groupBy(rows, (row) => row.check)].map(([check, found]) => ({
    title: { name: titles[check], facts: [] },
    bare: true as const,
    columns,
    rows: found.map((row) => [
      row.ok === null ? ' ' : row.ok ? '✓' : '✗',
      row.subject,
      row.reason,
      row.ok === true && row.value === 0 ? 'none' : withUnit(row.value, row.unit),
      row.share === null ? '' : percent(row.share),
    ]),
  }));
  return { blocks };
}
