import { mkdir, rename } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DuckDBConnection, DuckDBInstance, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import type { SqlParams } from '../../core/contracts/store.ts';
import { AttributionError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import { type DuckDB, loadDuckDB } from './peer.ts';

const LOCK_WAIT_MS = 5_000;

export interface DatabaseOptions extends Limits {
  /** How long to wait while another process holds the file. Default 5,000. */
  readonly lockWaitMs?: number;
  readonly logger: Logger;
}

interface Limits {
  /** Memory cap of DuckDB in MiB. Default 512. */
  readonly memoryMiB?: number;
  /** Default 2. */
  readonly threads?: number;
  /** Cap of what DuckDB may spill to `<directory>/store.tmp`, in MiB. Default 4,096. */
  readonly tempMiB?: number;
}

interface Shared {
  readonly opening: Promise<DuckDBInstance>;
  users: number;
  /** End of the queue of writers in this process. */
  writing: Promise<unknown>;
}

/**
 * One instance per file and process: two instances on one file lose rows (half of them, when it was tried), and
 * closing an instance closes it for all of its users, so they are counted.
 */
const instances = new Map<string, Shared>();

/** One connection to the database file. Statements run one after another. */
export class Database {
  readonly path: string;
  readonly #connection: DuckDBConnection;
  readonly #duckdb: DuckDB;
  readonly #shared: Shared;
  readonly #release: () => void;

  constructor(path: string, connection: DuckDBConnection, duckdb: DuckDB, shared: Shared, release: () => void) {
    this.path = path;
    this.#shared = shared;
    this.#connection = connection;
    this.#duckdb = duckdb;
    this.#release = release;
  }

  async run(sql: string, params?: SqlParams): Promise<void> {
    await this.#connection.run(sql, ...this.#bind(params));
  }

  /** All rows as plain objects; 64-bit integers become numbers, times `Date`s. */
  async all<R = Record<string, unknown>>(sql: string, params?: SqlParams): Promise<R[]> {
    const reader = await this.#connection.runAndReadAll(sql, ...this.#bind(params));
    const rows = reader.getRowObjectsJS() as Record<string, unknown>[];
    for (const row of rows) for (const key in row) if (typeof row[key] === 'bigint') row[key] = Number(row[key]);
    return rows as R[];
  }

  /** Runs `work` in one transaction: all of it, or nothing. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.run('BEGIN TRANSACTION');
    try {
      const result = await work();
      await this.run('COMMIT');
      return result;
    } catch (error) {
      // A statement that failed may have ended the transaction already.
      await this.run('ROLLBACK').catch(() => {});
      throw error;
    }
  }

  /** Keeps the writers of this process apart: a checkpoint fails beside another's transaction. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#shared.writing.then(work);
    this.#shared.writing = result.catch(() => {});
    return result;
  }

  close(): void {
    this.#connection.closeSync();
    this.#release();
  }

  /** Lists need their type said: the driver takes that of the first element, and a later one may not fit. */
  #bind(params: SqlParams = {}): [Record<string, DuckDBValue>, Record<string, DuckDBType>] {
    const { LIST, DOUBLE, VARCHAR, listValue } = this.#duckdb;
    const values: Record<string, DuckDBValue> = {};
    const types: Record<string, DuckDBType> = {};
    for (const [name, value] of Object.entries(params)) {
      if (typeof value === 'object' && value !== null) {
        types[name] = LIST(typeof value[0] === 'number' ? DOUBLE : VARCHAR);
        values[name] = listValue(value);
      } else {
        values[name] = value;
      }
    }
    return [values, types];
  }
}

/**
 * Opens `file`, creating it when it is absent.
 * @throws AttributionError `ATTR_PEER_MISSING`, `ATTR_STORE_LOCKED`, `ATTR_STORE_VERSION` (a newer DuckDB wrote it)
 */
export async function openDatabase(file: string, options: DatabaseOptions): Promise<Database> {
  const path = resolve(file);
  let shared = instances.get(path);
  if (shared === undefined) {
    shared = { opening: openInstance(path, options), users: 0, writing: Promise.resolve() };
    instances.set(path, shared);
  }
  const held = shared;
  held.users++;
  const release = (instance?: DuckDBInstance): void => {
    if (--held.users > 0) return;
    instances.delete(path);
    instance?.closeSync();
  };
  let instance: DuckDBInstance;
  try {
    instance = await held.opening;
  } catch (error) {
    release();
    throw error;
  }
  return new Database(path, await instance.connect(), await loadDuckDB(), held, () => release(instance));
}

