import path from 'node:path';
import type { Exporter, ExportOutcome } from '../../core/contracts/exporter.ts';
import { AttributionError, RetryableError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Part } from '../../core/model.ts';
import { DirectorySize } from '../../parts/directory-size.ts';
import {
  makeFolder,
  makeFolderSync,
  partFileName,
  removeStale,
  writePart,
  writePartSync,
} from '../../parts/part-files.ts';

export interface FileExporterOptions {
  /** Parts go to `<directory>/local/<instance>-<sequence>.json.zst`. */
  readonly directory: string;
  /** Cap of all part files below `directory`, of all processes together. Default 1 GiB. */
  readonly maxBytes?: number;
  /** Milliseconds since the epoch; for tests. */
  readonly now?: () => number;
}

/**
 * The default outlet: one file per part, whole or not there at all. At the cap the oldest parts stay and new ones are refused
 * (`ATTR_SPOOL_FULL`); a reader that merges them into a store makes room again.
 */
export class FileExporter implements Exporter {
  readonly name = 'file';
  readonly supports = { idempotent: true, confirm: false, sync: true } as const;
  readonly #directory: string;
  readonly #size: DirectorySize;
  readonly #now: () => number;
  #folder: string | undefined;
  #closed = false;

  constructor(options: FileExporterOptions) {
    this.#directory = path.resolve(options.directory);
    this.#now = options.now ?? Date.now;
    this.#size = new DirectorySize(this.#directory, options.maxBytes ?? limits.spoolBytes, this.#now);
  }

  async start(): Promise<void> {
    this.#assertOpen();
    if (this.#folder !== undefined) return;
    try {
      const folder = await makeFolder(this.#directory, 'local');
      await removeStale(folder, this.#now());
      await this.#size.measure();
      this.#folder = folder;
    } catch (error) {
      throw explain(error, this.#directory);
    }
  }

  async export(part: Part, signal: AbortSignal): Promise<ExportOutcome> {
    this.#assertOpen();
    if (signal.aborted)
      throw new RetryableError(`Writing ${partFileName(part)} was cancelled before it began; it will be tried again.`);
    await this.start();
    try {
      await this.#size.reserve(part.body.length);
      try {
        await writePart(this.#folder!, part);
      } catch (error) {
        this.#size.giveBack(part.body.length);
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') this.#folder = undefined; // Removed under us: made again at the next try.
        throw error;
      }
      return 'delivered';
    } catch (error) {
      throw explain(error, this.#directory);
    }
  }

  exportSync(part: Part): void {
    this.#assertOpen();
    try {
      this.#folder ??= makeFolderSync(this.#directory, 'local');
      this.#size.reserveSync(part.body.length);
      writePartSync(this.#folder, part);
    } catch (error) {
      throw explain(error, this.#directory);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #assertOpen(): void {
    if (this.#closed)
      throw new AttributionError('ATTR_USAGE', 'The file exporter is closed; make a new one to write more parts.');
  }
}

const advice: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space or set `directory` to another disk',
  EDQUOT: 'the disk quota is used up: free some space or set `directory` to another disk',
  EACCES: 'permission denied: let this user write there or set `directory` to another place',
  EPERM: 'permission denied: let this user write there or set `directory` to another place',
  EROFS: 'the file system is read-only: set `directory` to a writable place',
  ENOTDIR: 'a part of the path is a file: set `directory` to another place',
  EEXIST: 'a part of the path is a file: set `directory` to another place',
  EMFILE: 'this process has too many open files',
  ENAMETOOLONG: 'the path is too long: set `directory` to a shorter one',
};

/** File system trouble may pass (space freed, mount back), so it is retryable. */
function explain(error: unknown, directory: string): Error {
  if (error instanceof AttributionError) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new RetryableError(
    `Cannot write parts to ${directory}: ${advice[code] ?? message}${code === '' ? '' : ` (${code})`}.`,
    { cause: error },
  );
}
