import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { AttributionError, PermanentError, RetryableError } from '../../core/errors.ts';
import type { Exporter, ExportOutcome } from '../../core/exporter.ts';
import { type Logger, silentLogger } from '../../core/logger.ts';
import type { Part } from '../../core/model.ts';
import { decodePart } from '../../spool/part-codec.ts';
import { openStore, type Store, type StoreOptions } from './store.ts';

export interface DuckDBExporterOptions extends Omit<StoreOptions, 'create'> {
  readonly name?: string;
  readonly logger?: Logger;
}

interface Waiting {
  readonly resolve: (outcome: ExportOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes parts straight into a store that this process holds. Parts that arrive while a merge runs share the next one.
 * A part is `delivered` when its transaction is in the store's file. Sending it again changes nothing.
 */
export class DuckDBExporter implements Exporter {
  readonly name: string;
  readonly supports = { idempotent: true, confirm: false, sync: false } as const;
  readonly #options: DuckDBExporterOptions;
  readonly #staging: string;
  #store: Promise<Store> | undefined;
  #waiting: Waiting[] = [];
  #merging: Promise<void> | undefined;
  #closed = false;

  constructor(options: DuckDBExporterOptions) {
    this.#options = options;
    this.name = options.name ?? 'duckdb';
    this.#staging = join(options.directory, 'store.inbox');
  }

  async start(): Promise<void> {
    await this.#open();
  }

  async export(part: Part, signal: AbortSignal): Promise<ExportOutcome> {
    if (this.#closed) throw new PermanentError(`The exporter ${this.name} is closed.`);
    signal.throwIfAborted();
    // Checked here, where the answer can be given to the one part it is about.
    await decodePart(part.body, part.id).catch((cause: unknown) => {
      throw new PermanentError(cause instanceof Error ? cause.message : String(cause), { cause });
    });
    try {
      await this.#open();
      await stage(this.#staging, part);
      signal.throwIfAborted();
      return await new Promise<ExportOutcome>((resolve, reject) => {
        this.#waiting.push({ resolve, reject });
        this.#merging ??= this.#drain();
      });
    } catch (cause) {
      if (cause instanceof AttributionError && cause.code === 'ATTR_EXPORT_FAILED') throw cause;
      throw new RetryableError(cause instanceof Error ? cause.message : String(cause), { cause });
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#merging;
    const store = this.#store;
    this.#store = undefined;
    if (store !== undefined) (await store.catch(() => undefined))?.close();
  }

  #open(): Promise<Store> {
    this.#store ??= openStore({ ...this.#options, logger: this.#options.logger ?? silentLogger, create: true }).catch(
      (error) => {
        this.#store = undefined;
        throw error;
      },
    );
    return this.#store;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting;
      this.#waiting = [];
      try {
        const store = await this.#open();
        await store.merge(undefined, this.#staging);
        for (const one of waiting) one.resolve('delivered');
      } catch (error) {
        for (const one of waiting) one.reject(error);
      }
    }
    this.#merging = undefined;
  }
}

/** The store reads files, so a part becomes one; it is complete when it has its name. */
async function stage(directory: string, part: Part): Promise<void> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, `${encodeURIComponent(part.id)}.json.zst`);
  const file = await open(`${path}.tmp`, 'w');
  try {
    await file.writeFile(part.body);
  } finally {
    await file.close();
  }
  await rename(`${path}.tmp`, path);
}
