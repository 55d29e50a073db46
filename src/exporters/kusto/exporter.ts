import { settle } from '../../config/settle.ts';
import type { ConfirmState, Exporter, ExportOutcome, PartHistory } from '../../core/contracts/exporter.ts';
import { RetryableError } from '../../core/errors.ts';
import { type Logger, silentLogger } from '../../core/logger.ts';
import type { Part } from '../../core/model.ts';
import { kustoNames } from '../../kusto/names.ts';
import { type Known, type Trouble, troubleText } from './absence.ts';
import { clusterUrl, databaseName } from './address.ts';
import { Batcher } from './batcher.ts';
import { type Absent, Handover, type Histories, PARTS_AT_ONCE, WAITS } from './handover.ts';
import { type KustoOptions, kustoOptions } from './options.ts';
import { peerPlaces } from './peer.ts';
import { type Check, fromPlain } from './protocol.ts';
import { closedError, type OpenThread, WorkerClient } from './worker-client.ts';

/** What the host and the tests may set besides the options. */
export interface KustoInternals {
  readonly logger?: Logger;
  /** Wall clock in milliseconds. */
  readonly now?: () => number;
  /** Milliseconds that no change of the wall clock touches. Default: `now`, where that is given. */
  readonly elapsed?: () => number;
  /** The batching time of the raw table. Default 30,000, as in the schema. */
  readonly batchingMs?: number;
  /** Files or folders whose packages are searched for the SDK. */
  readonly resolveFrom?: readonly string[];
  /** How long a part waits for others to travel with, in milliseconds. */
  readonly lingerMs?: number;
  /** Most bytes of one blob or request before compression. */
  readonly maxBytes?: number;
  /** Milliseconds between two questions for the service's containers and queues. */
  readonly askAgainMs?: number;
  readonly openThread?: OpenThread;
}

const BATCHING_MS = 30_000;
/** The view of rows finds the twin of a row for a day: half of that is for clocks and queues. */
const IDEMPOTENT_MS = 12 * 3_600_000;

/**
 * To Azure Data Explorer. SDK, serialization and compression run in a thread of their own. In queued mode a part is `handed` and then
 * confirmed by asking the table; in streaming mode it is `delivered`.
 * @throws AttributionError `ATTR_CONFIG_INVALID`
 */
