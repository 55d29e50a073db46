import type { Report } from '../report.ts';
import { type InventoryRow, inventoryColumns } from './row.ts';
import { inventoryTable } from './table.ts';

export const inventory: Report<InventoryRow> = {
  name: 'inventory',
  question: 'What is measured: targets, events, units; how many keys, and what dropping an attribute would save.',
  parameters: ['since', 'from', 'to', 'tz', 'asOf', 'where', 'limit'],
  since: '7d',
  limit: 200,
  columns: inventoryColumns,
  needsRows: true,
  folder: new URL('.', import.meta.url),
  table: inventoryTable,
};
