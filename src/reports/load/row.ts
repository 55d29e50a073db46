import { type Columns, nullable, number, text, time } from '../columns.ts';

/** One line of the answer; values in base units. */
export type LoadRow = {
  /** '' when targets themselves are compared (`--by target`). */
  readonly target: string;
  readonly event: string;
  readonly unit: string;
  readonly kind: 'key' | 'unattributed' | 'rest' | 'total';
  /** Service in which the origin was named; '' when grouped by something else. */
  readonly keyService: string;
  readonly key: string;
  /** Of the block's total; null when that is 0. */
  readonly share: number | null;
  readonly value: number;
  /** Value per second of the range; for durations the average number active at once. */
  readonly perSecond: number;
  readonly calls: number;
  readonly callsPerSecond: number;
  /** Calls per request of the origin; null when it has no requests (a job). */
  readonly callsPerRequest: number | null;
  readonly mean: number | null;
  readonly max: number | null;
  /** Trace of the largest sampled value, '' when none was sampled. Of equally large ones Kusto names any, a local store the last id. */
  readonly exemplarTraceId: string;
  /** With `--at peak`: start of the heaviest window, ms since the Unix epoch. */
  readonly peakAt: number | null;
};

export const loadColumns: Columns<LoadRow> = {
  target: text,
  event: text,
  unit: text,
  kind: text,
  keyService: text,
  key: text,
  share: nullable(number('1')),
  value: number('row'),
  perSecond: number('row/s'),
  calls: number('{call}'),
  callsPerSecond: number('{call}/s'),
  callsPerRequest: nullable(number('{call}/{request}')),
  mean: nullable(number('row')),
  max: nullable(number('row')),
  exemplarTraceId: text,
  peakAt: nullable(time),
};
