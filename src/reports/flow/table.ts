import { keyName, widthOf } from '../blocks.ts';
import { percent, perSecond, perSecondHead, printable, table, tally } from '../format.ts';
import type { ReportResult, TableView } from '../report.ts';
import type { FlowRow } from './row.ts';

export function flowTable(result: ReportResult<FlowRow>, { style }: TableView): string {
  const rows = result.rows.filter((row) => row.kind !== 'total');
  const { event, unit } = rows[0]!;
  const width = widthOf(rows.map((row) => row.originService));
  const lines = rows.map((row) => [
    keyName(row.originService, row.origin, width),
    '→',
    printable(row.target, 80),
    percent(row.share),
    perSecond(row.perSecond, unit),
    tally(row.calls),
  ]);
  const head = ['origin', '', 'target', 'share', perSecondHead(unit), 'calls'];
  return `${style.bold(event)}\n${table(head, lines, ['left', 'left', 'left', 'right', 'right', 'right'])}`;
}
