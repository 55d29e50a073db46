import { mkdir, readdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import zlib from 'node:zlib';
import { AttributionError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { PartColumns } from '../../core/part-columns.ts';
import { decodePart } from '../../parts/part-codec.ts';
import type { Database } from './database.ts';
import { type CheckedPart, checkedPart, insertParts } from './load-parts.ts';

/** Parts in one transaction: enough that the commit does not dominate, few enough that a retry is cheap. */
const BATCH_PARTS = 64;
const BATCH_ROWS = 200_000;
/** Parts merged between two checkpoints; their files are unlinked after it. */
const CHECKPOINT_PARTS = 2_048;

export interface MergeResult {
  /** Parts whose rows are in the store since this merge. */
  parts: number;
  rows: number;
  /** Files whose part was in the store already (an earlier reader ended between commit and unlink). */
  repeated: number;
  /** Files moved to `quarantine/`, with the reason beside them. */
  quarantined: number;
  /** Files of a newer release (part version, lane), left where they are. */
  newer: number;
}

export interface MergeOptions {
  /** Directory of the part files. */
  readonly inbox: string;
  readonly quarantine: string;
  /** Directory for files that DuckDB can only read after repair. */
  readonly temp: string;
  readonly logger: Logger;
  readonly onProgress?: (done: number, total: number) => void;
  readonly onSetAside?: (file: string, reason: string) => void;
}

/**
 * Takes every part file of the inbox into the store, once. Order of things: rows and part ids in one transaction, checkpoint,
 * unlink. A kill between any two leaves files whose ids are known, and the next merge only unlinks them.
 */
export async function mergeInbox(db: Database, options: MergeOptions): Promise<MergeResult> {
  const result: MergeResult = { parts: 0, rows: 0, repeated: 0, quarantined: 0, newer: 0 };
  const newer: string[] = [];
  const names = await listParts(options.inbox);
  let merged: string[] = [];
  for (let i = 0; i < names.length; ) {
    const { batch, repeated, next } = await checkBatch(db, names, i, options, result, newer);
    if (batch.length > 0) await insertBatch(db, batch, options, result);
    merged.push(...batch.map((part) => part.file), ...repeated);
    i = next;
    if (merged.length >= CHECKPOINT_PARTS) {
      await finish(db, merged);
      merged = [];
    }
    options.onProgress?.(i, names.length);
  }
  await finish(db, merged);
  result.newer = newer.length;
  if (newer.length > 0) {
    options.logger.warn(
      `${newer.length} part files in ${options.inbox} were written by a newer release and stay there. Run: npm i otel-attribution@latest. For one: ${newer[0]}`,
    );
  }
  return result;
}

/** Names of complete part files; writers use another ending until a file is whole. */
export async function listParts(inbox: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(inbox);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return names.filter((name) => name.endsWith('.json.zst') && !name.startsWith('.')).sort();
}

/** `file` is the inbox file; `path` differs from it when DuckDB reads a repaired copy. */
type BatchPart = CheckedPart & { readonly file: string };

async function checkBatch(
  db: Database,
  names: readonly string[],
  start: number,
  options: MergeOptions,
  result: MergeResult,
  newer: string[],
): Promise<{ batch: BatchPart[]; repeated: string[]; next: number }> {
  const found = new Map<string, BatchPart>();
  const repeated: string[] = [];
  let rows = 0;
  let next = start;
  while (next < names.length && found.size < BATCH_PARTS && rows < BATCH_ROWS) {
    const file = join(options.inbox, names[next++]!);
    const part = await readPart(file, options, result, newer);
    if (part === undefined) continue;
    const twin = found.get(part.id);
    if (twin !== undefined) {
      if (twin.crc === part.crc) repeated.push(file);
      else await setAside(file, `part ${part.id} has other content in ${basename(twin.file)}`, options, result);
      continue;
    }
    rows += part.n;
    found.set(part.id, part);
  }
  const known = await db.all<{ part_id: string; crc: number }>(
    'SELECT part_id, crc FROM parts WHERE part_id IN (SELECT unnest($ids::VARCHAR[]))',
    { ids: [...found.keys()] },
  );
  for (const { part_id: id, crc } of known) {
    const part = found.get(id)!;
    found.delete(id);
    if (crc === part.crc) repeated.push(part.file);
    else await setAside(part.file, `part ${id} is in the store with other content`, options, result);
  }
  result.repeated += repeated.length;
  return { batch: [...found.values()], repeated, next };
}

async function readPart(
  file: string,
  options: MergeOptions,
  result: MergeResult,
  newer: string[],
): Promise<BatchPart | undefined> {
  try {
    const bytes = await readFile(file);
    const columns = await decodePart(bytes, file);
    const path = await readablePath(file, columns, options);
    return { ...checkedPart(path, bytes, columns), file };
  } catch (error) {
    if (error instanceof AttributionError && error.code === 'ATTR_PART_VERSION') newer.push(error.message);
    else if (error instanceof AttributionError) await setAside(file, error.message, options, result);
    // Another reader was faster.
    else if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}

/** JSON may hold half of a surrogate pair, which DuckDB refuses: such strings are read from a repaired copy. */
async function readablePath(file: string, columns: PartColumns, options: MergeOptions): Promise<string> {
  if (columns.strs.every((text) => text.isWellFormed())) return file;
  await mkdir(options.temp, { recursive: true });
  const path = join(options.temp, basename(file));
  const repaired = JSON.stringify({ ...columns, strs: columns.strs.map((text) => text.toWellFormed()) });
  await writeFile(path, zlib.zstdCompressSync(repaired));
  return path;
}

/** One transaction for all; when a part breaks it, one each, so that the others get in. */
async function insertBatch(
  db: Database,
  batch: BatchPart[],
  options: MergeOptions,
  result: MergeResult,
): Promise<void> {
  try {
    await db.transaction(() => insertParts(db, batch));
    result.parts += batch.length;
    for (const part of batch) result.rows += part.n;
  } catch (error) {
    if (batch.length > 1) {
      options.logger.debug(`A batch of ${batch.length} parts failed, they are merged one by one: ${error}`);
      const all = batch.splice(0);
      for (const part of all) {
        const alone = [part];
        await insertBatch(db, alone, options, result);
        batch.push(...alone);
      }
      return;
    }
    const part = batch.pop()!;
    const message = error instanceof Error ? error.message : String(error);
    // The store's own trouble (full disk, lost file) says nothing about the part: it stays, and the error is the caller's.
    if (!/Invalid Input|Conversion|Out of Range|Malformed/i.test(message)) throw error;
    await setAside(part.file, `DuckDB refuses it: ${message.split('\n')[0]}`, options, result);
  } finally {
    for (const part of batch) if (part.path !== part.file) await rm(part.path, { force: true });
  }
}

async function setAside(file: string, reason: string, options: MergeOptions, result: MergeResult): Promise<void> {
  await mkdir(options.quarantine, { recursive: true });
  const to = join(options.quarantine, basename(file));
  await writeFile(`${to}.reason.txt`, `${reason}\n`);
  await rename(file, to);
  result.quarantined++;
  options.onSetAside?.(file, reason);
  options.logger.warn(`${reason} Moved to ${to}`);
}

async function finish(db: Database, files: readonly string[]): Promise<void> {
  if (files.length === 0) return;
  await db.run('CHECKPOINT');
  for (const file of files) {
    await unlink(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}
