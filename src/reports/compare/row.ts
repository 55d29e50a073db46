import { type Columns, nullable, number, text } from '../columns.ts';

export type CompareRow = {
  readonly target: string;
  readonly event: string;
  readonly unit: string;
  readonly kind: 'key' | 'unattributed' | 'rest' | 'total';
  readonly keyService: string;
  readonly key: string;
  /** Per second of the baseline and of the range. */
  readonly before: number;
  readonly after: number;
  readonly change: number;
  readonly relativeChange: number | null;
  /** Part of the block's change; the keys of a block sum to 1. Null when nothing changed. */
  readonly contribution: number | null;
  readonly callsBefore: number;
  readonly callsAfter: number;
  readonly status: 'new' | 'gone' | '';
};

export const compareColumns: Columns<CompareRow> = {
  target: text,
  event: text,
  unit: text,
  kind: text,
  keyService: text,
  key: text,
  before: number('row/s'),
  after: number('row/s'),
  change: number('row/s'),
  relativeChange: nullable(number('1')),
  contribution: nullable(number('1')),
  callsBefore: number('{call}/s'),
  callsAfter: number('{call}/s'),
  status: text,
};
