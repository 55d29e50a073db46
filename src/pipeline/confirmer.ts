import type { ConfirmState, Exporter } from '../core/exporter.ts';
import { startCall } from './call.ts';
import type { OutletContext } from './outlet.ts';
import type { Delivery } from './waiting-line.ts';

/** Parts asked about in one call. */
const CONFIRM_PARTS = 500;

export interface ConfirmOutcome {
  arrived(delivery: Delivery): void;
  missing(delivery: Delivery): void;
  refused(delivery: Delivery, reason: string): Promise<void>;
  /** After each round. */
  changed(): void;
}

/** Keeps handed parts, bytes and all, until the destination says what became of them. */
export class Confirmer {
  readonly #exporter: Exporter;
  readonly #context: OutletContext;
  readonly #outcome: ConfirmOutcome;
  readonly #handed = new Map<string, Delivery>();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;

  constructor(exporter: Exporter, context: OutletContext, outcome: ConfirmOutcome) {
    this.#exporter = exporter;
    this.#context = context;
    this.#outcome = outcome;
  }

  get size(): number {
    return this.#handed.size;
  }

  add(delivery: Delivery): void {
    this.#handed.set(delivery.part.id, delivery);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.confirm();
    }, this.#context.delivery.confirmMs).unref();
  }

  /** One round over all handed parts; joinable, never rejects. What stays unanswered is asked about again later. */
  confirm(): Promise<void> {
    this.#round ??= this.#confirm().finally(() => {
      this.#round = undefined;
      const first = this.#handed.values().next().value;
      if (first !== undefined) this.add(first);
      this.#outcome.changed();
    });
    return this.#round;
  }

  /** Gives the handed parts up, for the end. */
  takeAll(): Delivery[] {
    clearTimeout(this.#timer);
    const all = [...this.#handed.values()];
    this.#handed.clear();
    return all;
  }

  async #confirm(): Promise<void> {
    const ids = [...this.#handed.keys()];
    for (let i = 0; i < ids.length; i += CONFIRM_PARTS) {
      const some = ids.slice(i, i + CONFIRM_PARTS);
      let states: ReadonlyMap<string, ConfirmState>;
      try {
        const call = startCall(this.#exporter.name, this.#context.delivery.callMs, (signal) =>
          this.#context.runUntraced(async () => this.#exporter.confirm!(some, signal)),
        );
        states = await call.result;
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        this.#context.logger.debug(`${this.#exporter.name}: confirming ${some.length} parts failed: ${text}`);
        return;
      }
      for (const id of some) await this.#apply(id, states.get(id));
    }
  }

  async #apply(id: string, state: ConfirmState | undefined): Promise<void> {
    const delivery = this.#handed.get(id);
    if (delivery === undefined || state === undefined) return;
    this.#handed.delete(id);
    if (state === 'arrived') this.#outcome.arrived(delivery);
    else if (state === 'missing') this.#outcome.missing(delivery);
    else await this.#outcome.refused(delivery, state.refused);
  }
}
