import { clockTime, printable, table, tally } from '../format.ts';
import type { ReportResult, TableView } from '../report.ts';
import type { SourcesRow } from './row.ts';

export function sourcesTable({ rows, tz }: ReportResult<SourcesRow>, { now }: TableView): string {
  return table(
    ['service', 'instance', 'version', 'mapping', 'parts', 'rows', 'missing', 'ended', 'first', 'last'],
    rows.map((row) => [
      printable(row.service, 40),
      printable(row.instance, 36),
      printable(row.package, 20),
      printable(row.mapping, 12),
      tally(row.parts),
      tally(row.rows),
      tally(row.partsMissing),
      row.ended ? 'yes' : '',
      clockTime(row.firstSealed, tz, now),
      clockTime(row.lastSealed, tz, now),
    ]),
    ['left', 'left', 'left', 'left', 'right', 'right', 'right', 'left', 'left', 'left'],
  );
}
