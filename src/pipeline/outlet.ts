import type { Accounts } from '../core/accounts.ts';
import type { Exporter, ExportOutcome } from '../core/contracts/exporter.ts';
import type { Timers } from '../core/contracts/timers.ts';
import { AmbiguousError, PermanentError, RetryableError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Part } from '../core/model.ts';
import type { ExporterSpool, SpoolEntry } from '../spool/exporter-spool.ts';
import type { DeliveryOptions } from './backoff.ts';
import { type Call, startCall } from './call.ts';
import { Confirmer } from './confirmer.ts';
import type { Delivery } from './delivery.ts';
import { code, message } from './error-text.ts';
import { Fates } from './fates.ts';
import { Intake } from './intake.ts';
import { Keep } from './keep.ts';
import { sendInLastTurn } from './last-turn.ts';
import type { PartMemory } from './part-memory.ts';
import { Patience } from './patience.ts';
import type { Quarantine } from './quarantine.ts';
import { WaitingLine } from './waiting-line.ts';

export interface OutletContext {
  readonly accounts: Accounts;
  readonly logger: Logger;
  readonly random: () => number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly timers: Timers;
  readonly memory: PartMemory;
  readonly quarantine: Quarantine;
  readonly delivery: DeliveryOptions;
  /** Runs `fn` so that our own I/O makes no spans. */
  readonly runUntraced: <T>(fn: () => T) => T;
}

/** Calls may ignore their abort and hang: with this many left behind no new one is started. */
const UNSETTLED_CALLS_MAX = 8;
/** Parts in the line, and handed; what a spool holds beyond is taken up when there is room again. */
const LINE_PARTS_MAX = 100_000;

/**
 * The way of parts to one exporter: oldest first, retried with backoff, set aside when refused. Owns retry, deadlines and
 * concurrency, so that exporters need none. Every part offered ends as exported, quarantined or dropped, each counted, or stays in the
 * spool for the next process.
 */
export class Outlet {
  readonly exporter: Exporter;
  readonly name: string;
  readonly #context: OutletContext;
  readonly #keep: Keep;
  readonly #intake: Intake | undefined;
  readonly #fates: Fates;
  readonly #patience: Patience;
  readonly #confirmer: Confirmer;
  readonly #waiting = new WaitingLine();
  /** With the call under way, if it has begun. */
  readonly #flying = new Map<Delivery, Call<unknown> | undefined>();
  readonly #watchers = new Set<() => void>();
  #started: Promise<void> | undefined;
  /** Calls that have not settled, those left behind included. */
  #unsettled = 0;
  /** Deliveries whose fate is being written down. */
  #deciding = 0;
  #delivered = 0;
  #cancelTimer: (() => void) | undefined;
  #closed = false;
  #held = false;

