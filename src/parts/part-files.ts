/**
 * Parts as files, written so that a reader sees whole parts only: temporary name, write, fdatasync, rename, sync of the directory.
 * Any number of processes write into one directory; nobody locks.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { Part } from '../core/model.ts';

export const PART_SUFFIX = '.json.zst';
const TEMPORARY = '.tmp-';
/** A temporary file this old belongs to a process that died. */
const STALE_MS = 60 * 60 * 1000;

export function partFileName(part: { readonly id: string }): string {
  return part.id + PART_SUFFIX;
}

/** Names of the whole parts in a folder, sorted; [] when the folder does not exist. */
export async function listParts(folder: string): Promise<string[]> {
  try {
    return (await fs.promises.readdir(folder)).filter((name) => name.endsWith(PART_SUFFIX)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Creates `directory` (with a `.gitignore` if it is new: parts are not for version control) and `folder` in it. */
export async function makeFolder(directory: string, folder: string): Promise<string> {
  const full = path.join(directory, folder);
  try {
    const first = await fs.promises.mkdir(directory, { recursive: true });
    if (first !== undefined) await fs.promises.writeFile(...gitIgnore(directory)).catch(ignoreExisting);
    await fs.promises.mkdir(full, { recursive: true });
  } catch (error) {
    throw realReason(full, error);
  }
  return full;
}

export function makeFolderSync(directory: string, folder: string): string {
  const full = path.join(directory, folder);
  try {
    if (fs.mkdirSync(directory, { recursive: true }) !== undefined) {
      try {
        fs.writeFileSync(...gitIgnore(directory));
      } catch (error) {
        ignoreExisting(error);
      }
    }
    fs.mkdirSync(full, { recursive: true });
  } catch (error) {
    throw realReason(full, error);
  }
  return full;
}

/** `name`: default `<id>.json.zst`. `mtimeMs`: the time the file shows, in milliseconds since the epoch; default now. */
export interface WriteOptions {
  readonly name?: string;
  readonly mtimeMs?: number;
}

export async function writePart(folder: string, part: Part, options: WriteOptions = {}): Promise<void> {
  const temporary = temporaryName(folder, part);
  try {
    const file = await fs.promises.open(temporary, 'w');
    try {
      await file.writeFile(part.body);
      if (options.mtimeMs !== undefined) await file.utimes(options.mtimeMs / 1000, options.mtimeMs / 1000);
      await file.datasync();
    } finally {
      await file.close();
    }
    await fs.promises.rename(temporary, path.join(folder, options.name ?? partFileName(part)));
  } catch (error) {
    await fs.promises.rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(folder);
}

export function writePartSync(folder: string, part: Part, options: WriteOptions = {}): void {
  const temporary = temporaryName(folder, part);
  try {
    const file = fs.openSync(temporary, 'w');
    try {
      fs.writeFileSync(file, part.body);
      if (options.mtimeMs !== undefined) fs.futimesSync(file, options.mtimeMs / 1000, options.mtimeMs / 1000);
      fs.fdatasyncSync(file);
    } finally {
      fs.closeSync(file);
    }
    fs.renameSync(temporary, path.join(folder, options.name ?? partFileName(part)));
  } catch (error) {
    try {
      fs.rmSync(temporary, { force: true });
    } catch {
      // The first error says more.
    }
    throw error;
  }
  try {
    const handle = fs.openSync(folder, 'r');
    fs.fsyncSync(handle);
    fs.closeSync(handle);
  } catch {
    // As in `syncFolder`.
  }
}

/** Removes what processes that died in the middle of a write have left. */
export async function removeStale(folder: string, now: number): Promise<void> {
  for (const name of await fs.promises.readdir(folder)) {
    if (!name.includes(PART_SUFFIX + TEMPORARY)) continue;
    const file = path.join(folder, name);
    const { mtimeMs } = await fs.promises.stat(file).catch(() => ({ mtimeMs: now }));
    if (now - mtimeMs > STALE_MS) await fs.promises.rm(file, { force: true });
  }
}

/**
 * Bytes of all part files (whole, temporary, quarantined) below `directory`, whoever wrote them; what several exporters link to counts
 * once. A store beside them is not counted.
 */
export async function spoolSize(directory: string): Promise<number> {
  let bytes = 0;
  const linked = new Set<number>();
  const entries = await fs.promises.readdir(directory, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile() || !entry.name.includes(PART_SUFFIX)) continue;
    // A reader may take a part away between the listing and the look.
    const stat = await fs.promises.stat(path.join(entry.parentPath, entry.name)).catch(() => undefined);
    if (stat === undefined || linked.has(stat.ino)) continue;
    if (stat.nlink > 1) linked.add(stat.ino);
    bytes += stat.size;
  }
  return bytes;
}

/** True when parts can be written to `directory`, which is created if need be. Never throws. */
export function isWritableDirectory(directory: string): boolean {
  try {
    const folder = makeFolderSync(directory, 'local');
    const probe = path.join(folder, `.probe-${process.pid}-${counter++}`);
    fs.writeFileSync(probe, '');
    fs.rmSync(probe, { force: true });
    return true;
  } catch {
    return false;
  }
}

let counter = 0;

/** Unique among processes and within this one: the same part may be written twice at once (`exit` during an export). */
function temporaryName(folder: string, part: Part): string {
  return path.join(folder, `${partFileName(part)}${TEMPORARY}${process.pid}-${counter++}`);
}

/** Makes a rename durable. Some platforms (Windows) cannot open a directory: there the rename alone must do. */
export async function syncFolder(folder: string): Promise<void> {
  let handle: fs.promises.FileHandle;
  try {
    handle = await fs.promises.open(folder, 'r');
  } catch {
    return;
  }
  await handle.sync().catch(() => {});
  await handle.close();
}

function gitIgnore(directory: string): [file: string, text: string, options: { flag: string }] {
  return [path.join(directory, '.gitignore'), '*\n', { flag: 'wx' }];
}

/** A recursive mkdir may say ENOENT where a plain one says why: a read-only file system, a dangling link. */
function realReason(folder: string, error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return error;
  let first = folder;
  while (path.dirname(first) !== first && !fs.existsSync(path.dirname(first))) first = path.dirname(first);
  try {
    fs.mkdirSync(first);
  } catch (reason) {
    return reason;
  }
  return error;
}

function ignoreExisting(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
}
