import { keyName, widthOf } from '../blocks.ts';
import { printable, quantity, table, tally, withUnit } from '../format.ts';
import type { ReportResult } from '../report.ts';
import type { PerRequestRow } from './row.ts';

export function perRequestTable({ rows }: ReportResult<PerRequestRow>): string {
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
}
