/** The range of an answer: the rules, whatever the language. */
import { AttributionError } from '../core/errors.ts';
import { parseTime } from './moment.ts';
import type { ReportParameters } from './parameters.ts';
import type { Books, Source, TimeRange } from './source.ts';
import { parseDuration, secondsOf, usage } from './time.ts';

/** @throws AttributionError `ATTR_STORE_EMPTY` */
export async function readBooks(source: Source, now: number): Promise<Books> {
  const books = await source.books(now);
  if (books !== undefined) return { ...books, through: Math.max(books.through, books.first + 1) };
  throw new AttributionError('ATTR_STORE_EMPTY', source.empty);
}

/**
 * The range asked for, cut to where there is data and grown to whole windows. An open end is the live edge: the last measurement if
 * that is fresh, else now. Rates over time in which nobody recorded would mislead, so the range never begins before the books do.
 * @throws AttributionError `ATTR_USAGE`
 */
export async function resolveRange(
  source: Source,
  books: Books,
  parameters: ReportParameters,
  defaultSince: string,
  now: number,
  tz: string,
): Promise<TimeRange> {
  if (parameters.since !== undefined && parameters.from !== undefined)
    throw usage('--since and --from exclude each other');
  // A part is sealed a little after its window: three widths later a silent store is silent, not late.
  const live = books.through >= now - 3 * books.windowMs ? books.through : now;
  const begin = parameters.from === undefined ? undefined : parseTime(parameters.from, '--from', now, tz);
  const end = parameters.to === undefined ? live : parseTime(parameters.to, '--to', now, tz, begin);
  const to = Math.min(end, live);
  const from = begin ?? end - parseDuration(parameters.since ?? defaultSince, '--since');
  if (parameters.to !== undefined && from >= end) throw usage('the range is empty: --from is not before --to');
  if (from > now) throw usage(`the range begins in the future: ${new Date(from).toISOString()}`);
  return snap(source, books, Math.min(Math.max(from, books.first), to), to);
}

/** Grows [from, to) to whole windows, those of compacted rows included. */
export async function snap(source: Source, books: Books, from: number, to: number): Promise<TimeRange> {
  const width = books.windowMs;
  const edges = await source.edges(from, to);
  const low = Math.min(edges.low ?? from, Math.floor(from / width) * width);
  const high = Math.max(edges.high ?? to, Math.ceil(to / width) * width);
  // The newest window may be sealed before it is over (at exit): only the time that was observed counts.
  const end = to === books.through ? to : high;
  return {
    from: low,
    to: high,
    seconds: secondsOf(low, end),
    windowMs: Math.max(edges.widest ?? 0, width),
    rowsGone: edges.rowsGone,
  };
}
