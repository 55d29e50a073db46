import type { Column, Report } from '../report.ts';
import { grainOf, usage } from '../time.ts';

/** One line of the answer; values in base units. */
export interface LoadRow {
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
}

const columns: readonly Column[] = [
  { name: 'target', type: 'string', unit: '' },
  { name: 'event', type: 'string', unit: '' },
  { name: 'unit', type: 'string', unit: '' },
  { name: 'kind', type: 'string', unit: '' },
  { name: 'keyService', type: 'string', unit: '' },
  { name: 'key', type: 'string', unit: '' },
  { name: 'share', type: 'number', unit: '1', nullable: true },
  { name: 'value', type: 'number', unit: 'row' },
  { name: 'perSecond', type: 'number', unit: 'row/s' },
  { name: 'calls', type: 'number', unit: '{call}' },
  { name: 'callsPerSecond', type: 'number', unit: '{call}/s' },
  { name: 'callsPerRequest', type: 'number', unit: '{call}/{request}', nullable: true },
  { name: 'mean', type: 'number', unit: 'row', nullable: true },
  { name: 'max', type: 'number', unit: 'row', nullable: true },
  { name: 'exemplarTraceId', type: 'string', unit: '' },
  { name: 'peakAt', type: 'time', unit: 'ms', nullable: true },
];

export const load: Report = {
  name: 'load',
  question: 'Who loads what: share, average active, calls per second and per request, mean.',
  parameters: ['since', 'from', 'to', 'tz', 'asOf', 'where', 'by', 'limit', 'measure', 'at'],
  since: '15m',
  limit: 10,
  columns,
  folder: new URL('.', import.meta.url),
  bind({ parameters, range }) {
    if (parameters.at !== undefined && parameters.at !== 'peak') {
      throw usage(`--at is ${JSON.stringify(parameters.at)}: expected peak`);
    }
    const peak = parameters.at === 'peak';
    const grainMs = peak ? grainOf([range.windowMs]) : undefined;
    return {
      values: {
        peak: { type: 'bool', value: peak },
        bucket: { type: 'timespan', value: range.windowMs },
        byOrigin: { type: 'bool', value: (parameters.by ?? 'origin') === 'origin' },
      },
      ...(grainMs === undefined ? {} : { grainMs }),
    };
  },
};
