import type { Accounts } from '../core/accounts.ts';
import { AmbiguousError, AttributionError, PermanentError, RetryableError } from '../core/errors.ts';
import type { Exporter, ExportOutcome } from '../core/exporter.ts';
import type { Logger } from '../core/logger.ts';
import type { Part } from '../core/model.ts';
import { backoffMs, type DeliveryOptions } from './backoff.ts';
import { type Call, startCall } from './call.ts';
import { Confirmer } from './confirmer.ts';
import { Fates } from './fates.ts';
import type { PartMemory } from './part-memory.ts';
import type { Quarantine } from './quarantine.ts';
import { type Delivery, WaitingLine } from './waiting-line.ts';

export interface OutletContext {
  readonly accounts: Accounts;
  readonly logger: Logger;
  readonly random: () => number;
  readonly memory: PartMemory;
  readonly quarantine: Quarantine;
  readonly delivery: DeliveryOptions;
  /** Runs `fn` so that our own I/O makes no spans. */
  readonly runUntraced: <T>(fn: () => T) => T;
}

/** Calls may ignore their abort and hang: with this many left behind no new one is started. */
const UNSETTLED_CALLS_MAX = 8;
/**
 * The way of parts to one exporter: oldest first, retried with backoff, set aside when refused. Owns retry, deadlines and
 * concurrency, so that exporters need none. Every part offered ends as exported, quarantined or dropped, each counted.
 */
export class Outlet {
  readonly exporter: Exporter;
  readonly #context: OutletContext;
  readonly #waiting = new WaitingLine();
  readonly #flying = new Map<Delivery, Call<unknown>>();
  readonly #fates: Fates;
  readonly #confirmer: Confirmer;
  readonly #watchers = new Set<() => void>();
  #ownBytes = 0;
  #started: Promise<void> | undefined;
  /** Calls that have not settled, those left behind included. */
  #unsettled = 0;
  /** Failed deliveries whose fate is being decided (a quarantine file being written). */
  #deciding = 0;
  #delivered = 0;
  /** Failed attempts in a row. */
  #failures = 0;
  /** Monotonic times: a wall clock that steps back must not stop delivery. */
  #notBefore = 0;
  #retryAfter = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #held = false;

