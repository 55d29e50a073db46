import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Exporter, ExportOutcome } from '../../core/contracts/exporter.ts';
import { AttributionError, PermanentError, RetryableError } from '../../core/errors.ts';
import { type Logger, silentLogger } from '../../core/logger.ts';
import type { Part } from '../../core/model.ts';
import { decodePart } from '../../parts/part-codec.ts';
import { type DuckDBStore, openStore, type StoreOptions } from './store.ts';

export interface DuckDBExporterOptions extends Omit<StoreOptions, 'create'> {
  readonly name?: string;
  readonly logger?: Logger;
}

interface Waiting {
  readonly file: string;
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
  /** Part files on their way into the store. */
  readonly #staging: string;
  #store: Promise<DuckDBStore> | undefined;
  #waiting: Waiting[] = [];
  #merging: Promise<void> | undefined;
  #closed = false;

  constructor(options: DuckDBExporterOptions) {
    this.#options = options;
    this.name = options.name ?? 'duckdb';
    this.#staging = join(resolve(options.directory), 'store.inbox');
  }

  async start(): Promise<void> {
    await this.#open();
  }

  async export(part: Part, signal: AbortSignal): Promise<ExportOutcome> {
    if (this.#closed) throw new AttributionError('ATTR_USAGE', `The exporter ${this.name} is closed.`);
    // Checked here, where the answer can be given to the one part it is about.
    await decodePart(part.body, part.id).catch((cause: unknown) => {
      throw new PermanentError(cause instanceof Error ? cause.message : String(cause), { cause });
    });
    try {
      await this.#open();
      signal.throwIfAborted();
      const file = await this.#stage(part);
      return await new Promise<ExportOutcome>((resolve, reject) => {
        this.#waiting.push({ file, resolve, reject });
        this.#merging ??= this.#drain();
      });
    } catch (cause) {
      if (cause instanceof PermanentError) throw cause;
      if (cause instanceof AttributionError && cause.code === 'ATTR_PEER_MISSING') throw cause;
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

  #open(): Promise<DuckDBStore> {
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
      const refused = new Map<string, string>();
      try {
        const store = await this.#open();
        await store.merge({ inbox: this.#staging, onSetAside: (file, reason) => void refused.set(file, reason) });
        for (const { file, resolve, reject } of waiting) {
          const reason = refused.get(file);
          if (reason === undefined) resolve('delivered');
          else reject(new PermanentError(reason));
        }
      } catch (error) {
        for (const { reject } of waiting) reject(error);
      }
    }
    this.#merging = undefined;
  }

  /** The store reads files, so a part becomes one, complete when it has its name. What a kill leaves here is merged later, once. */
  async #stage(part: Part): Promise<string> {
    await mkdir(this.#staging, { recursive: true });
    const file = join(
      this.#staging,
      `${encodeURIComponent(part.id).slice(0, 100)}~${process.pid}-${++staged}.json.zst`,
    );
    await writeFile(`${file}.tmp`, part.body);
    await rename(`${file}.tmp`, file);
    return file;
  }
}

/** Two exporters of one process may be given the same part at once. */
let staged = 0;
