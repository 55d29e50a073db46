import type { Column, Report } from '../report.ts';

export interface InventoryRow {
  readonly target: string;
  readonly event: string;
  readonly unit: string;
  /** '' in the line of the measure itself; else the row attribute this line is about. */
  readonly attribute: string;
  /** Start of the first and the last window, ms since the Unix epoch. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** Rows in the range. */
  readonly rows: number;
  readonly origins: number;
  /** Distinct keys (service, origin, attributes); in the line of an attribute its distinct values. */
  readonly keys: number;
  /** Rows the range would have less without this attribute. */
  readonly rowsSaved: number | null;
  readonly calls: number;
  readonly value: number;
}

const columns: readonly Column[] = [
  { name: 'target', type: 'string', unit: '' },
  { name: 'event', type: 'string', unit: '' },
  { name: 'unit', type: 'string', unit: '' },
  { name: 'attribute', type: 'string', unit: '' },
  { name: 'firstSeen', type: 'time', unit: 'ms' },
  { name: 'lastSeen', type: 'time', unit: 'ms' },
  { name: 'rows', type: 'integer', unit: '{row}' },
  { name: 'origins', type: 'integer', unit: '{origin}' },
  { name: 'keys', type: 'integer', unit: '{key}' },
  { name: 'rowsSaved', type: 'integer', unit: '{row}', nullable: true },
  { name: 'calls', type: 'number', unit: '{call}' },
  { name: 'value', type: 'number', unit: 'row' },
];

export const inventory: Report = {
  name: 'inventory',
  question: 'What is measured: targets, events, units; how many keys, and what dropping an attribute would save.',
  parameters: ['since', 'from', 'to', 'tz', 'asOf', 'where', 'limit'],
  since: '7d',
  limit: 200,
  columns,
  needsRows: true,
  folder: new URL('.', import.meta.url),
};
