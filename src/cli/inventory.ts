import type { Command } from 'commander';
import { clockTime, printable, table, tally, withUnit } from '../reports/format.ts';
import { type InventoryRow, inventory } from '../reports/inventory/report.ts';
import { registerReport } from './report-command.ts';

export function registerInventory(program: Command): void {
  registerReport(program, inventory, (result, { now }) => {
    const rows = result.rows as unknown as InventoryRow[];
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
              clockTime(row.firstSeen, result.tz, now),
              clockTime(row.lastSeen, result.tz, now),
            ]
          : [
              `  ${printable(row.attribute, 40)}: ${tally(row.keys)} values; without it ${tally(row.rowsSaved ?? 0)} rows less`,
            ],
      ),
      ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'left', 'left'],
    );
  });
}
