import path from 'node:path';
import { AttributionError, RetryableError } from '../../core/errors.ts';
import type { Exporter, ExportOutcome } from '../../core/exporter.ts';
import { limits } from '../../core/limits.ts';
import type { Part } from '../../core/model.ts';
import {
  makeFolder,
  makeFolderSync,
  partFileName,
  removeStale,
  spoolSize,
  writePart,
  writePartSync,
} from '../../spool/part-files.ts';

export interface FileExporterOptions {
  /** Parts go to `<directory>/local/<instance>-<sequence>.json.zst`. */
  readonly directory: string;
  /** Cap of all part files below `directory`, of all processes together. Default 1 GiB. */
  readonly maxBytes?: number;
  /** Milliseconds since the epoch; for tests. */
  readonly now?: () => number;
}

/** Others write to the same directory: how long a measured size may be used, near the cap and far from it. */
const RESCAN_NEAR_MS = 10_000;
const RESCAN_FAR_MS = 300_000;

/**
 * The default outlet: one file per part, whole or not there at all. At the cap the oldest parts stay and new ones are refused
 * (`ATTR_SPOOL_FULL`); a reader that merges them into a store makes room again.
 */
export class FileExporter implements Exporter {
  readonly name = 'file';
  readonly supports = { idempotent: true, confirm: false, sync: true } as const;
  readonly #directory: string;
  readonly #maxBytes: number;
  readonly #now: () => number;
  #folder: string | undefined;
  #closed = false;
  /** Size when last measured, plus what this process has written since. */
  #bytes = 0;
  #measuredAt = Number.NEGATIVE_INFINITY;

  constructor(options: FileExporterOptions) {
    this.#directory = path.resolve(options.directory);
    this.#maxBytes = options.maxBytes ?? limits.spoolBytes;
    this.#now = options.now ?? Date.now;
  }

  async start(): Promise<void> {
    this.#assertOpen();
    if (this.#folder !== undefined) return;
    try {
      const folder = await makeFolder(this.#directory, 'local');
      await removeStale(folder, this.#now());
      await this.#measure();
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
      const near = this.#bytes + part.body.length > this.#maxBytes / 2;
      if (this.#now() - this.#measuredAt > (near ? RESCAN_NEAR_MS : RESCAN_FAR_MS)) await this.#measure();
      this.#reserve(part);
      try {
        await writePart(this.#folder!, part);
      } catch (error) {
        this.#bytes -= part.body.length;
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
      this.#reserve(part);
      writePartSync(this.#folder, part);
    } catch (error) {
      throw explain(error, this.#directory);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #reserve(part: Part): void {
    if (this.#bytes + part.body.length > this.#maxBytes) {
      throw new AttributionError(
        'ATTR_SPOOL_FULL',
        `Part files in ${this.#directory} have reached their cap of ${this.#maxBytes} bytes; new parts are dropped. Run "otel-attribution load" to merge them into the store, delete old ones, or raise maxSpoolBytes.`,
      );
    }
    this.#bytes += part.body.length;
  }

  async #measure(): Promise<void> {
    const bytes = await spoolSize(this.#directory);
    this.#bytes = bytes;
    this.#measuredAt = this.#now();
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
