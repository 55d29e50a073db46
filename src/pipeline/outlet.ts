import type { Exporter } from '../core/contracts/exporter.ts';
import type { OutletQueue, QueuedPart } from '../core/contracts/part-queue.ts';
import { Changes } from './changes.ts';
import { confirmRound } from './confirm-round.ts';
import { Deliveries } from './deliveries.ts';
import { type Delivery, type DeliveryEvent, stateOf } from './delivery.ts';
import { DeliveryEffects } from './delivery-effects.ts';
import { decide, type Facts, type Place } from './delivery-states.ts';
import { code, message } from './error-text.ts';
import { Flights } from './flights.ts';
import { Notices } from './notices.ts';
import type { OutletContext } from './outlet-context.ts';
import { Patience } from './patience.ts';
import { closeReason, exitReason, foundReason } from './reasons.ts';

/** Calls may ignore their abort and hang: with this many left behind no new one is started. */
const UNSETTLED_CALLS_MAX = 8;

/**
 * The way of parts to one exporter: oldest first, retried with backoff, set aside when refused. Keeps the lists of the parts on their way,
 * tells the table of `delivery-states.ts` what happens to each, and puts it where the table says. Every part offered ends as exported,
 * quarantined or dropped, each counted, or stays in the queue for the next process.
 */
export class Outlet {
  readonly exporter: Exporter;
  readonly name: string;
  readonly #queue: OutletQueue;
  readonly #context: OutletContext;
  readonly #notices: Notices;
  readonly #patience: Patience;
  readonly #effects: DeliveryEffects;
  readonly #flights: Flights;
  readonly #changes = new Changes();
  readonly #deliveries = new Deliveries();
  #round: Promise<void> | undefined;
  #cancelRound: (() => void) | undefined;
  #cancelPause: (() => void) | undefined;
  #held = false;
  #closing = false;
  /** The lists have been given up: what comes to rest now goes at once. */
  #closed = false;

