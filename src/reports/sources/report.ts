import type { Report } from '../report.ts';
import { type SourcesRow, sourcesColumns } from './row.ts';
import { sourcesTable } from './table.ts';

export const sources: Report<SourcesRow> = {
  name: 'sources',
  question: 'Who reports: services, instances, versions, mapping, gaps.',
  parameters: ['since', 'from', 'to', 'tz', 'asOf', 'limit'],
  since: '7d',
  limit: 200,
  columns: sourcesColumns,
  folder: new URL('.', import.meta.url),
  table: sourcesTable,
};
