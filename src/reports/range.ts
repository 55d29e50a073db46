import { AttributionError } from '../core/errors.ts';
import type { ReportParameters, SqlStore } from './report.ts';
import { parseDuration, parseTime, usage } from './time.ts';

/** Milliseconds since the Unix epoch; `to` is exclusive. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
  /** What rates are divided by: from `from` until `to`, or until the last measurement when that is the live edge. */
  readonly seconds: number;
  /** Widest window in the range, in milliseconds. */
  readonly windowMs: number;
}

/** What the store holds, whatever is asked. */
export interface Books {
  readonly first: number;
  /** End of the last window that is complete, or the moment of sealing of one that is not. */
  readonly through: number;
  /** Usual window width, in milliseconds. */
  readonly windowMs: number;
}

/**
 * Windows that begin after `now` come from a clock that is ahead: they are not what "the newest data" means.
 * @throws AttributionError `ATTR_STORE_EMPTY`
 */
export async function readBooks(db: SqlStore, now: number): Promise<Books> {
  const [row] = await db.all<{ first: number | null; through: number; width: number }>(
    `WITH ends AS (
  SELECT min(window_start) AS first, max(window_start) AS newest FROM sums WHERE window_start <= epoch_ms($now::BIGINT)
)
SELECT epoch_ms(first) AS first, epoch_ms((
    SELECT max(least(sealed_at, window_start + to_seconds(window_seconds))) FROM sums
    -- No window is wider than a day.
    WHERE window_start > newest - INTERVAL 1 DAY AND window_start <= newest
  )) AS through,
  (SELECT window_seconds FROM parts ORDER BY sealed_at DESC, part_id LIMIT 1) AS width
FROM ends`,
    { now },
  );
  if (row === undefined || row.first === null) {
    throw new AttributionError(
      'ATTR_STORE_EMPTY',
      'The store holds no rows yet. Rows appear after one window (60 s) of load, or when the application ends. If none do: otel-attribution doctor',
    );
  }
  return { first: row.first, through: Math.max(row.through, row.first + 1), windowMs: (row.width ?? 60) * 1000 };
}

/**
 * The range asked for, cut to where there is data and grown to whole windows. An open end is the live edge: the last measurement if
 * that is fresh, else now. Rates over time in which nobody recorded would mislead, so the range never begins before the books do.
 * @throws AttributionError `ATTR_USAGE`
 */
export async function resolveRange(
  db: SqlStore,
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
  return snap(db, books, Math.min(Math.max(from, books.first), to), to);
}

/** Grows [from, to) to whole windows, those of compacted rows included. */
export async function snap(db: SqlStore, books: Books, from: number, to: number): Promise<TimeRange> {
  const width = books.windowMs;
  const [edge] = await db.all<{ low: number | null; high: number | null; widest: number | null }>(
    `SELECT
  min(epoch_ms(window_start)) FILTER (epoch_ms(window_start) < $from AND epoch_ms(window_start) + window_seconds * 1000 > $from) AS low,
  max(epoch_ms(window_start) + window_seconds * 1000) FILTER (epoch_ms(window_start) < $to) AS high,
  max(window_seconds) FILTER (epoch_ms(window_start) + window_seconds * 1000 > $from) AS widest
FROM sums WHERE window_start > epoch_ms(($from - 86400000)::BIGINT) AND window_start < epoch_ms($to::BIGINT)`,
    { from, to },
  );
  const low = Math.min(edge?.low ?? from, Math.floor(from / width) * width);
  const high = Math.max(edge?.high ?? to, Math.ceil(to / width) * width);
  // The newest window may be sealed before it is over (at exit): only the time that was observed counts.
  const end = to === books.through ? to : high;
  return {
    from: low,
    to: high,
    seconds: Math.max((end - low) / 1000, 0.001),
    windowMs: Math.max((edge?.widest ?? 0) * 1000, width),
  };
}
