import { clockTime, tally } from '../format.ts';
import type { Page, TableColumn } from '../page.ts';
import type { ReportResult, TableView } from '../report.ts';
import type { SourcesRow } from './row.ts';

const columns: readonly TableColumn[] = [
  { head: 'service', kind: 'name' },
  { head: 'instance', kind: 'name' },
  { head: 'version', kind: 'name' },
  { head: 'mapping', kind: 'name', drop: 5 },
  { head: 'parts', kind: 'number' },
  { head: 'rows', kind: 'number', drop: 2 },
  { head: 'missing', kind: 'number' },
  { head: 'ended', kind: 'whole', drop: 1 },
  { head: 'first', kind: 'whole', drop: 4 },
  { head: 'last', kind: 'whole', drop: 3 },
];

export const sourcesTable = ({ rows, tz }: ReportResult<SourcesRow>, { now }: TableView): Page => ({
  blocks: [
    {
      columns,
      rows: rows.map((row) => [
        row.service,
        row.instance,
        row.package,
        row.mapping,
        tally(row.parts),
        tally(row.rows),
        tally(row.partsMissing),
        row.ended ? 'yes' : '',
        clockTime(row.firstSealed, tz, now),
        clockTime(row.lastSealed, tz, now),
      ]),
    },
  ],
});
