import type { Report } from '../report.ts';
import { type PerRequestRow, perRequestColumns } from './row.ts';
import { perRequestTable } from './table.ts';

export const perRequest: Report<PerRequestRow> = {
  name: 'per-request',
  question: 'What one request of an origin causes, calls per request first (finds N+1).',
  parameters: ['since', 'from', 'to', 'tz', 'asOf', 'where', 'limit', 'measure'],
  since: '1h',
  limit: 20,
  columns: perRequestColumns,
  whyEmpty:
    'Only origins with requests are listed: a job has none, and where requests lack an attribute that their calls carry, theirs cannot be told.',
  folder: new URL('.', import.meta.url),
  table: perRequestTable,
};
