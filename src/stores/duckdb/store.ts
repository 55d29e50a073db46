import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { SqlParams, SqlStore } from '../../core/contracts/store.ts';
import { AttributionError } from '../../core/errors.ts';
import { type Logger, silentLogger } from '../../core/logger.ts';
import { type CompactOptions, type CompactResult, compact, compactIfDue, rewrite } from './compact.ts';
import { type Database, type DatabaseOptions, openDatabase } from './database.ts';
import { type ExportFileOptions, exportFile } from './export-file.ts';
import { listParts, type MergeOptions, type MergeResult, mergeInbox } from './merge.ts';
import { prepareSchema, type Schema } from './schema.ts';

export interface StoreOptions extends Partial<DatabaseOptions> {
  /** Directory with the inbox `local/` and the store `store.duckdb`. */
  readonly directory: string;
  /** Create the directory when it is absent. Default false: then `ATTR_STORE_EMPTY`. */
  readonly create?: boolean;
  readonly schema?: Schema;
}

/** The local store: merges part files, answers SQL. One process at a time; close it soon. */
export class DuckDBStore implements SqlStore {
  readonly language = 'sql';
  readonly directory: string;
  readonly #db: Database;
  readonly #logger: Logger;
  #closed = false;

  constructor(directory: string, db: Database, logger: Logger) {
    this.directory = directory;
    this.#db = db;
    this.#logger = logger;
  }

  /** Rows as plain objects; numbers are numbers, times are `Date`s. Values only through `params`. */
  all<R = Record<string, unknown>>(sql: string, params?: SqlParams): Promise<R[]> {
    return this.#db.all<R>(sql, params);
  }

  /** Takes all part files of `inbox` (default `<directory>/local`) into the store, each once. */
  merge(options: Partial<Pick<MergeOptions, 'inbox' | 'onProgress' | 'onSetAside'>> = {}): Promise<MergeResult> {
    return this.#db.exclusive(() =>
      mergeInbox(this.#db, {
        inbox: join(this.directory, 'local'),
        ...options,
        quarantine: join(this.directory, 'quarantine'),
        temp: join(this.directory, 'store.tmp'),
        logger: this.#logger,
      }),
    );
  }

  /** Rows older than 14 days become 1-hour rows, older than 400 days 1-day rows. Deletes nothing unless `keepDays` is set. */
  compact(options: CompactOptions): Promise<CompactResult> {
    return this.#db.exclusive(() => compact(this.#db, options));
  }

  /** `compact` when the last pass is a day old. */
  compactIfDue(now: number): Promise<CompactResult | undefined> {
    return this.#db.exclusive(() => compactIfDue(this.#db, now));
  }

  /** Writes the rows of a range to a Parquet or CSV file. */
  export(options: ExportFileOptions): Promise<{ rows: number }> {
    return this.#db.exclusive(() => exportFile(this.#db, options));
  }

  /** Closes the store and writes its file anew, without the space of deleted rows. */
  async rewriteAndClose(): Promise<{ bytesBefore: number; bytesAfter: number }> {
    this.close();
    return rewrite(this.#db.path);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#db.close();
  }
}

/**
 * @throws AttributionError `ATTR_STORE_EMPTY` (no such directory, or neither store nor parts in it), `ATTR_PEER_MISSING`,
 * `ATTR_STORE_LOCKED` (after 5 s), `ATTR_STORE_VERSION`
 */
export async function openStore(options: StoreOptions): Promise<DuckDBStore> {
  const directory = resolve(options.directory);
  const logger = options.logger ?? silentLogger;
  const file = join(directory, 'store.duckdb');
  if (options.create === true) await mkdir(directory, { recursive: true });
  else if (!existsSync(file) && (await listParts(join(directory, 'local'))).length === 0) throw emptyError(directory);
  const db = await openDatabase(file, { ...options, logger });
  try {
    await db.exclusive(() => prepareSchema(db, logger, options.schema));
  } catch (error) {
    db.close();
    throw error;
  }
  return new DuckDBStore(directory, db, logger);
}

export function emptyError(directory: string): AttributionError {
  const found = existsSync(directory) ? 'holds no parts and no store yet' : 'does not exist';
  return new AttributionError(
    'ATTR_STORE_EMPTY',
    `No data: ${directory} ${found}. Start the application with otel-attribution, wait for one window (60 s) or its end; ` +
      'another directory is --directory. If nothing appears: otel-attribution doctor',
  );
}