  /** `name`: unique among the outlets. */
  constructor(exporter: Exporter, name: string, queue: OutletQueue, context: OutletContext) {
    this.exporter = exporter;
    this.name = name;
    this.#queue = queue;
    this.#context = context;
    this.#notices = new Notices(name, context.logger);
    this.#patience = new Patience(context.delivery, context.timers, context.random);
    this.#effects = new DeliveryEffects(name, exporter, queue, context, {
      patience: this.#patience,
      notices: this.#notices,
    });
    this.#flights = new Flights(name, exporter, queue, context);
  }

  /** Parts on their way to the line, in it, or in flight. */
  get backlog(): number {
    return this.#deliveries.backlog;
  }

  /** Handed parts not yet confirmed. */
  get unconfirmed(): number {
    return this.#deliveries.handed.size;
  }

  get failing(): boolean {
    return this.#patience.failures > 0;
  }

  /** Where parts outlive this process. */
  get location(): string | undefined {
    return this.#queue.location;
  }

  /** It takes no parts any more. */
  get closing(): boolean {
    return this.#closing;
  }

  /** How many more parts it takes from the queue. */
  get room(): number {
    return this.#deliveries.room;
  }

  isKnown = (id: string): boolean => this.#deliveries.isKnown(id);

  /** Takes a new part of the queue. */
  offer(part: QueuedPart): void {
    if (this.isKnown(part.id)) return;
    const delivery = this.#deliveries.begin(part);
    const { writeBehind } = this.#queue;
    if (writeBehind === undefined) void this.#apply(delivery, { type: 'stored' });
    else void this.#arrive(delivery, writeBehind.store(part));
  }

  /** A new part that is lost for this exporter. */
  refuse(reason: string, why: string): void {
    this.#effects.refuse(reason, why);
  }

  /** A part that the queue held already, left by an earlier process. */
  found(part: QueuedPart): void {
    // It may have come by another way meanwhile.
    if (this.isKnown(part.id)) return;
    const delivery = this.#deliveries.begin(part);
    void this.#apply(delivery, { type: `found ${part.state}`, reason: foundReason(part, this.name) });
  }

  /** Another process has taken over the parts of `instance`. */
  lost(instance: string): void {
    for (const delivery of this.#deliveries.takeOf(instance)) void this.#apply(delivery, { type: 'taken' });
  }

  /** Tries again to store what is in memory only, until that fails. */
  async storeUnsaved(): Promise<void> {
    const { unsaved, deciding } = this.#deliveries;
    for (const delivery of unsaved) {
      if (delivery.part.durable || delivery.place === 'gone' || deciding.has(delivery)) continue;
      const stored = this.#apply(delivery, { type: 'retry write' });
      await stored;
      if (stored !== undefined && !delivery.part.durable) return;
    }
  }

  upkeepFailed(error: unknown): void {
    this.#notices.warnOnce('upkeep', `looking after ${this.location} failed: ${message(error)}`);
  }

  /** Tries again now, unless the destination asked to wait. */
  kick(): void {
    this.#patience.cutShort();
    this.#pump();
  }

  /**
   * Resolves when nothing waits or flies, or when all is stored and waiting is in vain: after `failures` more failed attempts the
   * destination is down, and it may have asked for a pause beyond `until` (monotonic milliseconds).
   */
  drained(failures = 3, until = Number.POSITIVE_INFINITY): Promise<void> {
    const patience = this.#patience;
    const limit = patience.failures + failures;
    const inVain = (): boolean => patience.failures >= limit || patience.retryAfter > until;
    return this.#changes.until(() => this.backlog === 0 || (inVain() && this.#deliveries.arriving.size === 0));
  }

  /** Resolves when no more than what the exporter is slow to take is in memory. */
  caughtUp(): Promise<void> {
    if (this.location === undefined) return this.drained(1);
    return this.#changes.until(() => this.#deliveries.arriving.size === 0);
  }

  /** Asks the destination about handed parts now. Joinable, never rejects; what stays unanswered is asked about again later. */
  confirmNow(): Promise<void> {
    this.#round ??= this.#confirm().finally(() => {
      this.#round = undefined;
      if (this.unconfirmed > 0) this.#armRound();
      this.#changes.happened();
      this.#pump();
    });
    return this.#round;
  }

  /** For the end of the process: starts no call that could not end any more. `flushSync` undoes it. */
  hold(): void {
    this.#held = true;
  }

  /**
   * For `process.on('exit')`: what is in memory only is stored in this very turn, or is sent if the exporter can do that. What cannot leave
   * so is set aside: calls under way have no future.
   */
  flushSync(): void {
    const { unsaved, waiting, deciding } = this.#deliveries;
    const keeps = this.location !== undefined;
    // They leave all together: the line need not be searched for each.
    if (!keeps) waiting.takeAll();
    for (const delivery of unsaved) {
      // Its fate is being written down; where it can be stored it is, in case that comes to nothing.
      if (!keeps && deciding.has(delivery)) continue;
      void this.#apply(delivery, { type: 'exit', reason: exitReason(delivery.place, keeps) });
    }
    this.#held = false;
    this.#changes.happened();
  }

  /** Stops delivery. What is not delivered stays in the queue, or is set aside where it would be lost. */
  async stop(deadline: Promise<unknown>): Promise<void> {
    const { flying, waiting, handed } = this.#deliveries;
    this.#closing = true;
    this.#cancelPause?.();
    this.#cancelRound?.();
    this.#flights.recall();
    await Promise.race([this.#changes.until(() => this.#deliveries.settled), deadline]);
    this.#closed = true;
    for (const delivery of [...flying, ...waiting.takeAll(), ...handed]) this.#leave(delivery);
    this.#changes.happened();
  }

  async close(deadline: Promise<unknown>): Promise<void> {
    try {
      await Promise.race([this.#context.runUntraced(() => this.exporter.close()), deadline]);
    } catch (error) {
      this.#notices.warnOnce('close', `closing failed: ${message(error)}`);
    }
  }

  /** A new part is stored before it may be sent, or waits in memory while the disk refuses it. */
  async #arrive(delivery: Delivery, storing: Promise<void>): Promise<void> {
    const event = await storing.then(
      () => this.#stored(delivery),
      (error: unknown): DeliveryEvent => {
        const type = code(error) === 'ATTR_SPOOL_FULL' ? 'full' : 'unstorable';
        return { type, reason: message(error), error };
      },
    );
    if (event.type === 'stored') this.#notices.over('spool');
    // `exit` may have dealt with it.
    if (delivery.place === 'arriving') void this.#apply(delivery, event);
    this.#changes.happened();
  }

  async #stored({ part }: Delivery): Promise<DeliveryEvent> {
    if (this.room <= 0) return { type: 'crowded' };
    const ours = await this.#queue.takeover?.holds(part.instance).catch(() => true);
    return { type: ours === false ? 'taken' : 'stored' };
  }

  /**
   * Does what the table says about an event: in this turn, unless something has to be written down first; then the delivery is in no list
   * meanwhile. An effect may end in another event.
   */
  #apply(delivery: Delivery, event: DeliveryEvent): Promise<void> | undefined {
    const transition = decide(stateOf(delivery), event.type, this.#facts(event));
    if (transition === undefined) {
      this.#notices.warnOnce('state', `"${event.type}" cannot happen to a part that is ${stateOf(delivery)}.`);
      return undefined;
    }
    const { deciding } = this.#deliveries;
    const place = transition.to === delivery.place ? undefined : transition.to;
    if (place !== undefined) this.#deliveries.takeOut(delivery);
    const next = this.#effects.run(transition.effects, delivery, event);
    if (!(next instanceof Promise)) return this.#settle(delivery, place, next);
    if (place !== undefined) deciding.add(delivery);
    return next.then((late) => {
      if (place !== undefined) deciding.delete(delivery);
      return this.#settle(delivery, place, late);
    });
  }

  /** `place`: where the delivery goes, if it moves. `next`: what happens to it there. */
  #settle(delivery: Delivery, place: Place | undefined, next: DeliveryEvent | undefined): Promise<void> | undefined {
    const moves = place !== undefined && delivery.place !== 'gone';
    if (moves) delivery.place = place;
    if (next !== undefined) return this.#apply(delivery, next);
    if (moves) this.#enter(delivery);
    this.#changes.happened();
    this.#pump();
    // A body is in memory only while the part is in flight, or not stored.
    if (delivery.place === 'waiting' || delivery.place === 'handed') this.#queue.rest(delivery.part);
    return undefined;
  }

  #enter(delivery: Delivery): void {
    const { place } = delivery;
    if (this.#closed && (place === 'waiting' || place === 'handed')) {
      this.#leave(delivery);
      return;
    }
    this.#deliveries.put(delivery);
    if (place === 'gone') this.#queue.forget(delivery.part);
    else if (place === 'flying') void this.#fly(delivery);
    else if (place === 'handed') this.#armRound();
  }

  #leave(delivery: Delivery): void {
    void this.#apply(delivery, { type: 'close', reason: closeReason(delivery.place) });
  }

  #facts({ first = false }: DeliveryEvent): Facts {
    const { supports, confirm, exportSync } = this.exporter;
    return {
      keeps: this.location !== undefined,
      idempotent: supports.idempotent,
      confirms: confirm !== undefined,
      sendsSync: exportSync !== undefined,
      first,
      closing: this.#closing,
    };
  }

  #pump(): void {
    if (this.#closing || this.#held) return;
    const { delivery: options, timers } = this.#context;
    const healthy = this.exporter.concurrency ?? options.concurrency;
    const { waiting, flying } = this.#deliveries;
    while (waiting.size > 0) {
      const concurrency = this.failing ? 1 : healthy;
      if (flying.size >= concurrency || this.#flights.unsettled >= Math.max(UNSETTLED_CALLS_MAX, healthy)) return;
      const wait = this.#patience.waitMs;
      if (wait > 0) {
        this.#cancelPause?.();
        this.#cancelPause = timers.after(wait, () => this.#pump());
        return;
      }
      void this.#apply(waiting.next()!, { type: 'picked' });
    }
  }

  async #fly(delivery: Delivery): Promise<void> {
    const { event, settled } = await this.#context.runUntraced(() => this.#flights.attempt(delivery));
    void settled.then(() => this.#pump());
    // `exit` or `close` may have ended the flight.
    if (event === undefined || !this.#deliveries.flying.has(delivery)) return;
    if (event.type === 'delivered' || event.type === 'handed over') {
      if (this.failing) this.#notices.info('reachable again.');
      this.#patience.succeeded();
      this.#notices.over('retry');
    }
    void this.#apply(delivery, event);
  }

  #armRound(): void {
    if (this.#closing) return;
    this.#cancelRound ??= this.#context.timers.after(this.#context.delivery.confirmMs, () => {
      this.#cancelRound = undefined;
      void this.confirmNow();
    });
  }

  async #confirm(): Promise<void> {
    const { handed } = this.#deliveries;
    for await (const [delivery, event] of confirmRound(this.name, this.exporter, [...handed], this.#context)) {
      // It may have been taken over meanwhile.
      if (handed.has(delivery)) await this.#apply(delivery, event);
    }
  }
}
