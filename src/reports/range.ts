/** The range of an answer: the rules, whatever the language. */
import { AttributionError } from '../core/errors.ts';
import { coveredSeconds, within } from './covered.ts';
import { parseTime } from './moment.ts';
import type { ReportParameters } from './parameters.ts';
import type { Books, Source, TimeRange } from './source.ts';
import { parseDuration, usage } from './time.ts';

/** The moment at which the books are read: what was sealed later, or what a clock that is ahead wrote, is not in them. */
export interface Reading {
  readonly now: number;
  readonly asOf: number | undefined;
}

const edgeOf = ({ now, asOf }: Reading): number => Math.min(now, asOf ?? now);

/** @throws AttributionError `ATTR_STORE_EMPTY`; `ATTR_USAGE` when nothing was sealed until then */
export async function readBooks(source: Source, reading: Reading): Promise<Books> {
  const { asOf, now } = reading;
  const books = await source.books(edgeOf(reading), asOf);
  if (books !== undefined) return { ...books, through: Math.max(books.through, books.first + 1) };
  const later = asOf === undefined ? undefined : await source.books(now, undefined);
  if (later === undefined) throw new AttributionError('ATTR_STORE_EMPTY', source.empty);
  const [at, first] = [asOf!, later.first].map((ms) => new Date(ms).toISOString());
  throw usage(`nothing was sealed until ${at}: the store has data from ${first} on. Choose a later --as-of`);
}

/**
 * The range asked for, cut to where there is data and grown to whole windows. An open end is the live edge: the last measurement if
 * that is fresh, else now; with `asOf` both are of that moment.
 * @throws AttributionError `ATTR_USAGE`
 */
export async function resolveRange(
  source: Source,
  books: Books,
  parameters: ReportParameters,
  defaultSince: string,
  reading: Reading,
  tz: string,
): Promise<TimeRange> {
  const { now } = reading;
  if (parameters.since !== undefined && parameters.from !== undefined)
    throw usage('--since and --from exclude each other');
  const edge = edgeOf(reading);
  // A part is sealed a little after its window: three widths later a silent store is silent, not late.
  const live = books.through >= edge - 3 * books.windowMs ? books.through : edge;
  const begin = parameters.from === undefined ? undefined : parseTime(parameters.from, '--from', now, tz);
  const end = parameters.to === undefined ? live : parseTime(parameters.to, '--to', now, tz, begin);
  const to = Math.min(end, live);
  const from = begin ?? end - parseDuration(parameters.since ?? defaultSince, '--since');
  if (parameters.to !== undefined && from >= end) throw usage('the range is empty: --from is not before --to');
  if (from > now) throw usage(`the range begins in the future: ${new Date(from).toISOString()}`);
  const range = await snap(source, books, Math.min(Math.max(from, books.first), to), to, reading);
  // Nobody asked for the length of the default range: that the store is younger is nothing to speak of.
  const wanted =
    parameters.since === undefined && parameters.from === undefined ? Math.max(from, range.shown.from) : from;
  return { ...range, asked: Math.max(end - wanted, 0) / 1000 };
}

/** Grows [from, to) to whole windows, those of compacted rows included. */
export async function snap(
  source: Source,
  books: Books,
  from: number,
  to: number,
  reading: Reading,
): Promise<TimeRange> {
  const { asOf } = reading;
  const width = books.windowMs;
  const edges = await source.edges(from, to);
  const low = Math.min(edges.low ?? from, Math.floor(from / width) * width);
  const high = Math.max(edges.high ?? to, Math.ceil(to / width) * width);
  // The newest window may be sealed before it is over (at exit): only the time that was observed counts, and none that is still to come.
  const end = to === books.through ? to : Math.max(Math.min(high, edgeOf(reading)), low);
  const period = { from: low, to: end };
  const covered = within(await source.covered({ ...period, rowsGone: edges.rowsGone }, asOf), period);
  return {
    from: low,
    to: high,
    seconds: coveredSeconds(covered, period),
    covered,
    // Data begin where the first instance did, not with the window of its first rows.
    end,
    shown: {
      from: low > books.first ? low : (covered[0]?.from ?? low),
      to: books.through > low ? Math.min(end, books.through) : end,
    },
    asked: (end - low) / 1000,
    windowMs: Math.max(edges.widest ?? 0, width),
    rowsGone: edges.rowsGone,
  };
}
