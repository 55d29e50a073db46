import type { ConfirmState, Exporter } from '../core/contracts/exporter.ts';
import { startCall } from './call.ts';
import type { Delivery } from './delivery.ts';
import type { OutletContext } from './outlet.ts';

/** Parts asked about in one call. */
const CONFIRM_PARTS = 500;

export interface ConfirmOutcome {
  arrived(delivery: Delivery): Promise<void> | undefined;
  missing(delivery: Delivery): Promise<void>;
  refused(delivery: Delivery, reason: string): Promise<void>;
  /** After each round. */
  changed(): void;
}

/** Keeps handed parts until the destination says what became of them. */
export class Confirmer {
  readonly #exporter: Exporter;
  readonly #context: OutletContext;
  readonly #outcome: ConfirmOutcome;
  readonly #handed = new Map<string, Delivery>();
  #cancel: (() => void) | undefined;
  #round: Promise<void> | undefined;
  #closed = false;

  constructor(exporter: Exporter, context: OutletContext, outcome: ConfirmOutcome) {
    this.#exporter = exporter;
    this.#context = context;
    this.#outcome = outcome;
  }

  get size(): number {
    return this.#handed.size;
  }

  add(delivery: Delivery): void {
    delivery.place = 'handed';
    this.#handed.set(delivery.id, delivery);
    this.#arm();
  }

  /** One round over all handed parts; joinable, never rejects. What stays unanswered is asked about again later. */
  confirm(): Promise<void> {
    this.#round ??= this.#confirm().finally(() => {
      this.#round = undefined;
      if (this.#handed.size > 0) this.#arm();
      this.#outcome.changed();
    });
    return this.#round;
  }

  /** Gives up the parts that match. */
  takeWhere(match: (delivery: Delivery) => boolean): Delivery[] {
    const taken = [...this.#handed.values()].filter(match);
    for (const { id } of taken) this.#handed.delete(id);
    return taken;
  }

  /** Gives the handed parts up, for the end. */
  close(): Delivery[] {
    this.#closed = true;
    this.#cancel?.();
    return this.takeWhere(() => true);
  }

  #arm(): void {
    if (this.#closed) return;
    this.#cancel ??= this.#context.timers.after(this.#context.delivery.confirmMs, () => {
      this.#cancel = undefined;
      void this.confirm();
    });
  }

  async #confirm(): Promise<void> {
    const { delivery: options, timers, runUntraced, logger } = this.#context;
    const ids = [...this.#handed.keys()];
    for (let i = 0; i < ids.length; i += CONFIRM_PARTS) {
      const some = ids.slice(i, i + CONFIRM_PARTS);
      let states: ReadonlyMap<string, ConfirmState>;
      try {
        const call = startCall(this.#exporter.name, options.callMs, timers, (signal) =>
          runUntraced(async () => this.#exporter.confirm!(some, signal)),
        );
        states = await call.result;
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        logger.debug(`${this.#exporter.name}: confirming ${some.length} parts failed: ${text}`);
        return;
      }
      for (const id of some) await this.#apply(id, states.get(id));
    }
  }

  async #apply(id: string, state: ConfirmState | undefined): Promise<void> {
    const delivery = this.#handed.get(id);
    if (delivery === undefined) return;
    if (state === undefined && !this.#isGivenUp(delivery)) return;
    this.#handed.delete(id);
    if (state === 'arrived') await this.#outcome.arrived(delivery);
    else if (state === 'missing') await this.#outcome.missing(delivery);
    else await this.#outcome.refused(delivery, state?.refused ?? this.#unconfirmed());
  }

  /** A destination that answers and keeps silent about a part: nobody will ever know. */
  #isGivenUp(delivery: Delivery): boolean {
    const now = this.#context.timers.now();
    delivery.unspokenSince ??= now;
    return now - delivery.unspokenSince >= this.#context.delivery.unconfirmedMs;
  }

  #unconfirmed(): string {
    const hours = Math.round(this.#context.delivery.unconfirmedMs / 3_600_000);
    return `may have arrived: handed over, and for ${hours} h ${this.#exporter.name} could not say whether it did`;
  }
}
