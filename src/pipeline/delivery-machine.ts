import type { Exporter } from '../core/contracts/exporter.ts';
import type { OutletQueue } from '../core/contracts/part-queue.ts';
import { Changes } from './changes.ts';
import { confirmRound } from './confirm-round.ts';
import { Deliveries } from './deliveries.ts';
import { type Delivery, type DeliveryEvent, stateOf } from './delivery.ts';
import { DeliveryEffects } from './delivery-effects.ts';
import { type DeliveryFacts, decide, type Phase } from './delivery-states.ts';
import { message, remedy } from './error-text.ts';
import { Flights } from './flights.ts';
import { Notices } from './notices.ts';
import type { OutletContext } from './outlet-context.ts';
import { Patience } from './patience.ts';
import { closeReason } from './reasons.ts';

/** Calls may ignore their abort and hang: with this many left behind no new one is started. */
const UNSETTLED_CALLS_MAX = 8;
/** Rounds of questions in a row that fail until a person hears of it. */
const ROUNDS_FAILED_SAID = 3;

/**
 * Runs the table of `delivery-states.ts` for the parts of one exporter: whatever happens to a part is told to `apply`, which has the table
 * say what that means, has it done, and puts the part in the list of its next phase. What waits is sent, oldest first, as many at once as the
 * exporter takes; what is handed over is asked about.
 */
export class DeliveryMachine {
  readonly deliveries: Deliveries;
  readonly changes = new Changes();
  readonly notices: Notices;
  readonly patience: Patience;
  readonly effects: DeliveryEffects;
  readonly #name: string;
  readonly #exporter: Exporter;
  readonly #queue: OutletQueue;
  readonly #context: OutletContext;
  readonly #flights: Flights;
  #round: Promise<void> | undefined;
  #roundsFailed = 0;
  #cancelRound: (() => void) | undefined;
  #cancelPause: (() => void) | undefined;
  #suspended = false;
  #closing = false;
  /** The lists have been given up: what comes to rest now goes at once. */
  #closed = false;

  constructor(name: string, exporter: Exporter, queue: OutletQueue, context: OutletContext) {
    this.#name = name;
    this.#exporter = exporter;
    this.#queue = queue;
    this.#context = context;
    this.deliveries = new Deliveries(context.delivery.partsMax);
    this.notices = new Notices(name, context.logger);
    this.patience = new Patience(context.delivery, context.timers, context.random);
    const { notices, patience } = this;
    this.effects = new DeliveryEffects(name, exporter, queue, context, { notices, patience });
    this.#flights = new Flights(name, exporter, queue, context);
  }

  get closing(): boolean {
    return this.#closing;
  }

