import type { Report } from '../report.ts';
import { type FlowRow, flowColumns } from './row.ts';
import { flowTable } from './table.ts';

export const flow: Report<FlowRow> = {
  name: 'flow',
  question: 'Which origin reaches which target: the edges of one measure.',
  parameters: ['since', 'from', 'to', 'tz', 'asOf', 'where', 'limit', 'measure'],
  since: '1h',
  limit: 30,
  columns: flowColumns,
  folder: new URL('.', import.meta.url),
  table: flowTable,
};
