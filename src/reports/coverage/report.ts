import type { Report } from '../report.ts';
import { type CoverageRow, coverageColumns } from './row.ts';
import { coverageTable } from './table.ts';

export const coverage: Report<CoverageRow> = {
  name: 'coverage',
  question:
    'What is missing from the books: unattributed load, refusals by reason, gaps, killed instances, silent services.',
  parameters: ['since', 'from', 'to', 'tz', 'asOf', 'where', 'limit', 'measure'],
  since: '1h',
  limit: 200,
  columns: coverageColumns,
  folder: new URL('.', import.meta.url),
  table: coverageTable,
};
