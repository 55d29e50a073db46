import path from 'node:path';
import { AttributionError } from '../core/errors.ts';
import { spoolSize } from './part-files.ts';

/** Others write to the same directory: how long a measured size may be used, near the cap and far from it. */
const RESCAN_NEAR_MS = 10_000;
const RESCAN_FAR_MS = 300_000;
/** A directory that takes long to measure is measured less often: at most this share of the time goes into it. */
const RESCAN_SHARE = 1 / 20;

/**
 * The cap of all part files below a directory, of all processes together. At the cap the oldest stay and new ones are refused. What
 * others write or take away is seen at the next measurement.
 */
export class DirectorySize {
  readonly #directory: string;
  readonly #maxBytes: number;
  readonly #now: () => number;
  /** Size when last measured, plus what this process has written since. */
  #bytes = 0;
  #measuredAt = Number.NEGATIVE_INFINITY;
  #tookMs = 0;

  constructor(directory: string, maxBytes: number, now: () => number) {
    this.#directory = path.resolve(directory);
    this.#maxBytes = maxBytes;
    this.#now = now;
  }

  async measure(): Promise<void> {
    const start = this.#now();
    this.#bytes = await spoolSize(this.#directory);
    this.#measuredAt = this.#now();
    this.#tookMs = this.#measuredAt - start;
  }

  /** @throws AttributionError `ATTR_SPOOL_FULL` */
  async reserve(bytes: number): Promise<void> {
    const near = this.#bytes + bytes > this.#maxBytes / 2;
    const validMs = Math.max(near ? RESCAN_NEAR_MS : RESCAN_FAR_MS, this.#tookMs / RESCAN_SHARE);
    const age = this.#now() - this.#measuredAt;
    if (age > validMs || age < 0) await this.measure();
    this.reserveSync(bytes);
  }

  /** The same by what was last measured. */
  reserveSync(bytes: number): void {
    if (this.#bytes + bytes > this.#maxBytes) {
      throw new AttributionError(
        'ATTR_SPOOL_FULL',
        `Part files in ${this.#directory} have reached their cap of ${this.#maxBytes} bytes; new parts are dropped. Run "otel-attribution load" to merge them into the store, look at "otel-attribution spool ls", delete old ones, or raise maxSpoolBytes.`,
      );
    }
    this.#bytes += bytes;
  }

  /** For a write that failed. */
  giveBack(bytes: number): void {
    this.#bytes -= bytes;
  }
}