export class KustoExporter implements Exporter {
  readonly name = 'kusto';
  readonly supports = { idempotent: true, confirm: true, sync: false } as const;
  readonly idempotentMs = IDEMPOTENT_MS;
  readonly concurrency = PARTS_AT_ONCE;
  readonly callMs: number;
  readonly #worker: WorkerClient;
  readonly #batcher: Batcher;
  readonly #handover: Handover;
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #elapsed: () => number;
  /** A little less than `callMs`, after which the pipeline gives up: our own error knows more. */
  readonly #deadlineMs: number;
  readonly #said = new Set<string>();
  /** Kinds of trouble with absent parts that were said, while there are such parts. */
  readonly #troubles = new Set<string>();
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
    this.#elapsed = internals.elapsed ?? internals.now ?? (() => performance.now());
    this.#handover = new Handover(internals.batchingMs ?? BATCHING_MS);
    this.#worker = new WorkerClient(
      {
        options: token === undefined ? options : { ...options, auth: 'none' },
        hostToken: token !== undefined,
        places: internals.resolveFrom ?? peerPlaces(),
        maxBytes: internals.maxBytes,
        askAgainMs: internals.askAgainMs,
      },
      token,
      (text) => this.#sayOnce(text),
      internals.openThread,
    );
    this.#batcher = new Batcher(
      (parts, signal) => this.#worker.call('send', [parts], this.#deadlineMs, signal),
      internals.lingerMs,
    );
  }

  /** @throws AttributionError `ATTR_PEER_MISSING`, or RetryableError when the database is not ready for this release */
  async start(): Promise<void> {
    const { error, warnings, roles } = await this.check();
    const toldAnyway = roles.find(({ sendingTells }) => sendingTells)?.text;
    for (const warning of warnings) if (warning !== `Kusto: ${toldAnyway}`) this.#sayOnce(warning);
    if (error !== undefined) throw fromPlain(error);
  }

  /** What `start` looks at. Rejects when nothing could be asked. */
  check(): Promise<Check> {
    return this.#worker.call('check', [], this.#deadlineMs);
  }

  async export(part: Part, signal: AbortSignal, history?: PartHistory): Promise<ExportOutcome> {
    if (this.#closed) throw closedError();
    if (signal.aborted) throw new RetryableError('Kusto: cancelled before it was sent.');
    const sent = await this.#batcher.add(part, signal, this.#handover.companyOf(part.id, history));
    if (sent.outcome === 'handed') this.#handover.handed(part, this.#elapsed(), sent);
    return sent.outcome;
  }

  async confirm(
    partIds: readonly string[],
    signal: AbortSignal,
    histories?: Histories,
  ): Promise<ReadonlyMap<string, ConfirmState>> {
    const states = new Map<string, ConfirmState>(partIds.map((id) => [id, 'pending']));
    const arrived = await this.#worker.call(
      'arrived',
      [partIds, this.#handover.sealedFrom(partIds, this.#elapsed(), this.#now())],
      this.#deadlineMs,
      signal,
    );
    if ('forbidden' in arrived) {
      this.#sayOnce(`Kusto: ${arrived.forbidden}`);
      return states;
    }
    const there = new Set(arrived);
    for (const id of partIds) {
      if (!there.has(id)) continue;
      states.set(id, 'arrived');
      this.#handover.arrived(id);
    }
    if (!this.#handover.suspects) this.#troubles.clear();
    const absent = partIds.filter((id) => !there.has(id));
    const overdue = this.#handover.overdue(absent, histories, this.#elapsed(), this.#now());
    if (overdue.length === 0) return states;
    const verdicts = this.#handover.verdicts(overdue, await this.#known(overdue, signal));
    for (const [id, state] of verdicts.states) states.set(id, state);
    this.#warn(verdicts.troubles);
    return states;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker.close();
  }

  /** What the service says about absent parts. That it cannot be asked decides nothing: whether they are there has been asked. */
  async #known(overdue: readonly Absent[], signal: AbortSignal): Promise<Known> {
    const { sourceIds, forMs } = this.#handover.blobsOf(overdue, this.#elapsed(), this.#now());
    const askedAt = this.#now();
    const nothing = { refusals: new Map(), askedAt };
    if (sourceIds.length === 0) return nothing;
    try {
      const refusals = await this.#worker.call('refusals', [sourceIds, forMs], this.#deadlineMs, signal);
      if ('forbidden' in refusals) {
        this.#sayOnce(`Kusto: ${refusals.forbidden}`);
        return { ...nothing, unreadable: refusals.brief, remedy: refusals.grant };
      }
      for (const { details, remedy } of refusals)
        if (remedy !== undefined)
          this.#sayOnce(
            ['Kusto did not ingest what was handed over:', details, remedy].filter((text) => text !== '').join(' '),
            kindOf(remedy),
          );
      return { refusals: new Map(refusals.map((refusal) => [refusal.sourceId, refusal])), askedAt };
    } catch (error) {
      if (signal.aborted) throw error;
      return { ...nothing, unreadable: error instanceof Error ? error.message : String(error) };
    }
  }

  /** One line per kind of trouble, once; again when there was none meanwhile. */
  #warn(troubles: readonly Trouble[]): void {
    for (const kind of new Set(troubles.map((trouble) => trouble.kind))) {
      if (this.#troubles.has(kind)) continue;
      this.#troubles.add(kind);
      this.#logger.warn(
        troubleText(
          troubles.filter((trouble) => trouble.kind === kind),
          WAITS.length,
        ),
      );
    }
  }

  /** @param kind two texts of a kind are one; so are two about the same role, however its lack was found out */
  #sayOnce(text: string, kind = kindOf(text)): void {
    if (this.#said.has(kind) || this.#said.size > 100) return;
    this.#said.add(kind);
    this.#logger.warn(text);
  }
}

const kindOf = (text: string): string => /lacks the role \w+/.exec(text)?.[0] ?? text;
