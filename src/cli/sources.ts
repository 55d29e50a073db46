import type { Command } from 'commander';
import { clockTime, printable, table, tally } from '../reports/format.ts';
import { type SourcesRow, sources } from '../reports/sources/report.ts';
import { registerReport } from './report-command.ts';

export function registerSources(program: Command): void {
  registerReport(program, sources, (result, { now }) =>
    table(
      ['service', 'instance', 'version', 'mapping', 'parts', 'rows', 'missing', 'ended', 'first', 'last'],
      (result.rows as unknown as SourcesRow[]).map((row) => [
        printable(row.service, 40),
        printable(row.instance, 36),
        printable(row.package, 20),
        printable(row.mapping, 12),
        tally(row.parts),
        tally(row.rows),
        tally(row.partsMissing),
        row.ended ? 'yes' : '',
        clockTime(row.firstSealed, result.tz, now),
        clockTime(row.lastSealed, result.tz, now),
      ]),
      ['left', 'left', 'left', 'left', 'right', 'right', 'right', 'left', 'left', 'left'],
    ),
  );
}