  constructor(exporter: Exporter, context: OutletContext) {
    this.exporter = exporter;
    this.#context = context;
    this.#fates = new Fates(exporter.name, context, (part) => {
      this.#ownBytes -= part.body.length;
      context.memory.release(part);
    });
    this.#confirmer = new Confirmer(exporter, context, {
      arrived: (delivery) => this.#fates.exported(delivery),
      missing: (delivery) => this.#waiting.add(delivery),
      refused: (delivery, reason) => this.#fates.setAside(delivery, reason),
      changed: () => {
        this.#changed();
        this.#pump();
      },
    });
  }

  /** Parts waiting or in flight. */
  get backlog(): number {
    return this.#waiting.size + this.#flying.size + this.#deciding;
  }

  /** Handed parts not yet confirmed. */
  get unconfirmed(): number {
    return this.#confirmer.size;
  }

  get failing(): boolean {
    return this.#failures > 0;
  }

  /** Takes a new part. At the memory bound it is the new one that is refused: what waits longest is needed first. */
  offer(part: Part): void {
    const delivery: Delivery = { part, attempts: 0, deliveredBefore: 0 };
    if (this.#closed) {
      this.#fates.refuse('closed', `parts sealed after shutdown do not reach it any more`);
    } else if (!this.#context.memory.tryHold(part, this.#ownBytes)) {
      this.#fates.refuse(
        'memory_full',
        `parts waiting in memory have reached ${this.#context.memory.maxBytes} bytes; new parts are dropped`,
      );
    } else {
      this.#ownBytes += part.body.length;
      this.#waiting.add(delivery);
      this.#pump();
    }
  }

  /** Tries again now, unless the destination asked to wait. */
  kick(): void {
    this.#notBefore = this.#retryAfter;
    this.#pump();
  }

  /**
   * Resolves when nothing waits or flies, or when waiting is in vain: after `failures` more failed attempts the destination is down,
   * and it may have asked for a pause beyond `until` (monotonic milliseconds).
   */
  drained(failures = 3, until = Number.POSITIVE_INFINITY): Promise<void> {
    const limit = this.#failures + failures;
    return this.#until(() => this.backlog === 0 || this.#failures >= limit || this.#retryAfter > until);
  }

  /** Asks the destination about handed parts now. */
  confirmNow(): Promise<void> {
    return this.#confirmer.confirm();
  }

  /** Resolves once no call is under way; `abort` settles them at the latest after a short grace. */
  settled(): Promise<void> {
    return this.#until(() => this.#flying.size === 0 && this.#deciding === 0);
  }

  /** For the end of the process: starts no call that could not end any more. `flushSync` undoes it. */
  hold(): void {
    this.#held = true;
  }

  /** Sends what waits in this very turn, for `process.on('exit')`. What cannot leave so is set aside: calls under way have no future. */
  flushSync(): void {
    const { exporter } = this;
    const { exportSync } = exporter;
    for (const delivery of this.#flying.keys()) {
      if (exportSync === undefined || !exporter.supports.idempotent) {
        this.#fates.setAsideSync(this.#take(delivery), 'may have arrived: the process ended before the answer');
      } else {
        this.#sendSync(this.#take(delivery));
      }
    }
    for (const delivery of this.#waiting.takeAll()) {
      if (exportSync === undefined) this.#fates.setAsideSync(delivery, 'not delivered before the process ended');
      else this.#sendSync(delivery);
    }
    this.#held = false;
    this.#changed();
  }

  /** Stops delivery. What still waits or flies is set aside with the reason; then the exporter is closed. */
  async close(deadline: Promise<unknown>): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const call of this.#flying.values()) call.abort('shutting down');
    await Promise.race([this.settled(), deadline]);
    for (const delivery of [...this.#flying.keys()]) {
      this.#fates.setAsideSync(this.#take(delivery), 'may have arrived: no answer before shutdown');
    }
    for (const delivery of this.#waiting.takeAll()) this.#fates.setAsideSync(delivery, 'not delivered before shutdown');
    for (const delivery of this.#confirmer.takeAll())
      this.#fates.setAsideSync(delivery, 'handed over, not confirmed before shutdown');
    this.#changed();
    try {
      await Promise.race([this.#context.runUntraced(() => this.exporter.close()), deadline]);
    } catch (error) {
      this.#fates.warnOnce('close', `closing failed: ${message(error)}`);
    }
  }

  #pump(): void {
    if (this.#closed || this.#held) return;
    const { delivery } = this.#context;
    while (this.#waiting.size > 0) {
      const concurrency = this.#failures > 0 ? 1 : delivery.concurrency;
      if (this.#flying.size >= concurrency || this.#unsettled >= UNSETTLED_CALLS_MAX) return;
      const wait = this.#notBefore - performance.now();
      if (wait > 0) {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#pump(), wait).unref();
        return;
      }
      void this.#send(this.#waiting.next()!);
    }
  }

  #sendSync(delivery: Delivery): void {
    try {
      this.#context.runUntraced(() => this.exporter.exportSync!(delivery.part));
      this.#fates.exported(delivery);
    } catch (error) {
      if (code(error) === 'ATTR_SPOOL_FULL') this.#fates.drop(delivery, 'directory_full', message(error));
      else this.#fates.setAsideSync(delivery, `not delivered before the process ended: ${message(error)}`);
    }
  }

  async #send(delivery: Delivery): Promise<void> {
    const { exporter } = this;
    const { delivery: options, runUntraced } = this.#context;
    let sending = false;
    const call = startCall(exporter.name, options.callMs, (signal) =>
      runUntraced(async () => {
        await this.#start();
        sending = true;
        return exporter.export(delivery.part, signal);
      }),
    );
    this.#flying.set(delivery, call);
    this.#unsettled++;
    void call.settled.then(() => {
      this.#unsettled--;
      this.#pump();
    });
    try {
      const outcome = await call.result;
      if (this.#flying.delete(delivery)) this.#sent(delivery, outcome);
    } catch (error) {
      // A part whose exporter never started cannot have arrived.
      const cause = sending || !(error instanceof AmbiguousError) ? error : new RetryableError(error.message);
      if (this.#flying.delete(delivery)) {
        this.#deciding++;
        await this.#refused(delivery, cause);
        this.#deciding--;
      }
    }
    this.#changed();
    this.#pump();
  }

  #start(): Promise<void> {
    this.#started ??= (async () => this.exporter.start?.())().catch((error: unknown) => {
      this.#started = undefined;
      throw error;
    });
    return this.#started;
  }

  #sent(delivery: Delivery, outcome: ExportOutcome): void {
    if (this.#failures > 0) this.#context.logger.info(`${this.exporter.name}: reachable again.`);
    this.#failures = 0;
    this.#delivered++;
    this.#fates.again('retry');
    if (outcome === 'handed' && this.exporter.confirm !== undefined) this.#confirmer.add(delivery);
    else this.#fates.exported(delivery);
  }

  async #refused(delivery: Delivery, error: unknown): Promise<void> {
    const { name, supports, confirm } = this.exporter;
    if (code(error) === 'ATTR_SPOOL_FULL') return this.#fates.drop(delivery, 'directory_full', message(error));
    if (error instanceof PermanentError || code(error) === 'ATTR_PART_CORRUPT')
      return this.#fates.setAside(delivery, message(error));
    if (error instanceof AmbiguousError && !supports.idempotent) {
      if (confirm !== undefined) return this.#confirmer.add(delivery);
      return this.#fates.setAside(
        delivery,
        `may have arrived, and ${name} can neither be asked nor take it twice: ${message(error)}`,
      );
    }
    if (delivery.attempts++ === 0) delivery.deliveredBefore = this.#delivered;
    if (delivery.attempts >= this.#context.delivery.attempts && this.#delivered > delivery.deliveredBefore) {
      return this.#fates.setAside(
        delivery,
        `failed ${delivery.attempts} times while other parts got through: ${message(error)}`,
      );
    }
    this.#pause(error);
    this.#waiting.add(delivery);
  }

  #pause(error: unknown): void {
    const { delivery, random, accounts } = this.#context;
    this.#failures++;
    accounts.count('attribution.part.retried', this.exporter.name);
    const now = performance.now();
    const asked = error instanceof RetryableError ? (error.retryAfterMs ?? 0) : 0;
    if (asked > 0) this.#retryAfter = now + Math.min(asked, delivery.retryAfterMaxMs);
    this.#notBefore = Math.max(this.#retryAfter, now + backoffMs(this.#failures, random(), delivery));
    this.#fates.warnOnce('retry', `${message(error)} Parts wait in memory and are tried again.`);
  }

  /** Takes a delivery out of whatever list it is in. */
  #take(delivery: Delivery): Delivery {
    this.#flying.delete(delivery);
    this.#waiting.remove(delivery);
    return delivery;
  }

  #until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      const watch = (): void => {
        if (!condition()) return;
        this.#watchers.delete(watch);
        resolve();
      };
      this.#watchers.add(watch);
    });
  }

  #changed(): void {
    for (const watch of [...this.#watchers]) watch();
  }
}

function code(error: unknown): string | undefined {
  return error instanceof AttributionError ? error.code : undefined;
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
