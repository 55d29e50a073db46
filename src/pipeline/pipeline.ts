import { randomUUID } from 'node:crypto';
import type { Accounts } from '../core/accounts.ts';
import type { Dictionary } from '../core/aggregate/dictionary.ts';
import { seal } from '../core/aggregate/seal.ts';
import { SumTable } from '../core/aggregate/sum-table.ts';
import type { Clock } from '../core/contracts/clock.ts';
import type { Exporter } from '../core/contracts/exporter.ts';
import type { Timers } from '../core/contracts/timers.ts';
import { limits } from '../core/limits.ts';
import type { Logger } from '../core/logger.ts';
import type { Part } from '../core/model.ts';
import { DirectorySize } from '../parts/directory-size.ts';
import { ExporterSpool } from '../spool/exporter-spool.ts';
import { type SpoolFiles, spoolFiles } from '../spool/spool-files.ts';
import { folderName } from '../spool/spool-names.ts';
import { WriteQueue } from '../spool/write-queue.ts';
import { addAccountRows } from './account-rows.ts';
import { type DeliveryOptions, deliveryDefaults } from './backoff.ts';
import { within } from './deadline.ts';
import { Outlet } from './outlet.ts';
import { PartMemory } from './part-memory.ts';
import { Quarantine, type QuarantinedPart } from './quarantine.ts';
import { RecentParts } from './recent-parts.ts';
import { Sealer } from './sealer.ts';
import { systemTimers } from './system-timers.ts';
import { Ticker } from './ticker.ts';

export interface PipelineOptions {
  readonly exporters: readonly Exporter[];
  readonly dictionary: Dictionary;
  readonly accounts: Accounts;
  /** Width of a window; must divide 300. */
  readonly windowSeconds: number;
  /** Name of the emitting service, asked at each rotation: it may become known late. */
  readonly service: () => string;
  readonly mappingHash: string;
  readonly packageVersion: string;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Default: a random UUID. */
  readonly instance?: string;
  /** Rows at which the table rotates early. Default `limits.tableRows`. */
  readonly maxRows?: number;
  /** In [0, 1); jitter of the tick and of retries. */
  readonly random?: () => number;
  /**
   * Where parts outlive this process. Exporters without `exportSync` (those over a network) spool to `<directory>/<exporter>/`: parts are
   * written there before they are sent, and any process with the same exporter and directory goes on with what another left. Parts that
   * cannot be delivered go to `<directory>/quarantine/`. Default: all is kept in memory.
   */
  readonly directory?: string;
  /** Cap of all part files below `directory`, of all processes together, in bytes. Default `limits.spoolBytes`. */
  readonly maxSpoolBytes?: number;
  /** Runs `fn` so that the exporters' own I/O makes no spans. Default: just runs it. */
  readonly runUntraced?: <T>(fn: () => T) => T;
  readonly delivery?: Partial<DeliveryOptions>;
  readonly memoryPartsBytes?: number;
  readonly recentBytes?: number;
  /** Every delay, and the time measured in between; with `clock`, what a test on virtual time hands in. Default: the real ones. */
  readonly timers?: Timers;
  /** For tests of a failing disk. */
  readonly files?: SpoolFiles;
}

/** How far back `recentParts` reaches. */
const RECENT_MS = 15 * 60_000;
/** Frozen tables waiting to be sealed: at this many a tick waits for the next one, as sums are additive. */
const FROZEN_MAX = 2;
/** Share of the memory bound at which sealing waits for delivery, and how long at most. */
const PRESSURE = 0.5;
const PRESSURE_MS = 1_000;

/** From the sum table to the exporters: rotation, sealing, delivery. Nothing in it throws into the host. */
export class Pipeline {
  readonly table: SumTable;
  readonly windowSeconds: number;
  readonly #options: PipelineOptions;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #outlets: readonly Outlet[];
  readonly #memory: PartMemory;
  readonly #quarantine: Quarantine;
  readonly #recent: RecentParts;
  readonly #sealer: Sealer;
  readonly #ticker: Ticker;
  readonly #hooks: (() => void)[] = [];
  #instance: string | undefined;
  #sequence = 0;
  #rotating = false;
  /** Whether any table was rotated, and whether the latest was the last of this instance. */
  #rotated = false;
  #final = false;
  #behind = false;
  #shutdown: Promise<void> | undefined;

