import type { Clock } from '../core/contracts/clock.ts';
import type { PartQueue } from '../core/contracts/part-queue.ts';
import { limits } from '../core/limits.ts';
import { type SpoolFiles, spoolFiles } from './spool-files.ts';
import { SpoolQueue } from './spool-queue.ts';

export interface PartQueueOptions {
  /**
   * Where parts outlive this process: they are written to `<directory>/<outlet>/` before they are sent, and any process with the same outlet
   * and directory goes on with what another left. Parts that cannot be delivered go to `<directory>/quarantine/`. Default: all is in memory.
   */
  readonly directory?: string | undefined;
  /** Cap of all part files below `directory`, of all processes together, in bytes. Default `limits.spoolBytes`. */
  readonly maxSpoolBytes?: number | undefined;
  /** Bound of all parts in memory, in bytes. Default `limits.memoryPartsBytes`. */
  readonly memoryPartsBytes?: number | undefined;
  /** Bound of the quarantine, in bytes. Default `limits.quarantineBytes`. */
  readonly quarantineBytes?: number | undefined;
  readonly clock?: Clock | undefined;
  /** For tests of a failing disk. */
  readonly files?: SpoolFiles | undefined;
}

/** The part queue of a process that shares a directory with others, or has none. */
export function createPartQueue(options: PartQueueOptions = {}): PartQueue {
  const { clock = { now: Date.now } } = options;
  return new SpoolQueue({
    directory: options.directory,
    maxSpoolBytes: options.maxSpoolBytes ?? limits.spoolBytes,
    memoryPartsBytes: options.memoryPartsBytes ?? limits.memoryPartsBytes,
    quarantineBytes: options.quarantineBytes ?? limits.quarantineBytes,
    now: () => clock.now(),
    files: options.files ?? spoolFiles,
  });
}
