import { settle } from '../../config/settle.ts';
import type { ConfirmState, Exporter, ExportOutcome } from '../../core/contracts/exporter.ts';
import { RetryableError } from '../../core/errors.ts';
import { type Logger, silentLogger } from '../../core/logger.ts';
import type { Part } from '../../core/model.ts';
import { kustoNames } from '../../kusto/names.ts';
import { clusterUrl, databaseName } from './address.ts';
import { Batcher } from './batcher.ts';
import { Handover } from './handover.ts';
import { type KustoOptions, kustoOptions } from './options.ts';
import { peerPlaces } from './peer.ts';
import type { Refusal } from './protocol.ts';
import { closedError, WorkerClient } from './worker-client.ts';

/** What the host and the tests may set besides the options. */
export interface KustoInternals {
  readonly logger?: Logger;
  /** Wall clock in milliseconds. */
  readonly now?: () => number;
  /** The batching time of the raw table. Default 30,000, as in the schema. */
  readonly batchingMs?: number;
  /** Files or folders whose packages are searched for the SDK. */
  readonly resolveFrom?: readonly string[];
  /** Most bytes of one blob or request before compression. */
  readonly maxBytes?: number;
}

const BATCHING_MS = 30_000;
/** The view of rows finds the twin of a row for a day: half of that is for clocks and queues. */
const IDEMPOTENT_MS = 12 * 3_600_000;
const CONCURRENCY = 16;
/** So long the raw table surely has what it got: its retention is a day at the least (7 unless somebody changed it). */
const RAW_KEPT_MS = 12 * 3_600_000;

/**
 * To Azure Data Explorer. SDK, serialization and compression run in a thread of their own. In queued mode a part is `handed` and then
 * confirmed by asking the table; in streaming mode it is `delivered`.
 * @throws AttributionError `ATTR_CONFIG_INVALID`
 */
export class KustoExporter implements Exporter {
  readonly name = 'kusto';
  readonly supports = { idempotent: true, confirm: true, sync: false } as const;
  readonly idempotentMs = IDEMPOTENT_MS;
  readonly concurrency = CONCURRENCY;
  readonly callMs: number;
  readonly #worker: WorkerClient;
  readonly #batcher: Batcher;
  readonly #handover: Handover;
  readonly #logger: Logger;
  readonly #now: () => number;
  /** A little less than `callMs`, after which the pipeline gives up: our own error knows more. */
  readonly #deadlineMs: number;
  readonly #said = new Set<string>();
  #closed = false;

  constructor(given: KustoOptions, internals: KustoInternals = {}) {
    const options = settle(kustoOptions, given);
    kustoNames(options.table);
    databaseName(options);
    if (options.cluster !== undefined) clusterUrl(options.cluster);
    const { auth } = options;
    const token = typeof auth === 'object' && 'token' in auth ? auth.token : undefined;
    this.callMs = options.timeoutMs;
    this.#deadlineMs = this.callMs - Math.min(1_000, this.callMs / 10);
    this.#logger = internals.logger ?? silentLogger;
    this.#now = internals.now ?? Date.now;
    this.#handover = new Handover(internals.batchingMs ?? BATCHING_MS);
    this.#worker = new WorkerClient(
      {
        options: token === undefined ? options : { ...options, auth: 'none' },
        hostToken: token !== undefined,
        places: internals.resolveFrom ?? peerPlaces(),
        maxBytes: internals.maxBytes,
      },
      token,
    );
    this.#batcher = new Batcher((parts, signal) => this.#worker.call('send', [parts], this.#deadlineMs, signal));
  }

  /** @throws AttributionError `ATTR_PEER_MISSING`, or RetryableError when the database is not ready for this release */
  async start(): Promise<void> {
    const warning = await this.#worker.call('check', [], this.#deadlineMs);
    if (warning !== undefined) this.#sayOnce(warning);
  }

  async export(part: Part, signal: AbortSignal): Promise<ExportOutcome> {
    if (this.#closed) throw closedError();
    if (signal.aborted) throw new RetryableError('Kusto: cancelled before it was sent.');
    const { outcome, sourceIds, shared } = await this.#batcher.add(part, signal, this.#handover.isSuspect(part.id));
    if (outcome === 'handed') this.#handover.handed(part, this.#now(), sourceIds, shared);
    return outcome;
  }

  async confirm(partIds: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, ConfirmState>> {
    const states = new Map<string, ConfirmState>();
    const arrived = await this.#worker.call(
      'arrived',
      [partIds, this.#handover.sealedFrom(partIds, this.#now() - RAW_KEPT_MS)],
      this.#deadlineMs,
      signal,
    );
    if (arrived === 'forbidden') {
      this.#sayOnce(
        'Kusto: this identity may not read the database, so what was handed over stays unconfirmed. Grant it the role Viewer: az kusto database-principal-assignment create … --role Viewer',
      );
      return states;
    }
    const there = new Set(arrived);
    for (const id of partIds) {
      if (!there.has(id)) continue;
      states.set(id, 'arrived');
      this.#handover.arrived(id);
    }
    const overdue = this.#handover.overdue(
      partIds.filter((id) => !there.has(id)),
      this.#now(),
    );
    if (overdue.length === 0) return states;
    const refusals = await this.#refusals(overdue, signal);
    for (const id of overdue) states.set(id, this.#handover.verdict(id, refusals));
    return states;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker.close();
  }

  async #refusals(partIds: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Refusal>> {
    const { sourceIds, from } = this.#handover.blobsOf(partIds);
    if (sourceIds.length === 0) return new Map();
    const refusals = await this.#worker.call('refusals', [sourceIds, from], this.#deadlineMs, signal);
    for (const { details, remedy } of refusals)
      if (remedy !== undefined) this.#sayOnce(`Kusto did not ingest what was handed over: ${details} ${remedy}`);
    return new Map(refusals.map((refusal) => [refusal.sourceId, refusal]));
  }

  #sayOnce(text: string): void {
    if (this.#said.has(text) || this.#said.size > 100) return;
    this.#said.add(text);
    this.#logger.warn(text);
  }
}
