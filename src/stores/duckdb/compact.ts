import { rename, rm, stat } from 'node:fs/promises';
import { columnsMerged, type RowColumn, sumLane } from '../../core/row.ts';
import { type Database, lockedError } from './database.ts';
import { loadDuckDB } from './peer.ts';
import { quote, sqlName } from './schema.ts';

const DAY_MS = 86_400_000;

export interface CompactOptions {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** Whole UTC days older than this become 1-hour rows. Default 14. */
  readonly hourAfterDays?: number;
  /** Whole UTC days older than this become 1-day rows. Default 400. */
  readonly dayAfterDays?: number;
  /** Rows of whole UTC days older than this are deleted. Default: nothing is ever deleted. */
  readonly keepDays?: number;
}

export interface CompactResult {
  days: number;
  rowsBefore: number;
  rowsAfter: number;
  rowsDeleted: number;
}

/** One transaction per UTC day, so that a kill loses at most the work on one day. Late rows join the next pass. */
export async function compact(db: Database, options: CompactOptions): Promise<CompactResult> {
  const cut = (days: number): number => Math.floor((options.now - days * DAY_MS) / DAY_MS) * DAY_MS;
  const result: CompactResult = { days: 0, rowsBefore: 0, rowsAfter: 0, rowsDeleted: 0 };
  await db.run('CHECKPOINT');
  if (options.keepDays !== undefined) {
    const before = cut(options.keepDays);
    await db.transaction(async () => {
      const [old] = await db.all<{ n: number }>(
        'SELECT count(*) AS n FROM sums WHERE window_start < epoch_ms($before::BIGINT)',
        { before },
      );
      result.rowsDeleted = old!.n;
      await db.run('DELETE FROM sums WHERE window_start < epoch_ms($before::BIGINT)', { before });
      await pass(db, 'deleted', options.now, old!.n, 0);
    });
  }
  // Days first: what they take need not become hours before.
  await compactTo(db, 86_400, cut(options.dayAfterDays ?? 400), result);
  await compactTo(db, 3_600, cut(options.hourAfterDays ?? 14), result);
  await pass(db, 'compacted', options.now, result.rowsBefore, result.rowsAfter);
  await db.run('CHECKPOINT');
  return result;
}

export async function compactIfDue(db: Database, now: number): Promise<CompactResult | undefined> {
  const [last] = await db.all<{ done: number | null }>(
    "SELECT epoch_ms(max(done_at)) AS done FROM passes WHERE kind = 'compacted'",
  );
  if (last?.done !== null && last!.done > now - DAY_MS) return undefined;
  return compact(db, { now });
}

async function compactTo(db: Database, width: number, before: number, result: CompactResult): Promise<void> {
  const days = await db.all<{ day: number }>(
    `SELECT DISTINCT epoch_ms(date_trunc('day', window_start)) AS day FROM sums
WHERE window_start < epoch_ms($before::BIGINT) AND window_seconds < $width ORDER BY day`,
    { before, width },
  );
  for (const { day } of days) {
    const id = `compacted-${width}-${new Date(day).toISOString().slice(0, 10)}`;
    const params = { from: day, to: day + DAY_MS, width };
    const where = `window_start >= epoch_ms($from::BIGINT) AND window_start < epoch_ms($to::BIGINT) AND window_seconds <= $width`;
    await db.transaction(async () => {
      await db.run(`CREATE OR REPLACE TEMP TABLE compacted AS\n${mergedRows(width, where)}`, { ...params, id });
      const [n] = await db.all<{ before: number; after: number }>(
        `SELECT (SELECT count(*) FROM sums WHERE ${where}) AS before, (SELECT count(*) FROM compacted) AS after`,
        params,
      );
      await db.run(`DELETE FROM sums WHERE ${where}`, params);
      await db.run('INSERT INTO sums SELECT * FROM compacted');
      await db.run('DROP TABLE compacted');
      result.days++;
      result.rowsBefore += n!.before;
      result.rowsAfter += n!.after;
    });
  }
}

/** Whole rows of the part `$id`, whose windows are `$width` wide. */
function mergedRows(width: number, where: string): string {
  const bin = width === 3_600 ? 'hour' : 'day';
  return `SELECT ${sumLane.map((column) => `${merged(column, bin)} AS ${sqlName(column)}`).join(', ')}
FROM sums WHERE ${where}
-- The day of sealing stays apart, so that --as-of the end of any day gives the same answer as before.
GROUP BY date_trunc('day', sealed_at), ${columnsMerged('bin', 'key')
    .map((column) => merged(column, bin))
    .join(', ')}`;
}

function merged(column: RowColumn, bin: 'hour' | 'day'): string {
  const name = sqlName(column);
  switch (column.merge) {
    case 'identity':
      return column.place === 'position' ? 'row_number() OVER () - 1' : '$id';
    case 'bin':
      return `date_trunc('${bin}', ${name})`;
    case 'widest':
      return '$width';
    case 'key':
      return name;
    case 'sum':
      return column.type === 'real' ? `fsum(${name})` : `sum(${name})::BIGINT`;
    case 'min':
      return `min(${name})`;
    case 'latest':
    case 'max':
      return `max(${name})`;
    case 'exemplar':
      return `coalesce(max({m: max, t: ${name}}) FILTER (${name} <> '' AND max IS NOT NULL).t, '')`;
  }
}

async function pass(db: Database, kind: string, at: number, before: number, after: number): Promise<void> {
  await db.run('INSERT INTO passes VALUES ($kind, epoch_ms($at::BIGINT), $before, $after)', {
    kind,
    at,
    before,
    after,
  });
}

/**
 * Writes the store into a new file and puts it in the old one's place. Both files are held by one in-memory instance, so that no
 * other process can open the old file before, or write a log beside the new one until, the exchange is complete.
 */
export async function rewrite(path: string): Promise<{ bytesBefore: number; bytesAfter: number }> {
  const { DuckDBInstance } = await loadDuckDB();
  const fresh = `${path}.new`;
  await rm(fresh, { force: true });
  await rm(`${fresh}.wal`, { force: true });
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '512MiB', threads: '2' });
  const connection = await instance.connect();
  try {
    await connection.run(`ATTACH ${quote(path)} AS old`).catch((cause: unknown) => {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw /could not set lock/i.test(message) ? lockedError(path, message, cause) : cause;
    });
    await connection.run('CHECKPOINT old');
    const bytesBefore = (await stat(path)).size;
    await connection.run(`ATTACH ${quote(fresh)} AS fresh`);
    await connection.run('COPY FROM DATABASE old TO fresh');
    await connection.run('CHECKPOINT fresh');
    const bytesAfter = (await stat(fresh)).size;
    await rename(fresh, path);
    await connection.run('DETACH old');
    await connection.run('DETACH fresh');
    return { bytesBefore, bytesAfter };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