/** A database without a file, for what `attach` adds. */
export async function openMemory(options: Limits & { readonly tempDirectory: string }): Promise<Database> {
  const duckdb = await loadDuckDB();
  const instance = await duckdb.DuckDBInstance.create(':memory:', await settingsOf(options.tempDirectory, options));
  const shared: Shared = { opening: Promise.resolve(instance), users: 1, writing: Promise.resolve() };
  return new Database(':memory:', await instance.connect(), duckdb, shared, () => instance.closeSync());
}

/**
 * Adds the file as `schema`, to be read. No part of this process may have it open.
 * @throws AttributionError `ATTR_STORE_LOCKED`
 */
export async function attach(db: Database, path: string, schema: string, lockWaitMs = LOCK_WAIT_MS): Promise<void> {
  await unlocked(path, lockWaitMs, () => db.run(`ATTACH '${path.replaceAll("'", "''")}' AS ${schema} (READ_ONLY)`));
}

async function settingsOf(tempDirectory: string, options: Limits): Promise<Record<string, string>> {
  await mkdir(tempDirectory, { recursive: true });
  return {
    memory_limit: `${options.memoryMiB ?? 512}MiB`,
    threads: String(options.threads ?? 2),
    temp_directory: tempDirectory,
    max_temp_directory_size: `${options.tempMiB ?? 4096}MiB`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  };
}

/** Tries again while another process holds the file. */
async function unlocked<T>(path: string, lockWaitMs: number, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + lockWaitMs;
  for (;;) {
    try {
      return await work();
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      if (!/could not set lock|being used by another process/i.test(message)) throw cause;
      if (Date.now() >= deadline) throw lockedError(path, message, cause);
      await sleep(50);
    }
  }
}

async function openInstance(path: string, options: DatabaseOptions): Promise<DuckDBInstance> {
  const { DuckDBInstance } = await loadDuckDB();
  const settings = await settingsOf(join(dirname(path), 'store.tmp'), options);
  let walSetAside = false;
  for (;;) {
    try {
      return await unlocked(path, options.lockWaitMs ?? LOCK_WAIT_MS, () => DuckDBInstance.fromCache(path, settings));
    } catch (cause) {
      if (cause instanceof AttributionError) throw cause;
      const message = cause instanceof Error ? cause.message : String(cause);
      if (/\bWAL\b/.test(message) && !walSetAside) {
        walSetAside = true;
        await setWalAside(path, message, options.logger);
      } else {
        throw openError(path, message, cause);
      }
    }
  }
}

export function lockedError(path: string, message: string, cause: unknown): AttributionError {
  const holder = /held in (.+?) \(PID (\d+)\)/.exec(message);
  const who = holder === null ? 'another process' : `process ${holder[2]} (${holder[1]})`;
  return new AttributionError(
    'ATTR_STORE_LOCKED',
    `The store ${path} is in use by ${who}. Only one process can open it at a time: try again when that one has ended, or stop it.`,
    { cause },
  );
}

/** What only the WAL held is not lost: part files are unlinked after a checkpoint, so the next merge brings them again. */
async function setWalAside(path: string, message: string, logger: Logger): Promise<void> {
  const aside = join(dirname(path), 'quarantine');
  await mkdir(aside, { recursive: true });
  const to = join(aside, `store.duckdb.wal.${Date.now()}`);
  await rename(`${path}.wal`, to);
  logger.warn(
    `The write-ahead log of ${path} is damaged and was set aside as ${to} (${firstLine(message)}). Parts not yet merged are merged again.`,
  );
}

function openError(path: string, message: string, cause: unknown): AttributionError {
  if (/version number|newer version|storage version/i.test(message)) {
    return new AttributionError(
      'ATTR_STORE_VERSION',
      `The store ${path} was written by a newer DuckDB and is left as it is: ${firstLine(message)} Run: npm i @duckdb/node-api@latest`,
      { cause },
    );
  }
  return new AttributionError(
    'ATTR_EXPORT_FAILED',
    `The store ${path} cannot be opened: ${firstLine(message)} If it is damaged, move it aside: parts not yet merged are still files.`,
    { cause },
  );
}

const firstLine = (message: string): string => message.split('\n')[0]!;
