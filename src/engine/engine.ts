/** From options to a running pipeline: the one place that puts mapping, scopes, sum table and exporters together. */
import { Accounts } from '../core/accounts.ts';
import { Dictionary } from '../core/aggregate/dictionary.ts';
import type { SumTable } from '../core/aggregate/sum-table.ts';
import { Committer } from '../core/attribution/committer.ts';
import { OriginResolver } from '../core/attribution/origin-resolver.ts';
import { type ManualMeasurement, recordByHand, type Surroundings } from '../core/attribution/record.ts';
import type { SpanView } from '../core/attribution/span-view.ts';
import type { CallsTold } from '../core/attribution/target-calls.ts';
import { SpanTracker } from '../core/attribution/tracker.ts';
import type { Exporter } from '../core/contracts/exporter.ts';
import type { Logger } from '../core/logger.ts';
import { compileMapping } from '../core/mapping/compile.ts';
import type { Mapping } from '../core/mapping/types.ts';
import type { Part } from '../core/model.ts';
import { decodePartSync } from '../parts/part-codec.ts';
import { Pipeline } from '../pipeline/pipeline.ts';
import { createPartQueue } from '../spool/index.ts';
import { addPartRows } from './add-part.ts';
import { buildExporters } from './exporters.ts';
import type { SettledOptions } from './options.ts';
import { packageVersion } from './package-version.ts';

/** What the engine needs of whoever runs it: the plug-in in an application, or a process of our own. */
export interface EngineHost {
  readonly logger: Logger;
  /** Tells the person who starts the application. */
  say(text: string): void;
  /** Where all parts go, instead of to the exporters of the options: a worker thread hands them to its process. */
  readonly outlet?: Exporter | undefined;
  /** Runs `fn` so that the engine's own I/O makes no spans. */
  readonly runUntraced: <T>(fn: () => T) => T;
  /** Names the route of a request for which no framework does; may throw, and return anything. */
  readonly route?: ((root: SpanView) => unknown) | undefined;
}

export class Engine {
  readonly accounts = new Accounts();
  readonly dictionary: Dictionary;
  readonly mapping: Mapping;
  readonly resolver: OriginResolver;
  readonly tracker: SpanTracker;
  readonly windowSeconds: number;
  /** When it was made, milliseconds since the Unix epoch. */
  readonly startedMs = Date.now();
  readonly #detachedAfterMs: number;
  readonly #committer: Committer;
  readonly #pipeline: Pipeline;
  readonly #logger: Logger;
  readonly #collectors: ((last: boolean) => Promise<void>)[] = [];
  readonly #syncCollectors: (() => void)[] = [];
  #ended: Promise<void> | undefined;

  constructor(options: SettledOptions, host: EngineHost) {
    const { accounts } = this;
    const { service, windowSeconds } = options;
    this.#logger = host.logger;
    this.windowSeconds = windowSeconds;
    this.#detachedAfterMs = options.detachedAfterSeconds * 1000;
    this.dictionary = new Dictionary({ onCut: () => accounts.count('attribution.limit.reached', 'name_chars') });
    const { dictionary } = this;
    const { presets, rules } = options;
    this.mapping = compileMapping({ presets, rules, dictionary, accounts });
    const { exporters, directory } =
      host.outlet === undefined ? buildExporters(options, host) : { exporters: [host.outlet], directory: undefined };
    this.#pipeline = new Pipeline({
      exporters,
      queue: createPartQueue({ directory, maxSpoolBytes: options.maxSpoolBytes }),
      dictionary,
      accounts,
      windowSeconds,
      service: () => this.tracker.service,
      mappingHash: this.mapping.hash,
      packageVersion,
      logger: host.logger,
      startedAt: this.startedMs,
      maxRows: options.maxRows,
      runUntraced: host.runUntraced,
    });
    this.resolver = new OriginResolver({
      originAttribute: options.originAttribute,
      attributes: options.attributes,
      route: host.route,
      accounts,
    });
    this.#committer = new Committer({ dictionary, table: this.table, accounts, rotate: () => this.afterAdd() });
    this.tracker = new SpanTracker({
      mapping: this.mapping,
      accounts,
      resolver: this.resolver,
      committer: this.#committer,
      windowSeconds,
      originDeadlineMs: options.originDeadlineSeconds * 1000,
      detachedAfterMs: this.#detachedAfterMs,
      service,
      now: Date.now,
      defer: (work) => void setImmediate(work).unref(),
    });
    this.#pipeline.onBeforeRotate(() => this.tracker.commitOverdue());
  }

  get table(): SumTable {
    return this.#pipeline.table;
  }

  /** Calls to each target so far, written or not. */
  callsTold(): CallsTold {
    return this.#committer.calls.tell(this.tracker.scopes);
  }

  /** To be called after adding to `table`. */
  afterAdd(): void {
    this.#pipeline.afterAdd();
  }

  /**
   * `collect` brings in what is still elsewhere (metrics of an SDK, sums of other threads) before each flush, within a bound of its
   * own; `last`: it is the last one. `collectSync` does in the last turn of the process, where that can be done.
   */
  onFlush(collect: (last: boolean) => Promise<void>, collectSync?: () => void): void {
    this.#collectors.push(collect);
    if (collectSync !== undefined) this.#syncCollectors.push(collectSync);
  }

  /** Adds what another engine has summed: a compressed part. Never throws. */
  addPart(body: Uint8Array): void {
    try {
      addPartRows(decodePartSync(body), this);
    } catch (error) {
      this.accounts.count('attribution.part.dropped', 'unreadable');
      this.#logger.error(`A part of another thread cannot be read, its rows are lost: ${error}`);
    }
    this.afterAdd();
  }

  /** Seals what belongs to an origin already and hands it to exporters that take it in this turn. */
  handOver(): void {
    this.#pipeline.handOver();
  }

  rotate(): void {
    this.#pipeline.rotate();
  }

  /** False when it was refused: the reason is in the accounts. */
  record(measured: ManualMeasurement, around: Surroundings): boolean {
    return recordByHand(measured, around, {
      accounts: this.accounts,
      committer: this.#committer,
      dictionary: this.dictionary,
      windowSeconds: this.windowSeconds,
      detachedAfterMs: this.#detachedAfterMs,
      now: Date.now,
      service: () => this.tracker.service,
    });
  }

  /** Compressed parts sealed since `sinceMs`, oldest first; of the last minutes only. */
  recentParts(sinceMs: number): readonly Part[] {
    return this.#pipeline.recentParts(sinceMs);
  }

  /** Begins to rotate, and to send what earlier processes left. Keeps no process alive. */
  start(): void {
    this.#pipeline.start();
  }

  /** Commits what has waited too long for its origin, seals all and hands it to the exporters. Bounded, never rejects. */
  async forceFlush(): Promise<void> {
    await this.#collect(false);
    await this.#pipeline.forceFlush();
  }

  /** The same for the last time, with all that is still open; a second call joins the first. */
  shutdown(): Promise<void> {
    this.tracker.commitAll();
    this.#ended ??= this.#collect(true).then(() => this.#pipeline.shutdown());
    return this.#ended;
  }

  /** For `process.on('exit')`. */
  flushSync(): void {
    for (const collect of this.#syncCollectors) collect();
    this.tracker.commitAll();
    this.#pipeline.flushSync();
  }

  async #collect(last: boolean): Promise<void> {
    await Promise.allSettled(this.#collectors.map((collect) => collect(last)));
  }
}
