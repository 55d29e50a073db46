import type { Exporter } from '../core/contracts/exporter.ts';
import type { OutletQueue } from '../core/contracts/part-queue.ts';
import { AmbiguousError, PermanentError, RetryableError } from '../core/errors.ts';
import { type Call, startCall } from './call.ts';
import { type Delivery, type DeliveryEvent, historyOf } from './delivery.ts';
import { code, message } from './error-text.ts';
import type { OutletContext } from './outlet-context.ts';
import { ambiguousReason, exhaustedReason, expiredReason } from './reasons.ts';

/** A clock that was set back by more than this tells nothing about how long ago a part was sent. */
const CLOCK_BACK_MS = 60_000;

export interface Landing {
  /** Undefined when the part was dealt with in another way before the call began. */
  readonly event: DeliveryEvent | undefined;
  /** Settles with the calls that were made, which may be never. */
  readonly settled: Promise<unknown>;
}

/** Attempts to bring parts to an exporter, each one call under a deadline. Says what came of it, and changes no list. */
export class Flights {
  readonly #name: string;
  readonly #exporter: Exporter;
  readonly #queue: OutletQueue;
  readonly #context: OutletContext;
  readonly #callMs: number;
  readonly #calls = new Set<Call<unknown>>();
  #started: Promise<void> | undefined;
  #unsettled = 0;
  #delivered = 0;
  #recalled = false;

  constructor(name: string, exporter: Exporter, queue: OutletQueue, context: OutletContext) {
    this.#name = name;
    this.#exporter = exporter;
    this.#queue = queue;
    this.#context = context;
    this.#callMs = callMsOf(exporter, context);
  }

  /** Calls that have not settled, those left behind included. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /** Aborts the calls under way, and makes none any more. */
  recall(): void {
    this.#recalled = true;
    for (const call of this.#calls) call.abort('shutting down');
  }

  /** Never rejects. */
  async attempt(delivery: Delivery): Promise<Landing> {
    const settled: Promise<unknown>[] = [];
    const event = await this.#attempt(delivery, settled);
    return { event, settled: Promise.all(settled) };
  }

  async #attempt(delivery: Delivery, settled: Promise<unknown>[]): Promise<DeliveryEvent | undefined> {
    let attempt: 'first' | 'again' | 'taken' | undefined;
    try {
      this.#started ??= this.#start(settled);
      await this.#started;
      if (this.#isExpired(delivery)) return { type: 'expired', reason: expiredReason(delivery.sentAt!, this.#name) };
      const part = await this.#queue.read(delivery.part);
      attempt = part === undefined ? 'taken' : await this.#markSent(delivery);
      if (part === undefined || attempt === 'taken') return { type: 'taken' };
      if (delivery.phase !== 'flying') return undefined;
      if (this.#recalled) throw new RetryableError('shutting down');
      const history = historyOf(delivery);
      const outcome = await this.#call(settled, (signal) => this.#exporter.export(part, signal, history));
      this.#delivered++;
      return { type: outcome === 'handed' ? 'handed over' : 'delivered' };
    } catch (error) {
      return this.#failure(delivery, error, attempt === 'first');
    }
  }

  async #start(settled: Promise<unknown>[]): Promise<void> {
    try {
      if (this.#exporter.start !== undefined) await this.#call(settled, async () => this.#exporter.start!());
    } catch (error) {
      this.#started = undefined;
      // A part whose exporter never started cannot have arrived.
      throw error instanceof AmbiguousError ? new RetryableError(error.message) : error;
    }
  }

  async #call<T>(settled: Promise<unknown>[], fn: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const call = startCall(this.#name, this.#callMs, this.#context.timers, fn);
    this.#calls.add(call);
    this.#unsettled++;
    settled.push(
      call.settled.then(() => {
        this.#unsettled--;
      }),
    );
    return call.result.finally(() => this.#calls.delete(call));
  }

  /** True when so much time has passed since it was first sent that it must not be repeated unasked, whatever was done to the clock. */
  #isExpired({ sentAt, sentTick }: Delivery): boolean {
    const { idempotentMs } = this.#exporter;
    if (idempotentMs === undefined || sentAt === undefined) return false;
    const age = this.#context.now() - sentAt;
    const elapsed = sentTick === undefined ? 0 : this.#context.timers.now() - sentTick;
    return age >= idempotentMs || age < -CLOCK_BACK_MS || elapsed >= idempotentMs;
  }

  /**
   * Notes, durably, that the part may arrive from now on; where a repetition is harmless for ever that needs no trace. `taken`: another
   * process has it, it must not be sent. `first`: no earlier attempt may have arrived.
   */
  async #markSent(delivery: Delivery): Promise<'first' | 'again' | 'taken'> {
    const { part } = delivery;
    const { supports, idempotentMs } = this.#exporter;
    const first = delivery.sentAt === undefined;
    const sentAt = delivery.sentAt ?? Math.max(this.#context.now(), (part.since ?? 0) + 1);
    const marks = !supports.idempotent || idempotentMs !== undefined;
    // The change of state is what makes this process the only one to send the part.
    if (first && marks && !(await this.#queue.mark(part, 'sent', sentAt, true))) return 'taken';
    delivery.sentAt = sentAt;
    if (first) delivery.sentTick = this.#context.timers.now();
    const { takeover } = this.#queue;
    if (!part.durable || takeover === undefined || (await takeover.owns(part.instance)))
      return first ? 'first' : 'again';
    if (first) await this.#queue.mark(part, 'waiting', undefined, false);
    return 'taken';
  }

  #failure(delivery: Delivery, error: unknown, first: boolean): DeliveryEvent {
    const reason = message(error);
    if (code(error) === 'ATTR_SPOOL_FULL') return { type: 'full', reason, error, first };
    if (code(error) === 'ATTR_PART_VERSION' && delivery.part.durable) return { type: 'newer version', reason };
    if (code(error) === 'ATTR_PART_CORRUPT') return { type: 'corrupt', reason };
    if (error instanceof PermanentError) return { type: 'permanent', reason };
    const ambiguous = error instanceof AmbiguousError;
    if (ambiguous && !this.#exporter.supports.idempotent)
      return { type: 'ambiguous', reason: ambiguousReason(this.#name, reason), error };
    if (delivery.attempts++ === 0) delivery.deliveredBefore = this.#delivered;
    if (delivery.attempts >= this.#context.delivery.attempts && this.#delivered > delivery.deliveredBefore) {
      return { type: 'exhausted', reason: exhaustedReason(delivery.attempts, reason) };
    }
    return { type: ambiguous ? 'ambiguous' : 'retryable', reason, error, first };
  }
}

/** The deadline of a call comes after the exporter's own, whose errors say more. */
export function callMsOf(exporter: Exporter, { delivery }: OutletContext): number {
  return Math.max(delivery.callMs, exporter.callMs ?? 0);
}
