import { keyCell } from '../blocks.ts';
import { quantity, tally, withUnit } from '../format.ts';
import type { Page, TableColumn } from '../page.ts';
import type { ReportResult } from '../report.ts';
import type { PerRequestRow } from './row.ts';

const columns: readonly TableColumn[] = [
  { head: 'origin', kind: 'name' },
  { head: 'calls/req', kind: 'number' },
  { head: 'per req', kind: 'number' },
  { head: 'mean', kind: 'number', drop: 2 },
  { head: 'requests', kind: 'number', drop: 1 },
  { head: 'target', kind: 'name' },
];

export const perRequestTable = ({ rows }: ReportResult<PerRequestRow>): Page => ({
  blocks: [
    {
      columns,
      rows: rows.map((row) => [
        keyCell(row.originService, row.origin),
        quantity(row.callsPerRequest),
        withUnit(row.valuePerRequest, row.unit),
        withUnit(row.mean, row.unit),
        tally(row.requests),
        row.target,
      ]),
    },
  ],
});
