import { AttributionError } from '../core/errors.ts';
import type { ReportParameters } from './report.ts';
import type { Source } from './source.ts';
import { parseDuration, parseTime, usage } from './time.ts';

/** Milliseconds since the Unix epoch; `to` is exclusive. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
  /** What rates are divided by: from `from` until `to`, or until the last measurement when that is the live edge. */
  readonly seconds: number;
  /** Widest window in the range, in milliseconds. */
  readonly windowMs: number;
  /** At its begin only sums are left: single rows are kept for a shorter time. */
  readonly rowsGone: boolean;
}

/** What the store holds, whatever is asked. */
export interface Books {
  readonly first: number;
  /** End of the last window that is complete, or the moment of sealing of one that is not. */
  readonly through: number;
  /** Usual window width, in milliseconds. */
  readonly windowMs: number;
}

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
  const to = parameters.to === undefined ? live : Math.min(parseTime(parameters.to, '--to', now, tz), live);
  const from =
    parameters.from === undefined
      ? (parameters.to === undefined ? to : parseTime(parameters.to, '--to', now, tz)) -
        parseDuration(parameters.since ?? defaultSince, '--since')
      : parseTime(parameters.from, '--from', now, tz);
  if (parameters.to !== undefined && from >= parseTime(parameters.to, '--to', now, tz))
    throw usage('the range is empty: --from is not before --to');
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
    seconds: Math.max((end - low) / 1000, 0.001),
    windowMs: Math.max(edges.widest ?? 0, width),
    rowsGone: edges.rowsGone,
  };
}
