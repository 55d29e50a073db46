import { clockTime, tally, withUnit } from '../format.ts';
import type { Page, TableColumn } from '../page.ts';
import type { ReportResult, TableView } from '../report.ts';
import type { InventoryRow } from './row.ts';

const columns: readonly TableColumn[] = [
  { head: 'target', kind: 'name' },
  { head: 'event', kind: 'name' },
  { head: 'rows', kind: 'number' },
  { head: 'origins', kind: 'number', drop: 2 },
  { head: 'keys', kind: 'number' },
  { head: 'calls', kind: 'number' },
  { head: 'value', kind: 'number', drop: 1 },
  { head: 'first seen', kind: 'whole', drop: 4 },
  { head: 'last seen', kind: 'whole', drop: 3 },
];

/** Lines of attributes below that of their measure. */
export function inventoryTable({ rows, tz }: ReportResult<InventoryRow>, { now }: TableView): Page {
  const lines = rows.map((row) =>
    row.attribute === ''
      ? [
          row.target,
          row.event,
          tally(row.rows),
          tally(row.origins),
          tally(row.keys),
          tally(row.calls),
          withUnit(row.value, row.unit),
          clockTime(row.firstSeen, tz, now),
          clockTime(row.lastSeen, tz, now),
        ]
      : {
          name: row.attribute,
          says: `${tally(row.keys)} values; without it ${tally(row.rowsSaved ?? 0)} rows less`,
        },
  );
  return { blocks: [{ columns, rows: lines }] };
}
