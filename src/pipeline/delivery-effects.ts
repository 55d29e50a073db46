import type { Accounts } from '../core/accounts.ts';
import type { Exporter } from '../core/contracts/exporter.ts';
import type { Missed, OutletQueue } from '../core/contracts/part-queue.ts';
import type { Delivery, DeliveryEvent } from './delivery.ts';
import type { Effect } from './delivery-states.ts';
import { code, message, remedy } from './error-text.ts';
import type { Notices } from './notices.ts';
import type { OutletContext } from './outlet-context.ts';
import type { Patience } from './patience.ts';

type Outcome = DeliveryEvent | undefined;

/** Does what the table of `delivery-states.ts` says: counts, writes down, sets aside. Decides nothing. */
export class DeliveryEffects {
  readonly #name: string;
  readonly #exporter: Exporter;
  readonly #queue: OutletQueue;
  readonly #context: OutletContext;
  readonly #accounts: Accounts;
  readonly #patience: Patience;
  readonly #notices: Notices;

  constructor(
    name: string,
    exporter: Exporter,
    queue: OutletQueue,
    context: OutletContext,
    { patience, notices }: { readonly patience: Patience; readonly notices: Notices },
  ) {
    this.#name = name;
    this.#exporter = exporter;
    this.#queue = queue;
    this.#context = context;
    this.#accounts = context.accounts;
    this.#patience = patience;
    this.#notices = notices;
  }

  /**
   * One after the other, in this turn as far as none has to be awaited. An effect that ends in an event of its own is the last one; one that
   * fails keeps none from its turn. Never throws, never rejects.
   */
  run(effects: readonly Effect[], delivery: Delivery, event: DeliveryEvent): Outcome | Promise<Outcome> {
    for (const [i, effect] of effects.entries()) {
      let outcome: Outcome | Promise<Outcome>;
      try {
        outcome = this.#do(effect, delivery, event);
      } catch (error) {
        this.#failed(error);
        continue;
      }
      if (outcome instanceof Promise) {
        return outcome
          .catch((error: unknown): Outcome => this.#failed(error))
          .then((next) => next ?? this.run(effects.slice(i + 1), delivery, event));
      }
      if (outcome !== undefined) return outcome;
    }
    return undefined;
  }

  /** A part that is lost for this exporter. */
  refuse(reason: string, why: string): void {
    this.#accounts.count('attribution.part.dropped', reason);
    this.#notices.warnOnce(reason, why);
  }

  #failed(error: unknown): undefined {
    this.#notices.warnOnce('effect', message(error));
  }

