/** The range of an answer: the rules, whatever the language. */
import { coveredSeconds, within } from './covered.ts';
import { parseTime } from './moment.ts';
import type { ReportParameters } from './parameters.ts';
import { edgeOf, type Period, type Reading, type Source, type TimeRange } from './source.ts';
import { parseDuration, usage } from './time.ts';

/**
 * The range asked for, cut to where there is data in it and grown to whole windows. An open end is the live edge: the last measurement if
 * that is fresh, else now; with `asOf` both are of that moment.
 * @throws AttributionError `ATTR_USAGE`
 */
export async function resolveRange(
  source: Source,
  parameters: ReportParameters,
  defaultSince: string,
  reading: Reading,
  tz: string,
): Promise<TimeRange> {
  const { now } = reading;
  if (parameters.since !== undefined && parameters.from !== undefined)
    throw usage('--since and --from exclude each other');
  const edge = edgeOf(reading);
  const begin = parameters.from === undefined ? undefined : parseTime(parameters.from, '--from', now, tz);
  const until = parameters.to === undefined ? edge : parseTime(parameters.to, '--to', now, tz, begin);
  const fresh = await source.fresh(reading, until);
  const live = fresh ?? edge;
  const end = parameters.to === undefined ? live : until;
  const to = Math.min(end, live);
  const from = begin ?? end - parseDuration(parameters.since ?? defaultSince, '--since');
  if (parameters.to !== undefined && from >= end) throw usage('the range is empty: --from is not before --to');
  if (from > now) throw usage(`the range begins in the future: ${new Date(from).toISOString()}`);
  const range = await snap(source, { from: Math.min(from, to), to }, reading, fresh);
  // Nobody asked for the length of the default range: that the store is younger is nothing to speak of.
  const wanted =
    parameters.since === undefined && parameters.from === undefined ? Math.max(from, range.shown.from) : from;
  return { ...range, asked: Math.max(end - wanted, 0) / 1000 };
}

/** Cuts a period to where there is data in it, and grows it to whole windows, those of compacted rows included. */
export async function snap(source: Source, period: Period, reading: Reading, fresh?: number): Promise<TimeRange> {
  const bounds = await source.bounds(period, reading);
  const { begin, windowMs } = bounds;
  const from = Math.min(bounds.low ?? begin, Math.floor(begin / windowMs) * windowMs);
  const to = Math.max(bounds.high ?? period.to, Math.ceil(period.to / windowMs) * windowMs);
  // The newest window may be sealed before it is over (at exit): only the time that was observed counts, and none that is still to come.
  const end = period.to === fresh ? fresh : Math.max(Math.min(to, edgeOf(reading)), from);
  const covered = within(bounds.covered, { from, to: end });
  const widest = Math.max(bounds.widest ?? 0, windowMs);
  const [first, last] = [covered[0]?.from ?? from, covered.at(-1)?.to ?? end];
  return {
    from,
    to,
    seconds: coveredSeconds(covered, { from, to: end }),
    covered,
    end,
    // Data begin where the first instance did, not with the window of its first rows.
    shown: { from: first < from + widest ? first : from, to: last },
    askedFrom: Math.min(from, Math.floor(period.from / windowMs) * windowMs),
    asked: (end - from) / 1000,
    windowMs: widest,
    rowsGone: bounds.rowsGone,
    settled: bounds.settled,
  };
}
