import { settle } from '../../config/settle.ts';
import type { Exporter, ExportOutcome } from '../../core/contracts/exporter.ts';
import { AmbiguousError, AttributionError, PermanentError, RetryableError } from '../../core/errors.ts';
import type { Part } from '../../core/model.ts';
import { decodePart } from '../../parts/part-codec.ts';
import { explain } from './failure.ts';
import { loadPeer, type PeerExporter } from './load-peer.ts';
import { chunksOf, type ResourceMetrics, resourceMetrics } from './metric-data.ts';
import { type OtlpOptions, otlpOptions, type SettledOtlpOptions } from './options.ts';

export interface OtlpExporterOptions extends OtlpOptions {
  /** Points in one request. Default 500: a few milliseconds of encoding in the peer, which does it in one turn. */
  readonly maxPoints?: number;
  /** Files or folders whose packages are searched for the peer; for tests. */
  readonly resolveFrom?: readonly string[];
}

/** Parts whose earlier chunks are remembered as delivered. */
const PROGRESS_PARTS = 1_000;

/**
 * To any OTLP backend, as metrics (`metric-data.ts` says how). A backend adds deltas up, so nothing is sent twice knowingly: a part is resumed
 * after the last chunk that arrived, and a request without an answer makes it ambiguous. Limits of the outlet: the peer
 * repeats a request on a lost connection by itself, reports partial success as success, and keeps `Retry-After` to itself.
 */
export class OtlpExporter implements Exporter {
  readonly name = 'otlp';
  readonly supports = { idempotent: false, confirm: false, sync: false } as const;
  readonly #options: SettledOtlpOptions;
  readonly #maxPoints: number;
  readonly #resolveFrom: readonly string[] | undefined;
  readonly #progress = new Map<string, number>();
  readonly #closing = new AbortController();
  #peer: PeerExporter | undefined;

  constructor({ maxPoints = 500, resolveFrom, ...given }: OtlpExporterOptions = {}) {
    this.#options = settle(otlpOptions, given);
    this.#maxPoints = maxPoints;
    this.#resolveFrom = resolveFrom;
  }

  /** @throws AttributionError `ATTR_PEER_MISSING` */
  async start(): Promise<void> {
    this.#assertOpen();
    const { url, headers, timeoutMs } = this.#options;
    this.#peer ??= new (loadPeer(this.#resolveFrom))({
      timeoutMillis: timeoutMs,
      ...(url !== undefined && { url }),
      ...(headers !== undefined && { headers: { ...headers } }),
    });
  }

  async export(part: Part, signal: AbortSignal): Promise<ExportOutcome> {
    await this.start();
    const columns = await decodePart(part.body, part.id);
    const chunks = chunksOf(columns, this.#maxPoints);
    const stop = AbortSignal.any([signal, this.#closing.signal]);
    for (let i = this.#progress.get(part.id) ?? 0; i < chunks.length; i++) {
      try {
        await this.#send(resourceMetrics(columns, chunks[i]!), stop);
      } catch (error) {
        if (!(error instanceof RetryableError)) this.#progress.delete(part.id);
        throw i === 0 ? error : withProgress(error, i, chunks.length);
      }
      this.#arrived(part.id, i + 1);
    }
    this.#progress.delete(part.id);
    return 'delivered';
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#peer?.shutdown();
  }

  /** The peer cannot be cancelled: a request under way when `signal` aborts may still arrive. */
  async #send(metrics: ResourceMetrics, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw new RetryableError('Cancelled before the request was made; it will be tried again.');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const cancel = (): void =>
      reject(new AmbiguousError('The request was cancelled before its answer came; the points may have arrived.'));
    signal.addEventListener('abort', cancel, { once: true });
    try {
      this.#peer!.export(metrics, ({ code, error }) => (code === 0 ? resolve() : reject(explain(error))));
      await promise;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  #arrived(partId: string, chunks: number): void {
    this.#progress.set(partId, chunks);
    if (this.#progress.size > PROGRESS_PARTS) this.#progress.delete(this.#progress.keys().next().value!);
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted)
      throw new AttributionError('ATTR_USAGE', 'The otlp exporter is closed; make a new one to send more parts.');
  }
}

/** Whoever resends a part by hand must know that some of it is there already. */
function withProgress(error: unknown, arrived: number, chunks: number): unknown {
  const text = `${error instanceof Error ? error.message : error} Requests 1 to ${arrived} of ${chunks} for this part had arrived.`;
  if (error instanceof PermanentError) return new PermanentError(text, { cause: error });
  if (error instanceof AmbiguousError) return new AmbiguousError(text, { cause: error });
  return error;
}