  /**
   * Does what the table says about an event: in this turn, unless something has to be written down first; then the delivery is in no list
   * meanwhile. An effect may end in another event.
   */
  apply(delivery: Delivery, event: DeliveryEvent): Promise<void> | undefined {
    const transition = decide(stateOf(delivery), event.type, this.#facts(event));
    if (transition === undefined) return this.#end(delivery, event);
    const { deciding } = this.deliveries;
    const phase = transition.to === delivery.phase ? undefined : transition.to;
    if (phase !== undefined) this.deliveries.takeOut(delivery);
    const next = this.#context.runUntraced(() => this.effects.run(transition.effects, delivery, event));
    if (!(next instanceof Promise)) return this.#settle(delivery, phase, next);
    if (phase !== undefined) deciding.add(delivery);
    return next.then((late) => {
      if (phase !== undefined) deciding.delete(delivery);
      // `exit` may have ended it meanwhile.
      if (delivery.phase !== 'gone') return this.#settle(delivery, phase, late);
      return this.changes.happened();
    });
  }

  /** Sends what waits, as far as that is allowed now. */
  pump(): void {
    if (this.#closing || this.#suspended) return;
    const { delivery: options, timers } = this.#context;
    const healthy = this.#exporter.concurrency ?? options.concurrency;
    const { waiting, flying } = this.deliveries;
    while (waiting.size > 0) {
      const concurrency = this.patience.failures > 0 ? 1 : healthy;
      if (flying.size >= concurrency || this.#flights.unsettled >= Math.max(UNSETTLED_CALLS_MAX, healthy)) return;
      const wait = this.patience.waitMs;
      if (wait > 0) {
        this.#cancelPause?.();
        this.#cancelPause = timers.after(wait, () => this.pump());
        return;
      }
      void this.apply(waiting.next()!, { type: 'picked' });
    }
  }

  /** Asks the destination about handed parts now. Joinable, never rejects; what stays unanswered is asked about again later. */
  confirmNow(): Promise<void> {
    this.#round ??= this.#confirm()
      .then(
        () => {
          this.#roundsFailed = 0;
          this.notices.over('confirm');
        },
        (error: unknown) => this.#roundFailed(error),
      )
      .then(() => {
        this.#round = undefined;
        if (this.deliveries.handed.size > 0) this.#armRound();
        this.changes.happened();
        this.pump();
      });
    return this.#round;
  }

  /** One that fails by itself passes by itself; what goes on failing, or will until somebody has done something, is said. */
  #roundFailed(error: unknown): void {
    this.#roundsFailed++;
    const text = `parts that were handed over wait, as nobody can be asked whether they have arrived: ${message(error)}`;
    if (remedy(error) !== undefined || this.#roundsFailed >= ROUNDS_FAILED_SAID)
      this.notices.warnOnce('confirm', text, remedy(error));
    else this.notices.debug(text);
  }

  /** Starts no call until `false`. */
  suspend(suspended: boolean): void {
    this.#suspended = suspended;
  }

  /** Starts no call any more, and aborts those under way. */
  recall(): void {
    this.#closing = true;
    this.#cancelPause?.();
    this.#cancelRound?.();
    this.#flights.recall();
  }

  /** Gives up all that is in a list, and from now on whatever would come into one. */
  giveUp(): void {
    const { flying, waiting, handed } = this.deliveries;
    this.#closed = true;
    for (const delivery of [...flying, ...waiting.takeAll(), ...handed]) this.#leave(delivery);
    this.changes.happened();
  }

  /** A fault of ours: a part of which nobody knows where it stands is kept for a person, and holds no place in the lists. */
  #end(delivery: Delivery, { type }: DeliveryEvent): undefined {
    const reason = `"${type}" cannot happen to a part that is ${stateOf(delivery)}.`;
    this.notices.warnOnce('state', reason);
    if (delivery.phase === 'gone') return;
    this.deliveries.takeOut(delivery);
    this.effects.run([delivery.part.durable ? 'shun' : 'set aside now'], delivery, { type, reason });
    this.#settle(delivery, 'gone', undefined);
  }

  /** `phase`: where the delivery goes, if it moves. `next`: what happens to it there. */
  #settle(delivery: Delivery, phase: Phase | undefined, next: DeliveryEvent | undefined): Promise<void> | undefined {
    if (phase !== undefined) delivery.phase = phase;
    if (next !== undefined) return this.apply(delivery, next);
    // An event that another one ended in changes no phase: here all of them come to their end.
    if (phase !== undefined || delivery.phase === 'gone') this.#enter(delivery);
    this.changes.happened();
    this.pump();
    // A body is in memory only while the part is in flight, or not stored.
    if (delivery.phase === 'waiting' || delivery.phase === 'handed') this.#queue.rest(delivery.part);
    return undefined;
  }

  #enter(delivery: Delivery): void {
    const { phase } = delivery;
    if (this.#closed && (phase === 'waiting' || phase === 'handed')) {
      this.#leave(delivery);
      return;
    }
    this.deliveries.put(delivery);
    if (phase === 'gone') this.#queue.forget(delivery.part);
    else if (phase === 'flying') void this.#fly(delivery);
    else if (phase === 'handed') this.#armRound();
  }

  #leave(delivery: Delivery): void {
    void this.apply(delivery, { type: 'close', reason: closeReason(delivery.phase) });
  }

  #facts({ first = false }: DeliveryEvent): DeliveryFacts {
    const { supports, confirm, exportSync } = this.#exporter;
    return {
      keeps: this.#queue.keeps,
      idempotent: supports.idempotent,
      confirms: confirm !== undefined,
      sendsSync: exportSync !== undefined,
      first,
      closing: this.#closing,
    };
  }

  async #fly(delivery: Delivery): Promise<void> {
    const { event, settled } = await this.#context.runUntraced(() => this.#flights.attempt(delivery));
    void settled.then(() => this.pump());
    // `exit` or `close` may have ended the flight.
    if (event === undefined || !this.deliveries.flying.has(delivery)) return;
    if (event.type === 'delivered' || event.type === 'handed over') {
      if (this.patience.failures > 0) this.notices.info('reachable again.');
      this.patience.succeeded();
      this.notices.over('retry');
    }
    void this.apply(delivery, event);
  }

  #armRound(): void {
    if (this.#closing) return;
    this.#cancelRound ??= this.#context.timers.after(this.#context.delivery.confirmMs, () => {
      this.#cancelRound = undefined;
      void this.confirmNow();
    });
  }

  async #confirm(): Promise<void> {
    const { handed } = this.deliveries;
    for await (const [delivery, event] of confirmRound(this.#name, this.#exporter, [...handed], this.#context)) {
      // It may have been taken over meanwhile.
      if (handed.has(delivery)) await this.apply(delivery, event);
    }
  }
}