  #do(effect: Effect, delivery: Delivery, event: DeliveryEvent): Outcome | Promise<Outcome> {
    const { part } = delivery;
    const { reason = '' } = event;
    switch (effect) {
      case 'count exported':
        return void this.#accounts.count('attribution.part.exported', this.#name);
      case 'remove':
        return this.#remove(delivery);
      case 'set aside':
        return this.#setAside(delivery, reason);
      case 'set aside now':
        return void this.#aside(delivery, reason, this.#queue.setAsideSync(part, reason));
      case 'drop':
        return void this.refuse('directory_full', reason);
      case 'pause':
        return void this.#pause(event.error);
      case 'mark handed':
        return this.#markHanded(delivery);
      case 'mark waiting':
        return part.state === 'waiting' ? unsent(delivery) : this.#markWaiting(delivery);
      case 'mark missing':
        return this.#markWaiting(delivery, this.#missedNow(delivery));
      case 'store':
        return this.#store(delivery);
      case 'count unstorable':
        return void this.#unstorable(event.error);
      case 'shun':
        delivery.shunned = true;
        return void this.#notices.warnOnce(event.type, `${reason} It is in ${this.#queue.location}.`);
      case 'note owner':
        return void this.#notices.debug(`part ${part.id} is another process's by now.`);
      case 'store now':
        return this.#inThisTurn(() => this.#queue.writeBehind?.storeSync(part), reason);
      case 'send now':
        return (
          this.#inThisTurn(() => this.#sendSync(delivery), 'not delivered before the process ended') ?? {
            type: 'delivered',
          }
        );
    }
  }

  async #remove(delivery: Delivery): Promise<undefined> {
    try {
      await this.#queue.remove(delivery.part);
    } catch (error) {
      delivery.shunned = true;
      const text = `a delivered part cannot be removed from ${this.#queue.location}: ${message(error)}`;
      this.#notices.warnOnce('remove', text);
    }
  }

  async #setAside(delivery: Delivery, reason: string): Promise<undefined> {
    const { part } = delivery;
    try {
      const kept = await this.#queue.setAside(part, reason);
      if (kept === 'taken') this.#notices.debug(`part ${part.id} is another process's by now.`);
      else this.#aside(delivery, reason, kept);
    } catch (error) {
      delivery.shunned = true;
      const text = `part ${part.id} stays in ${this.#queue.location}, it cannot be moved to the quarantine: ${message(error)}`;
      this.#notices.warnOnce('move', text);
    }
  }

  #aside({ part }: Delivery, reason: string, kept: 'kept' | 'full'): void {
    if (kept === 'full') {
      this.refuse('quarantine_full', `the quarantine is full; the last part refused: ${reason}`);
      return;
    }
    this.#accounts.count('attribution.part.quarantined', this.#name);
    this.#notices.warnOnce('quarantine', `part ${part.id} was set aside: ${reason}`);
  }

  #pause(error: unknown): void {
    this.#patience.failed(error);
    this.#accounts.count('attribution.part.retried', this.#name);
    const where = this.#queue.location === undefined ? 'in memory' : `in ${this.#queue.location}`;
    this.#notices.warnOnce('retry', `${message(error)} Parts wait ${where} and are tried again.`, remedy(error));
  }

  async #markHanded(delivery: Delivery): Promise<Outcome> {
    delivery.sentAt ??= this.#context.now();
    // What the queue says is only what spares the next process a question: that it cannot be written is no failure.
    const ours = await this.#queue.mark(delivery.part, 'handed', delivery.sentAt, false).catch(() => true);
    return ours ? undefined : { type: 'taken' };
  }

  async #markWaiting(delivery: Delivery, missed?: Missed): Promise<undefined> {
    unsent(delivery);
    await this.#queue.mark(delivery.part, 'waiting', undefined, false, missed);
  }

  #missedNow({ part: { missed }, sentAt }: Delivery): Missed {
    return { times: (missed?.times ?? 0) + 1, since: missed?.since ?? sentAt ?? this.#context.now() };
  }

  /** Where that fails the part goes on waiting in memory. */
  async #store({ part }: Delivery): Promise<undefined> {
    try {
      await this.#queue.writeBehind?.store(part);
      this.#notices.over('spool');
    } catch {
      // Said when it failed first.
    }
  }

  #unstorable(error: unknown): void {
    this.#accounts.count('attribution.limit.reached', 'spool_unwritable');
    this.#notices.warnOnce(
      'spool',
      `parts cannot be written to ${this.#queue.location} and wait in memory instead, until they can: ${message(error)}`,
    );
  }

  #sendSync({ part }: Delivery): void {
    const body = this.#queue.bodyOf(part);
    if (body !== undefined) this.#context.runUntraced(() => this.#exporter.exportSync?.(body));
  }

  #inThisTurn(work: () => void, reason: string): Outcome {
    try {
      work();
      return undefined;
    } catch (error) {
      if (code(error) === 'ATTR_SPOOL_FULL') return { type: 'full', reason: message(error) };
      return { type: 'unsaved', reason: `${reason}: ${message(error)}` };
    }
  }
}

/** No attempt has arrived. */
function unsent(delivery: Delivery): undefined {
  delivery.sentAt = undefined;
  delivery.sentTick = undefined;
  delivery.unspokenSince = undefined;
}
