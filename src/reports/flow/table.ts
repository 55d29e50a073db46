import { keyCell } from '../blocks.ts';
import { percent, perSecond, perSecondHead, tally } from '../format.ts';
import type { Page, TableColumn } from '../page.ts';
import type { ReportResult } from '../report.ts';
import type { FlowRow } from './row.ts';

const columns = (unit: string): TableColumn[] => [
  { head: 'origin', kind: 'name' },
  { head: '', kind: 'whole' },
  { head: 'target', kind: 'name' },
  { head: 'share', kind: 'number' },
  { head: perSecondHead(unit), kind: 'number' },
  { head: 'calls', kind: 'number', drop: 1 },
];

export function flowTable(result: ReportResult<FlowRow>): Page {
  const lines = result.rows.filter((row) => row.kind !== 'total');
  const { event, unit } = lines[0]!;
  const rows = lines.map((row) => [
    keyCell(row.originService, row.origin),
    '→',
    row.target,
    percent(row.share),
    perSecond(row.perSecond, unit),
    tally(row.calls),
  ]);
  return { blocks: [{ title: { name: event, facts: [] }, columns: columns(unit), rows }] };
}
