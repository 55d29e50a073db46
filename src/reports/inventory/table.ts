import { clockTime, printable, table, tally, withUnit } from '../format.ts';
import type { ReportResult, TableView } from '../report.ts';
import type { InventoryRow } from './row.ts';

/** Lines of attributes below that of their measure. */
export function inventoryTable({ rows, tz }: ReportResult<InventoryRow>, { now }: TableView): string {
  return table(
    ['target', 'event', 'rows', 'origins', 'keys', 'calls', 'value', 'first seen', 'last seen'],
    rows.map((row) =>
      row.attribute === ''
        ? [
            printable(row.target, 60),
            row.event,
            tally(row.rows),
            tally(row.origins),
            tally(row.keys),
            tally(row.calls),
            withUnit(row.value, row.unit),
            clockTime(row.firstSeen, tz, now),
            clockTime(row.lastSeen, tz, now),
          ]
        : [
            `  ${printable(row.attribute, 40)}: ${tally(row.keys)} values; without it ${tally(row.rowsSaved ?? 0)} rows less`,
          ],
    ),
    ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'left', 'left'],
  );
}