  /** `name`: unique among the outlets. Without `spool` parts wait in memory. */
  constructor(exporter: Exporter, name: string, context: OutletContext, spool: ExporterSpool | undefined) {
    this.exporter = exporter;
    this.name = name;
    this.#context = context;
    this.#keep = new Keep(exporter, context.memory, context.now, spool);
    this.#fates = new Fates(name, context, this.#keep);
    this.#patience = new Patience(context.delivery, context.timers, context.random);
    this.#confirmer = new Confirmer(exporter, context, {
      arrived: (delivery) => this.#fates.exported(delivery),
      missing: (delivery) => this.#missing(delivery),
      refused: (delivery, reason) => this.#fates.setAside(delivery, reason),
      changed: () => {
        this.#changed();
        this.#pump();
      },
    });
    if (spool === undefined) return;
    this.#intake = new Intake(
      spool,
      { ...context, keep: this.#keep, fates: this.#fates },
      {
        room: () => LINE_PARTS_MAX - this.#waiting.size - this.#confirmer.size,
        ready: (delivery) => this.#ready(delivery),
        found: (entry) => this.#adopt(entry),
        lost: (instance) => this.#lost(instance),
        changed: () => this.#changed(),
      },
    );
  }

  /** Parts on their way to the line, in it, or in flight. */
  get backlog(): number {
    return (this.#intake?.size ?? 0) + this.#waiting.size + this.#flying.size + this.#deciding;
  }

  /** Handed parts not yet confirmed. */
  get unconfirmed(): number {
    return this.#confirmer.size;
  }

  get failing(): boolean {
    return this.#patience.failures > 0;
  }

  /** The folder in which parts outlive this process. */
  get folder(): string | undefined {
    return this.#keep.spool?.path;
  }

  /** Begins to look after the spool: parts that others left are sent as well. */
  start(): void {
    this.#context.runUntraced(() => this.#intake?.start());
  }

  /** Takes a new part. At the memory bound it is the new one that is refused: what waits longest is needed first. */
  offer(part: Part): void {
    if (this.#closed) {
      this.#fates.refuse('closed', `parts sealed after shutdown do not reach it any more`);
      return;
    }
    const delivery = this.#keep.take(part);
    if (delivery === undefined) {
      this.#fates.refuse(
        'memory_full',
        `parts waiting in memory have reached ${this.#context.memory.maxBytes} bytes; new parts are dropped`,
      );
    } else if (this.#intake === undefined) this.#ready(delivery);
    else void this.#context.runUntraced(() => this.#intake!.take(delivery));
  }

  /** Tries again now, unless the destination asked to wait. */
  kick(): void {
    this.#patience.cutShort();
    this.#pump();
  }

  /**
   * Resolves when nothing waits or flies, or when all is on disk and waiting is in vain: after `failures` more failed attempts the
   * destination is down, and it may have asked for a pause beyond `until` (monotonic milliseconds).
   */
  drained(failures = 3, until = Number.POSITIVE_INFINITY): Promise<void> {
    const patience = this.#patience;
    const limit = patience.failures + failures;
    const inVain = (): boolean => patience.failures >= limit || patience.retryAfter > until;
    return this.#until(() => this.backlog === 0 || (inVain() && (this.#intake?.size ?? 0) === 0));
  }

  /** Resolves when no more than what the exporter is slow to take is in memory. */
  caughtUp(): Promise<void> {
    const intake = this.#intake;
    return intake === undefined ? this.drained(1) : this.#until(() => intake.size === 0);
  }

  /** Asks the destination about handed parts now. */
  confirmNow(): Promise<void> {
    return this.#confirmer.confirm();
  }

  /** Resolves once no call is under way; `abort` settles them at the latest after a short grace. */
  settled(): Promise<void> {
    return this.#until(() => this.backlog === this.#waiting.size);
  }

  /** For the end of the process: starts no call that could not end any more. `flushSync` undoes it. */
  hold(): void {
    this.#held = true;
  }

  /**
   * For `process.on('exit')`: what is in memory only goes to the spool in this very turn, or is sent if the exporter can do that. What
   * cannot leave so is set aside: calls under way have no future.
   */
  flushSync(): void {
    if (this.#keep.spool !== undefined) {
      for (const delivery of this.#keep.unsaved) this.#saveSync(delivery, 'the process ended before it was delivered');
      this.#keep.spool.leaveSync();
    } else {
      const left = { flying: [...this.#flying.keys()], waiting: this.#waiting.takeAll() };
      this.#flying.clear();
      sendInLastTurn(this.exporter, left, this.#fates, this.#context.runUntraced);
    }
    this.#held = false;
    this.#changed();
  }

  /** Stops delivery; then the exporter is closed. What is not delivered stays in the spool; without one it is set aside. */
  async close(deadline: Promise<unknown>): Promise<void> {
    this.#closed = true;
    this.#cancelTimer?.();
    const intake = this.#intake?.close();
    for (const call of this.#flying.values()) call?.abort('shutting down');
    await Promise.race([Promise.all([this.settled(), intake]), deadline]);
    for (const delivery of [...this.#flying.keys()])
      this.#leave(delivery, 'may have arrived: no answer before shutdown');
    for (const delivery of this.#waiting.takeAll()) this.#leave(delivery, 'not delivered before shutdown');
    for (const delivery of this.#confirmer.close()) this.#leave(delivery, 'handed over, not confirmed before shutdown');
    this.#changed();
    await Promise.race([this.#keep.spool?.leave(), deadline]);
    try {
      await Promise.race([this.#context.runUntraced(() => this.exporter.close()), deadline]);
    } catch (error) {
      this.#fates.warnOnce('close', `closing failed: ${message(error)}`);
    }
  }

  #ready(delivery: Delivery): void {
    if (this.#closed) {
      this.#leave(delivery, 'not delivered before shutdown');
      return;
    }
    this.#enqueue(delivery);
    this.#pump();
    this.#keep.rest(delivery);
  }

  #enqueue(delivery: Delivery): void {
    delivery.place = 'waiting';
    this.#waiting.add(delivery);
  }

  /** A part in the spool that another process left, or this one under another owner. */
  #adopt(entry: SpoolEntry): void {
    const { supports, confirm } = this.exporter;
    const delivery = this.#keep.adopt(entry);
    if (entry.state === 'waiting' || (supports.idempotent && (entry.state === 'sent' || confirm === undefined))) {
      this.#enqueue(delivery);
      this.#pump();
    } else if (confirm !== undefined) {
      this.#confirmer.add(delivery);
    } else {
      void this.#decide(
        this.#fates.setAside(
          delivery,
          `may have arrived: it was sent at ${new Date(entry.since ?? 0).toISOString()} by a process that ended before the answer, and ${this.name} can neither be asked nor take it twice`,
        ),
      );
    }
  }

  #lost(instance: string): void {
    const theirs = ({ entry, instance: of }: Delivery): boolean => of === instance && entry !== undefined;
    const gone = [...this.#waiting.takeWhere(theirs), ...this.#confirmer.takeWhere(theirs)];
    for (const delivery of gone) this.#fates.gone(delivery);
    this.#changed();
  }

  #pump(): void {
    if (this.#closed || this.#held) return;
    const { delivery: options, timers } = this.#context;
    const healthy = this.exporter.concurrency ?? options.concurrency;
    while (this.#waiting.size > 0) {
      const concurrency = this.failing ? 1 : healthy;
      if (this.#flying.size >= concurrency || this.#unsettled >= Math.max(UNSETTLED_CALLS_MAX, healthy)) return;
      const wait = this.#patience.waitMs;
      if (wait > 0) {
        this.#cancelTimer?.();
        this.#cancelTimer = timers.after(wait, () => this.#pump());
        return;
      }
      const delivery = this.#waiting.next()!;
      delivery.place = 'flying';
      this.#flying.set(delivery, undefined);
      void this.#context.runUntraced(() => this.#send(delivery));
    }
  }

  async #send(delivery: Delivery): Promise<void> {
    let attempt: 'first' | 'again' | 'gone' | undefined;
    try {
      this.#started ??= this.#start();
      await this.#started;
      await delivery.writing;
      if (this.#keep.isExpired(delivery)) return this.#end(delivery, () => this.#askFirst(delivery));
      const part = await this.#keep.body(delivery);
      attempt = part === undefined ? 'gone' : await this.#keep.markSent(delivery);
      if (part === undefined || attempt === 'gone') return this.#end(delivery, () => this.#fates.gone(delivery));
      if (!this.#flying.has(delivery)) return;
      if (this.#closed) throw new RetryableError('shutting down');
      const outcome = await this.#call(delivery, (signal) => this.exporter.export(part, signal));
      this.#end(delivery, () => this.#sent(delivery, outcome));
    } catch (error) {
      this.#end(delivery, () => this.#failed(delivery, error, attempt === 'first'));
    }
  }

  /** Ends a flight, unless `exit` or `close` has done so already. */
  #end(delivery: Delivery, fate: () => Promise<void> | undefined | void): void {
    if (this.#flying.delete(delivery)) void this.#decide(fate());
  }

  async #decide(fate: Promise<void> | undefined | void): Promise<void> {
    if (fate !== undefined) {
      this.#deciding++;
      await fate.catch((error: unknown) => this.#fates.warnOnce('fate', message(error)));
      this.#deciding--;
    }
    this.#changed();
    this.#pump();
  }

  async #call<T>(delivery: Delivery | undefined, fn: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { delivery: options, timers } = this.#context;
    const call = startCall(this.name, options.callMs, timers, fn);
    if (delivery !== undefined) this.#flying.set(delivery, call);
    this.#unsettled++;
    void call.settled.then(() => {
      this.#unsettled--;
      this.#pump();
    });
    return call.result;
  }

  async #start(): Promise<void> {
    try {
      if (this.exporter.start !== undefined) await this.#call(undefined, async () => this.exporter.start!());
    } catch (error) {
      this.#started = undefined;
      // A part whose exporter never started cannot have arrived.
      throw error instanceof AmbiguousError ? new RetryableError(error.message) : error;
    }
  }

  #sent(delivery: Delivery, outcome: ExportOutcome): Promise<void> | undefined {
    if (this.failing) this.#context.logger.info(`${this.name}: reachable again.`);
    this.#patience.failures = 0;
    this.#delivered++;
    this.#fates.again('retry');
    return outcome === 'handed' && this.exporter.confirm !== undefined
      ? this.#handed(delivery)
      : this.#fates.exported(delivery);
  }

  async #handed(delivery: Delivery): Promise<void> {
    // What the file says is only what spares the next process a question: that it cannot be written is no failure.
    const ours = await this.#keep.markHanded(delivery).catch(() => true);
    if (!ours) return this.#fates.gone(delivery);
    if (this.#closed) return this.#leave(delivery, 'handed over, not confirmed before shutdown');
    this.#confirmer.add(delivery);
    this.#keep.rest(delivery);
  }

  /** First sent too long ago to be repeated unasked. */
  async #askFirst(delivery: Delivery): Promise<void> {
    if (this.exporter.confirm === undefined) {
      return this.#fates.setAside(
        delivery,
        `may have arrived: first sent at ${new Date(delivery.sentAt ?? 0).toISOString()}, too long ago for ${this.name} to notice a repetition, and it cannot be asked`,
      );
    }
    this.#confirmer.add(delivery);
    this.#keep.rest(delivery);
  }

  async #missing(delivery: Delivery): Promise<void> {
    await delivery.writing;
    delivery.sentAt = undefined;
    delivery.unspokenSince = undefined;
    if (this.#closed) return this.#leave(delivery, 'not delivered before shutdown');
    this.#enqueue(delivery);
  }

  /** `first`: no earlier attempt may have arrived. */
  async #failed(delivery: Delivery, error: unknown, first: boolean): Promise<void> {
    const { supports, confirm } = this.exporter;
    if (code(error) === 'ATTR_SPOOL_FULL') return this.#fates.drop(delivery, 'directory_full', message(error));
    if (code(error) === 'ATTR_PART_VERSION' && delivery.entry !== undefined) {
      this.#keep.forget(delivery, true);
      return this.#fates.warnOnce('version', `${message(error)} It is in ${this.folder}.`);
    }
    if (error instanceof PermanentError || code(error) === 'ATTR_PART_CORRUPT')
      return this.#fates.setAside(delivery, message(error));
    if (error instanceof AmbiguousError && !supports.idempotent) {
      if (this.#closed && delivery.entry !== undefined) return this.#leave(delivery, '');
      if (confirm !== undefined) {
        this.#confirmer.add(delivery);
        return this.#keep.rest(delivery);
      }
      return this.#fates.setAside(
        delivery,
        `may have arrived, and ${this.name} can neither be asked nor take it twice: ${message(error)}`,
      );
    }
    if (first && !(error instanceof AmbiguousError)) await this.#keep.markUnsent(delivery);
    if (delivery.attempts++ === 0) delivery.deliveredBefore = this.#delivered;
    if (delivery.attempts >= this.#context.delivery.attempts && this.#delivered > delivery.deliveredBefore) {
      return this.#fates.setAside(
        delivery,
        `failed ${delivery.attempts} times while other parts got through: ${message(error)}`,
      );
    }
    this.#pause(error);
    this.#enqueue(delivery);
    this.#keep.rest(delivery);
  }

  #pause(error: unknown): void {
    this.#patience.failed(error);
    this.#context.accounts.count('attribution.part.retried', this.name);
    const where = this.folder === undefined ? 'in memory' : `in ${this.folder}`;
    this.#fates.warnOnce('retry', `${message(error)} Parts wait ${where} and are tried again.`);
  }

  /** The end, for this process: a part with a file stays in the spool, one in memory goes there, or is set aside with the reason. */
  #leave(delivery: Delivery, reason: string): void {
    if (delivery.entry === undefined && this.#keep.spool === undefined) {
      this.#flying.delete(delivery);
      this.#fates.setAsideSync(delivery, reason);
      return;
    }
    if (delivery.entry === undefined && !this.#saveSync(delivery, reason)) return;
    this.#flying.delete(delivery);
    this.#keep.forget(delivery);
  }

  /** False when there was no way to the spool: then the part was set aside. */
  #saveSync(delivery: Delivery, reason: string): boolean {
    try {
      this.#keep.saveSync(delivery);
      return true;
    } catch (error) {
      this.#take(delivery);
      if (code(error) === 'ATTR_SPOOL_FULL') this.#fates.drop(delivery, 'directory_full', message(error));
      else this.#fates.setAsideSync(delivery, `${reason}: ${message(error)}`);
      return false;
    }
  }

  /** Takes a delivery out of whatever list it is in. */
  #take(delivery: Delivery): void {
    this.#intake?.remove(delivery);
    this.#flying.delete(delivery);
    this.#waiting.takeWhere((other) => other === delivery);
    this.#confirmer.takeWhere((other) => other === delivery);
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
