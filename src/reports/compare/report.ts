import { clockTime } from '../format.ts';
import { snap } from '../range.ts';
import type { BindContext, Column, Report, Values } from '../report.ts';
import { parseTime, tryDuration, usage } from '../time.ts';

export interface CompareRow {
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
}

const columns: readonly Column[] = [
  { name: 'target', type: 'string', unit: '' },
  { name: 'event', type: 'string', unit: '' },
  { name: 'unit', type: 'string', unit: '' },
  { name: 'kind', type: 'string', unit: '' },
  { name: 'keyService', type: 'string', unit: '' },
  { name: 'key', type: 'string', unit: '' },
  { name: 'before', type: 'number', unit: 'row/s' },
  { name: 'after', type: 'number', unit: 'row/s' },
  { name: 'change', type: 'number', unit: 'row/s' },
  { name: 'relativeChange', type: 'number', unit: '1', nullable: true },
  { name: 'contribution', type: 'number', unit: '1', nullable: true },
  { name: 'callsBefore', type: 'number', unit: '{call}/s' },
  { name: 'callsAfter', type: 'number', unit: '{call}/s' },
  { name: 'status', type: 'string', unit: '' },
];

export const compare: Report = {
  name: 'compare',
  question: 'What changed between two periods, and who contributed what to it.',
  parameters: ['since', 'from', 'to', 'tz', 'asOf', 'where', 'by', 'limit', 'measure', 'baseline'],
  since: '1h',
  limit: 10,
  columns,
  folder: new URL('.', import.meta.url),
  async bind(context) {
    const { source, books, range, tz, now } = context;
    const asked = baseline(context);
    const from = Math.max(asked.from, books.first);
    const to = Math.min(asked.to, range.from);
    const at = (ms: number): string => clockTime(ms, tz, now);
    if (from >= to) {
      return {
        values: baselineValues(asked.from, asked.from, 1),
        notes: [
          `No baseline: the store has no data from ${at(asked.from)} to ${at(asked.to)}; they begin at ${at(books.first)}. Everything counts as new. Shorten the range, or give --baseline <from>..<to>`,
        ],
      };
    }
    const then = await snap(source, books, from, to);
    // Windows of another width may grow it into the range.
    const end = Math.min(then.to, range.from);
    return {
      values: baselineValues(then.from, end, Math.max((end - then.from) / 1000, 0.001)),
      notes: [`Compared with ${at(then.from)} to ${at(end)}`],
    };
  },
};

const baselineValues = (from: number, to: number, seconds: number): Values => ({
  thenFrom: { type: 'datetime', value: from },
  thenTo: { type: 'datetime', value: to },
  thenSeconds: { type: 'real', value: seconds },
});

function baseline({ parameters, range, tz, now }: BindContext): { from: number; to: number } {
  const text = parameters.baseline;
  if (text === undefined) return { from: range.from - (range.to - range.from), to: range.from };
  const length = tryDuration(text);
  if (length !== undefined) return { from: range.from - length, to: range.from };
  const [from, to, more] = text.split('..');
  if (from === undefined || to === undefined || more !== undefined) {
    throw usage(`--baseline is ${JSON.stringify(text)}: expected a duration such as 1h, or <from>..<to>`);
  }
  const period = { from: parseTime(from, '--baseline', now, tz), to: parseTime(to, '--baseline', now, tz) };
  if (period.from >= period.to) throw usage('--baseline is empty: its begin is not before its end');
  if (period.to > range.from)
    throw usage('--baseline overlaps the range: it must end where the range begins or before');
  return period;
}
