import { type Columns, flag, number, text, time } from '../columns.ts';

export type TrendRow = {
  readonly target: string;
  readonly event: string;
  readonly unit: string;
  /** Start of the step, ms since the Unix epoch. */
  readonly step: number;
  /** Seconds of the step that are covered: what rates are divided by. */
  readonly stepSeconds: number;
  /** They are not the whole step: data begin or end in it, or there is a gap. */
  readonly partial: boolean;
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
  partial: flag,
  kind: text,
  keyService: text,
  key: text,
  value: number('row'),
  perSecond: number('row/s'),
  calls: number('{call}'),
  callsPerSecond: number('{call}/s'),
};
