import type { Exporter, ExportOutcome } from '../../core/contracts/exporter.ts';
import { AttributionError, RetryableError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Part } from '../../core/model.ts';
import type { Row } from '../../core/row.ts';
import { decodePartSync, rowsOf } from '../../parts/part-codec.ts';

export interface MemoryExporterOptions {
  /** Compressed bytes kept; beyond it the oldest parts go. Default 16 MiB. */
  readonly maxBytes?: number;
}

/** Keeps the latest parts in this process, compressed: for tests, and for programs that look at their own rows. */
export class MemoryExporter implements Exporter {
  readonly name = 'memory';
  readonly supports = { idempotent: true, confirm: false, sync: true } as const;
  readonly #parts = new Map<string, Part>();
  readonly #maxBytes: number;
  #bytes = 0;
  #evicted = 0;
  #closed = false;

  constructor(options: MemoryExporterOptions = {}) {
    this.#maxBytes = options.maxBytes ?? limits.recentBytes;
  }

  async export(part: Part, signal: AbortSignal): Promise<ExportOutcome> {
    if (signal.aborted) throw new RetryableError('Cancelled before the part was taken; it will be tried again.');
    this.exportSync(part);
    return 'delivered';
  }

  exportSync(part: Part): void {
    if (this.#closed)
      throw new AttributionError('ATTR_USAGE', 'The memory exporter is closed; make a new one to keep more parts.');
    if (this.#parts.has(part.id)) return;
    this.#parts.set(part.id, part);
    this.#bytes += part.body.length;
    for (const [id, oldest] of this.#parts) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#parts.delete(id);
      this.#bytes -= oldest.body.length;
      this.#evicted++;
    }
  }

  /** Parts held now, oldest first; still there after `close`. */
  get parts(): readonly Part[] {
    return [...this.#parts.values()];
  }

  /** Parts that had to make room for newer ones. */
  get evicted(): number {
    return this.#evicted;
  }

  /** Every row held, decoded. */
  rows(): Row[] {
    return [...this.#parts.values()].flatMap((part) => [...rowsOf(decodePartSync(part.body, part.id))]);
  }

  /** Forgets all parts. */
  reset(): void {
    this.#parts.clear();
    this.#bytes = 0;
    this.#evicted = 0;
  }

  async close(): Promise<void> {
    this.#closed = true;
  }
}
