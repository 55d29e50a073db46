import type { Command } from 'commander';
import { printable, quantity, table, tally, withUnit } from '../reports/format.ts';
import { type PerRequestRow, perRequest } from '../reports/per-request/report.ts';
import { keyName, widthOf } from './block-title.ts';
import { registerReport } from './report-command.ts';

export function registerPerRequest(program: Command): void {
  registerReport(program, perRequest, (result) => {
    const rows = result.rows as unknown as PerRequestRow[];
    const width = widthOf(rows.map((row) => row.originService));
    return table(
      ['origin', 'calls/req', 'per req', 'mean', 'requests', 'target'],
      rows.map((row) => [
        keyName(row.originService, row.origin, width),
        quantity(row.callsPerRequest),
        withUnit(row.valuePerRequest, row.unit),
        withUnit(row.mean, row.unit),
        tally(row.requests),
        printable(row.target, 80),
      ]),
      ['left', 'right', 'right', 'right', 'right', 'left'],
    );
  });
}