  constructor(options: PipelineOptions) {
    const { dictionary, windowSeconds, accounts, logger, random = Math.random } = options;
    this.#options = options;
    this.#clock = options.clock ?? { now: Date.now };
    this.#timers = options.timers ?? systemTimers;
    this.#instance = options.instance;
    this.windowSeconds = windowSeconds;
    this.table = new SumTable({ dictionary, windowSeconds, maxRows: options.maxRows ?? limits.tableRows });
    this.#memory = new PartMemory(options.memoryPartsBytes ?? limits.memoryPartsBytes);
    this.#quarantine = new Quarantine(options.directory, limits.quarantineBytes);
    this.#recent = new RecentParts(options.recentBytes ?? limits.recentBytes, RECENT_MS);
    const context = {
      accounts,
      logger,
      random,
      now: () => this.#clock.now(),
      timers: this.#timers,
      memory: this.#memory,
      quarantine: this.#quarantine,
      delivery: { ...deliveryDefaults, ...options.delivery },
      runUntraced: options.runUntraced ?? (<T>(fn: () => T): T => fn()),
    };
    const spool = spoolFactory(options, context.now, () => this.instance);
    this.#outlets = withNames(options.exporters).map(
      ([exporter, name]) => new Outlet(exporter, name, context, spool(exporter, name)),
    );
    this.#sealer = new Sealer(
      (part) => this.#emit(part),
      (error) => {
        accounts.count('attribution.part.dropped', 'seal_failed');
        logger.error(`Sealing a part failed, its rows are lost: ${error instanceof Error ? error.stack : error}`);
      },
    );
    this.#ticker = new Ticker(this.#clock, this.#timers, windowSeconds * 1000, random, () => {
      if (this.#sealer.backlog < FROZEN_MAX) this.rotate();
    });
  }

  /** Random UUID of this run of this process, made when first needed. */
  get instance(): string {
    this.#instance ??= randomUUID();
    return this.#instance;
  }

  /** Parts that no exporter could deliver and that are kept in memory (without `directory`, or when it cannot be written). */
  get quarantined(): readonly QuarantinedPart[] {
    return this.#quarantine.parts;
  }

  /** Starts the tick, shortly after each window boundary, and takes up what earlier processes left in the spool. Keeps no process alive. */
  start(): void {
    if (this.#shutdown !== undefined) return;
    this.#ticker.start();
    for (const outlet of this.#outlets) outlet.start();
  }

  /** `hook` runs before each rotation, for what still has measurements to commit. */
  onBeforeRotate(hook: () => void): void {
    this.#hooks.push(hook);
  }

  /** To be called after adding to `table`: rotates early when it is full, at no loss. A property read when it is not. */
  afterAdd(): void {
    if (!this.table.full) return;
    if (this.#sealer.backlog < 2 * FROZEN_MAX) {
      this.#behind = false;
      this.rotate();
    } else if (!this.#behind) {
      // New keys come faster than they can be sealed: the table grows past its bound rather than lose them.
      this.#behind = true;
      this.#options.accounts.count('attribution.limit.reached', 'sealing_behind');
    }
  }

  /** Swaps the table now, without I/O. Sealing, compression and export go on in small turns. No part is made of nothing. */
  rotate(): void {
    this.#rotate(false);
  }

  /** Compressed parts sealed since `sinceMs` (milliseconds since the epoch), oldest first; at most 15 minutes and `limits.recentBytes`. */
  recentParts(sinceMs: number): readonly Part[] {
    return this.#recent.since(sinceMs);
  }

  /**
   * Rotates and waits until every part has left, or its exporter failed three times more, or the time is over; what is left is retried later.
   * Never rejects; may be called at any time, any number of times at once.
   */
  async forceFlush(timeoutMs: number = limits.shutdownMs): Promise<void> {
    if (this.#shutdown !== undefined) return this.#shutdown;
    this.#rotate(false);
    await within(timeoutMs, this.#flush(timeoutMs), this.#timers);
    this.#warnLeft('forceFlush');
  }

  /**
   * Seals what is left (the last part says `final`), delivers it, closes the exporters. Bounded by `timeoutMs` as a whole, even if an
   * exporter hangs; parts that did not leave stay in the spool, or are set aside without one. Never rejects; a second call joins the first.
   */
  shutdown(timeoutMs: number = limits.shutdownMs): Promise<void> {
    this.#shutdown ??= this.#shutDown(timeoutMs);
    return this.#shutdown;
  }

  /** For `process.on('exit')`: seals, compresses and sends what is left in this turn, through exporters with `exportSync`. Never throws. */
  flushSync(): void {
    this.#ticker.stop();
    for (const outlet of this.#outlets) outlet.hold();
    this.#rotate(true);
    this.#sealer.finishSync();
    for (const outlet of this.#outlets) outlet.flushSync();
  }

  #rotate(final: boolean): void {
    // A hook commits measurements, which may fill the table: no rotation within a rotation.
    if (this.#rotating) return;
    this.#rotating = true;
    try {
      const { accounts, dictionary, service, mappingHash, packageVersion, logger } = this.#options;
      for (const hook of this.#hooks) {
        try {
          hook();
        } catch (error) {
          accounts.count('attribution.hook.failed', 'before_rotate');
          logger.debug(`A hook before rotation failed: ${error instanceof Error ? error.stack : error}`);
        }
      }
      // The books about parts alone are no reason for a part: an idle process would seal for ever.
      const last = final && this.#rotated && !this.#final;
      if (this.table.size === 0 && !accounts.hasNews() && !last) return;
      const now = this.#clock.now();
      addAccountRows(this.table, dictionary, accounts.drain(), Math.floor(now / 1000 / this.windowSeconds), service());
      if (this.table.size === 0 && !last) return;
      this.#rotated = true;
      this.#final = final;
      const frozen = this.table.rotate();
      const steps = seal(frozen, {
        instance: this.instance,
        nextSequence: () => ++this.#sequence,
        sealedAt: now,
        package: packageVersion,
        mapping: mappingHash,
        ...(final && { final }),
      });
      this.#sealer.push(frozen, steps);
    } finally {
      this.#rotating = false;
    }
  }

  #emit(part: Part): Promise<void> | undefined {
    this.#options.accounts.count('attribution.part.sealed');
    this.#recent.add(part);
    for (const outlet of this.#outlets) outlet.offer(part);
    if (this.#memory.bytes < this.#memory.maxBytes * PRESSURE) return undefined;
    // Let exporters that work catch up before more is sealed; one that is down is not waited for.
    const busy = this.#outlets.filter((outlet) => !outlet.failing).map((outlet) => outlet.caughtUp());
    return within(PRESSURE_MS, Promise.all(busy), this.#timers).then(() => {});
  }

  async #flush(timeoutMs: number): Promise<void> {
    const until = this.#timers.now() + timeoutMs;
    await this.#sealer.idle();
    for (const outlet of this.#outlets) outlet.kick();
    await Promise.all(this.#outlets.map((outlet) => outlet.drained(undefined, until)));
  }

  async #shutDown(timeoutMs: number): Promise<void> {
    this.#ticker.stop();
    // A part of the time is kept for closing: an exporter that hangs in `export` must not cost the others their `close`.
    const closingMs = Math.min(1_000, timeoutMs / 5);
    this.#rotate(true);
    await within(
      timeoutMs - closingMs,
      this.#flush(timeoutMs - closingMs).then(() => Promise.all(this.#outlets.map((outlet) => outlet.confirmNow()))),
      this.#timers,
    );
    this.#warnLeft('shutdown');
    const { promise: deadline, resolve } = Promise.withResolvers<void>();
    const cancel = this.#timers.after(closingMs, resolve, true);
    await Promise.all(this.#outlets.map((outlet) => outlet.close(deadline)));
    cancel();
  }

  #warnLeft(what: string): void {
    const { logger } = this.#options;
    for (const { name, backlog, unconfirmed, folder } of this.#outlets) {
      const stay = folder === undefined ? '.' : `; they stay in ${folder} and are sent later.`;
      if (backlog > 0) logger.warn(`${what}: ${backlog} parts have not reached exporter "${name}"${stay}`);
      if (unconfirmed > 0) {
        const line = `${what}: ${unconfirmed} parts handed to "${name}" are not confirmed${stay}`;
        if (what === 'shutdown' && folder !== undefined) logger.info(line);
        else logger.debug(line);
      }
    }
  }
}

/** Exporters of the same kind keep their parts and their books apart: the second `otlp` is `otlp-2`. */
function withNames(exporters: readonly Exporter[]): [Exporter, string][] {
  const taken = new Map<string, number>();
  return exporters.map((exporter) => {
    const n = (taken.get(exporter.name) ?? 0) + 1;
    taken.set(exporter.name, n);
    return [exporter, n === 1 ? exporter.name : `${exporter.name}-${n}`];
  });
}

/** A spool for each exporter that cannot send in the last turn of a process, where there is a directory. */
function spoolFactory(options: PipelineOptions, now: () => number, instance: () => string) {
  const { directory, maxSpoolBytes = limits.spoolBytes, files = spoolFiles } = options;
  if (directory === undefined) return () => undefined;
  const shared = { directory, files, now, instance };
  const size = new DirectorySize(directory, maxSpoolBytes, now);
  const queue = new WriteQueue();
  return (exporter: Exporter, name: string): ExporterSpool | undefined =>
    exporter.exportSync === undefined
      ? new ExporterSpool({ ...shared, size, queue, folder: folderName(name) })
      : undefined;
}
