import { type Columns, number, text, time } from '../columns.ts';

export type TrendRow = {
  readonly target: string;
  readonly event: string;
  readonly unit: string;
  /** Start of the step, ms since the Unix epoch. */
  readonly step: number;
  readonly stepSeconds: number;
  readonly kind: 'key' | 'unattributed' | 'rest' | 'total';
  readonly keyService: string;
  readonly key: string;
  readonly value: number;
  readonly perSecond: number;
  readonly calls: number;
  readonly callsPerSecond: number;
};

export const trendColumns: Columns<TrendRow> = {
  target: text,
  event: text,
  unit: text,
  step: time,
  stepSeconds: number('s'),
  kind: text,
  keyService: text,
  key: text,
  value: number('row'),
  perSecond: number('row/s'),
  calls: number('{call}'),
  callsPerSecond: number('{call}/s'),
};
