import { randomUUID } from 'node:crypto';
import { SumTable } from '../core/aggregate/sum-table.ts';
import type { Clock } from '../core/contracts/clock.ts';
import type { Exporter } from '../core/contracts/exporter.ts';
import type { PartQueue, QuarantinedPart } from '../core/contracts/part-queue.ts';
import type { Timers } from '../core/contracts/timers.ts';
import { limits } from '../core/limits.ts';
import type { Part } from '../core/model.ts';
import { type DeliveryOptions, deliveryDefaults } from './backoff.ts';
import { within } from './deadline.ts';
import { Distributor } from './distributor.ts';
import type { OutletContext } from './outlet-context.ts';
import { OutletGroup } from './outlet-group.ts';
import { Patience } from './patience.ts';
import { RecentParts } from './recent-parts.ts';
import { Rotation, type RotationOptions } from './rotation.ts';
import { Sealer } from './sealer.ts';
import { systemTimers } from './system-timers.ts';
import { Ticker } from './ticker.ts';

export interface PipelineOptions extends RotationOptions {
  readonly exporters: readonly Exporter[];
  /** Where parts wait for the exporters. One of the pipeline's own. */
  readonly queue: PartQueue;
  /** Width of a window; must divide 300. */
  readonly windowSeconds: number;
  readonly clock?: Clock;
  /** Default: a random UUID. */
  readonly instance?: string;
  /** Rows at which the table rotates early. Default `limits.tableRows`. */
  readonly maxRows?: number;
  /**
   * Called when the table is full, with what rotates it: an owner whose rotations must not fall into the middle of something runs that at its
   * next safe point. Default: at once.
   */
  readonly atSafePoint?: (rotate: () => void) => void;
  /** In [0, 1); jitter of the tick and of retries. */
  readonly random?: () => number;
  /** Runs `fn` so that the exporters' own I/O makes no spans. Default: just runs it. */
  readonly runUntraced?: <T>(fn: () => T) => T;
  readonly delivery?: Partial<DeliveryOptions>;
  readonly recentBytes?: number;
  /** Every delay, and the time measured in between; with `clock`, what a test on virtual time hands in. Default: the real ones. */
  readonly timers?: Timers;
}

/** How far back `recentParts` reaches. */
const RECENT_MS = 15 * 60_000;
/** Frozen tables waiting to be sealed: at this many a tick waits for the next one, as sums are additive. */
const FROZEN_MAX = 2;

/** From the sum table to the exporters: rotation, sealing, delivery. Nothing in it throws into the host. */
export class Pipeline {
  readonly table: SumTable;
  readonly windowSeconds: number;
  readonly #options: PipelineOptions;
  readonly #timers: Timers;
  readonly #queue: PartQueue;
  readonly #outlets: OutletGroup;
  readonly #recent: RecentParts;
  readonly #rotation: Rotation;
  readonly #sealer: Sealer;
  readonly #ticker: Ticker;
  #instance: string | undefined;
  /** That the table grows past its bound has been counted, as it is once for each time. */
  #said = false;
  /** The owner has been asked for a safe point. */
  #asked = false;
  #shutdown: Promise<void> | undefined;

