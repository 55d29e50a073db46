import { type Columns, integer, nullable, number, text, time } from '../columns.ts';

export type InventoryRow = {
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
};

export const inventoryColumns: Columns<InventoryRow> = {
  target: text,
  event: text,
  unit: text,
  attribute: text,
  firstSeen: time,
  lastSeen: time,
  rows: integer('{row}'),
  origins: integer('{origin}'),
  keys: integer('{key}'),
  rowsSaved: nullable(integer('{row}')),
  calls: number('{call}'),
  value: number('row'),
};
