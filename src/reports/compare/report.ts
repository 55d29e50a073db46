import { coveredSeconds, coveredText } from '../covered.ts';
import { clockTimes } from '../format.ts';
import { parseTime } from '../moment.ts';
import type { ReportParameters } from '../parameters.ts';
import { snap } from '../range.ts';
import type { BindContext, Report } from '../report.ts';
import type { Period, TimeRange, Values } from '../source.ts';
import { tryDuration, usage } from '../time.ts';
import { comparePrelude } from './prelude.ts';
import { type CompareRow, compareColumns } from './row.ts';
import { compareTable } from './table.ts';

export interface CompareParameters extends ReportParameters {
  /** Period to compare with: a duration (that long, right before the range) or `<from>..<to>`. */
  readonly baseline?: string;
}

export const compare: Report<CompareRow, CompareParameters> = {
  name: 'compare',
  question: 'What changed between two periods, and who contributed what to it.',
  parameters: ['since', 'from', 'to', 'tz', 'asOf', 'where', 'by', 'limit', 'measure'],
  own: {
    baseline: {
      value: 'period',
      help: 'what to compare with: a duration, or <from>..<to> (default: as long, right before)',
    },
  },
  since: '1h',
  limit: 10,
  columns: compareColumns,
  folder: new URL('.', import.meta.url),
  async bind(context) {
    const { source, range, tz, now, asOf } = context;
    const asked = baseline(context);
    const at = (...times: number[]): string => clockTimes(times, tz, now).join(' to ');
    const then = await snap(source, asked, { now, asOf });
    // Windows of another width may grow it into the range.
    const end = Math.min(then.to, range.askedFrom);
    const period = { from: then.from, to: Math.min(then.end, end) };
    const seconds = coveredSeconds(then.covered, period);
    const partly = coveredText({ seconds, asked: (asked.to - asked.from) / 1000 });
    const shown = at(then.shown.from, Math.min(then.shown.to, period.to));
    if (then.covered.length === 0) {
      return {
        values: baselineValues(then, end, seconds),
        notes: [
          `No baseline: no process recorded from ${shown}. Everything counts as new. Shorten the range, or give --baseline <from>..<to>`,
        ],
      };
    }
    return {
      values: baselineValues(then, end, seconds),
      notes: [`Compared with ${shown}${partly === undefined ? '' : ` (${partly})`}`],
    };
  },
  prelude: comparePrelude,
  table: compareTable,
};

const baselineValues = ({ from, settled }: TimeRange, to: number, seconds: number): Values => ({
  thenFrom: { type: 'datetime', value: from },
  thenTo: { type: 'datetime', value: to },
  thenSeconds: { type: 'real', value: seconds },
  thenSettled: { type: 'datetime', value: settled },
});

function baseline({ parameters, range, tz, now }: BindContext<CompareParameters>): Period {
  const text = parameters.baseline;
  const before = range.askedFrom;
  if (text === undefined) return { from: before - (range.to - before), to: before };
  const length = tryDuration(text);
  if (length !== undefined) return { from: before - length, to: before };
  const [from, to, more] = text.split('..');
  if (from === undefined || to === undefined || more !== undefined) {
    throw usage(
      `--baseline is ${JSON.stringify(text)}: expected a duration such as 1h, or <from>..<to> such as 07:50..07:52`,
    );
  }
  const begin = parseTime(from, '--baseline', now, tz);
  const end = parseTime(to, '--baseline', now, tz, begin);
  if (begin >= end) throw usage('--baseline is empty: its begin is not before its end');
  // The range begins with a whole window: "10m ago", said twice, is the same moment, and later than that begin.
  if (Math.floor(end / range.windowMs) * range.windowMs > before || begin >= before)
    throw usage('--baseline overlaps the range: it must end where the range begins or before');
  return { from: begin, to: Math.min(end, before) };
}