  constructor(options: PipelineOptions) {
    const { dictionary, windowSeconds, accounts, logger, queue, random = Math.random } = options;
    const clock = options.clock ?? { now: Date.now };
    const now = (): number => clock.now();
    const timers = options.timers ?? systemTimers;
    const delivery = { ...deliveryDefaults, ...options.delivery };
    const runUntraced = options.runUntraced ?? (<T>(fn: () => T): T => fn());
    this.#options = options;
    this.#timers = timers;
    this.#queue = queue;
    this.#instance = options.instance;
    this.windowSeconds = windowSeconds;
    this.table = new SumTable({ dictionary, windowSeconds, maxRows: options.maxRows ?? limits.tableRows });
    this.#recent = new RecentParts(options.recentBytes ?? limits.recentBytes, RECENT_MS);
    const instance = (): string => this.instance;
    const context: OutletContext = { accounts, logger, random, now, timers, delivery, runUntraced };
    this.#outlets = new OutletGroup(options.exporters, queue, context, instance);
    this.#rotation = new Rotation(this.table, options, now, instance);
    this.#sealer = new Sealer({
      distributor: new Distributor(queue, this.#outlets, context),
      timers,
      patience: new Patience(delivery, timers, random),
      accounts,
      recent: this.#recent,
      logger,
    });
    this.#ticker = new Ticker(clock, timers, windowSeconds * 1000, random, () => {
      if (this.#sealer.backlog < FROZEN_MAX) this.rotate();
    });
  }

  /** Random UUID of this run of this process, made when first needed. */
  get instance(): string {
    this.#instance ??= randomUUID();
    return this.#instance;
  }

  /** Parts that no exporter could deliver and that are kept in memory: the queue has no directory, or cannot write it. */
  get quarantined(): readonly QuarantinedPart[] {
    return this.#queue.quarantined;
  }

  /** Starts the tick, shortly after each window boundary, and takes up what earlier processes left in the queue. Keeps no process alive. */
  start(): void {
    if (this.#shutdown !== undefined) return;
    this.#ticker.start();
    this.#outlets.start();
  }

  /** `hook` runs before each rotation, for what still has measurements to commit. */
  onBeforeRotate(hook: () => void): void {
    this.#rotation.before(hook);
  }

  /** To be called after adding to `table`: rotates early when it is full, at no loss. A property read when it is not. */
  afterAdd(): void {
    if (!this.table.full || this.#asked) return;
    if (!this.behind) {
      this.#said = false;
      this.#rotateEarly();
    } else if (!this.#said) {
      this.#said = true;
      this.#options.accounts.count('attribution.limit.reached', 'sealing_behind');
    }
  }

  /**
   * The table is full and cannot be swapped: new keys come faster than they can be sealed, the queue takes no parts, or there is no note. The
   * table grows past `maxRows` meanwhile rather than lose rows. An owner who takes nothing new as long as this is so keeps it within `maxRows`
   * and what came in one piece when that was reached; one who cannot refuse has no bound here.
   */
  get behind(): boolean {
    const refused = this.#sealer.refused || this.#rotation.refused;
    return this.table.full && (refused || this.#sealer.backlog >= 2 * FROZEN_MAX);
  }

  /**
   * Swaps the table now, without I/O. Sealing, compression and export go on in small turns. No part is made of nothing; while the parts of an
   * earlier rotation cannot be stored the swap waits for a later call.
   */
  rotate(): void {
    if (!this.#sealer.refused) this.#rotate(false);
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
    this.rotate();
    await within(timeoutMs, this.#flush(timeoutMs), this.#timers);
    this.#outlets.warnLeft('forceFlush');
  }

  /**
   * Seals what is left (the last part says `final`), delivers it, closes the exporters. Bounded by `timeoutMs` as a whole, even if an
   * exporter hangs; parts that did not leave stay in the queue, or are set aside where it keeps none. Never rejects; a second call joins the first.
   */
  shutdown(timeoutMs: number = limits.shutdownMs): Promise<void> {
    this.#shutdown ??= this.#shutDown(timeoutMs);
    return this.#shutdown;
  }

  /** For `process.on('exit')`: seals, compresses and sends what is left in this turn, through exporters with `exportSync`. Never throws. */
  flushSync(): void {
    this.#ticker.stop();
    this.#leaveSync(true);
  }

  /** The same in the middle of the work, for few rows: whoever calls it may be ended at any moment and without a word. */
  handOver(): void {
    this.#leaveSync(false);
  }

  #leaveSync(final: boolean): void {
    this.#outlets.suspend();
    this.#rotate(final);
    this.#sealer.finishSync();
    this.#outlets.flushSync();
  }

  #rotateEarly(): void {
    const { atSafePoint = (rotate) => rotate() } = this.#options;
    this.#asked = true;
    try {
      atSafePoint(() => {
        this.#asked = false;
        if (this.table.full) this.rotate();
      });
    } catch (error) {
      this.#asked = false;
      this.#rotation.failed('at_safe_point', error);
    }
  }

  /** `final`: the end, when there is no later swap to wait for. */
  #rotate(final: boolean): void {
    const rotated = this.#rotation.swap(final);
    if (rotated !== undefined) this.#sealer.push(rotated);
  }

  async #flush(timeoutMs: number): Promise<void> {
    const until = this.#timers.now() + timeoutMs;
    const refused = this.#sealer.refused;
    this.#sealer.kick();
    await this.#sealer.idle();
    if (refused) {
      // The swap that had to wait.
      this.rotate();
      await this.#sealer.idle();
    }
    await this.#outlets.drained(until);
  }

  async #shutDown(timeoutMs: number): Promise<void> {
    this.#ticker.stop();
    // A part of the time is kept for closing: an exporter that hangs in `export` must not cost the others their `close`.
    const closingMs = Math.min(1_000, timeoutMs / 5);
    this.#rotate(true);
    await within(
      timeoutMs - closingMs,
      this.#flush(timeoutMs - closingMs).then(() => this.#outlets.confirmed()),
      this.#timers,
    );
    this.#outlets.warnLeft('shutdown');
    this.#sealer.stop();
    const { promise: deadline, resolve } = Promise.withResolvers<void>();
    const cancel = this.#timers.after(closingMs, resolve, true);
    await this.#outlets.close(deadline);
    cancel();
  }
}
