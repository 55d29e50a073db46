import type { Accounts } from '../core/accounts.ts';
import type { Logger } from '../core/logger.ts';
import type { Delivery } from './delivery.ts';
import type { Keep } from './keep.ts';
import type { Quarantine } from './quarantine.ts';

/** The ends of a part on its way to one exporter, each counted: exported, quarantined, dropped. */
export class Fates {
  readonly #exporter: string;
  readonly #accounts: Accounts;
  readonly #logger: Logger;
  readonly #quarantine: Quarantine;
  readonly #keep: Keep;
  readonly #warned = new Set<string>();

  constructor(
    exporter: string,
    context: { readonly accounts: Accounts; readonly logger: Logger; readonly quarantine: Quarantine },
    keep: Keep,
  ) {
    this.#exporter = exporter;
    this.#accounts = context.accounts;
    this.#logger = context.logger;
    this.#quarantine = context.quarantine;
    this.#keep = keep;
  }

  exported(delivery: Delivery): Promise<void> | undefined {
    this.#accounts.count('attribution.part.exported', this.#exporter);
    if (this.#keep.spool === undefined) {
      this.#keep.forget(delivery);
      return undefined;
    }
    return this.#keep.discard(delivery).catch((error: unknown) => {
      this.#keep.forget(delivery, true);
      this.warnOnce('remove', `a delivered part cannot be removed from ${this.#keep.spool?.path}: ${text(error)}`);
    });
  }

  async setAside(delivery: Delivery, reason: string): Promise<void> {
    await delivery.writing;
    const { entry } = delivery;
    if (entry === undefined)
      return this.#setAside(delivery, reason, await this.#quarantine.keep(this.#entry(delivery, reason)));
    try {
      if (await this.#keep.spool!.setAside(entry, reason)) this.#setAside(delivery, reason, true);
      else this.gone(delivery);
    } catch (error) {
      this.#keep.forget(delivery, true);
      this.warnOnce(
        'move',
        `part ${delivery.id} stays in ${this.#keep.spool?.path}, it cannot be moved to the quarantine: ${text(error)}`,
      );
    }
  }

  setAsideSync(delivery: Delivery, reason: string): void {
    this.#setAside(delivery, reason, this.#quarantine.keepSync(this.#entry(delivery, reason)));
  }

  drop(delivery: Delivery, reason: string, why: string): void {
    this.refuse(reason, why);
    this.#keep.forget(delivery);
  }

  /** Another process has the part. */
  gone(delivery: Delivery): void {
    this.#logger.debug(`${this.#exporter}: part ${delivery.id} is another process's by now.`);
    this.#keep.forget(delivery);
  }

  /** A part that was never taken in. */
  refuse(reason: string, why: string): void {
    this.#accounts.count('attribution.part.dropped', reason);
    this.warnOnce(reason, why);
  }

  /** One line per kind of trouble; `again` lets the next one of that kind be said. */
  warnOnce(kind: string, text: string): void {
    if (this.#warned.has(kind)) return;
    this.#warned.add(kind);
    this.#logger.warn(`${this.#exporter}: ${text}`);
  }

  again(kind: string): void {
    this.#warned.delete(kind);
  }

  #entry(delivery: Delivery, reason: string) {
    return { part: delivery.part!, exporter: this.#exporter, reason };
  }

  #setAside(delivery: Delivery, reason: string, kept: boolean): void {
    if (!kept) {
      this.refuse('quarantine_full', `the quarantine is full; the last part refused: ${reason}`);
    } else {
      this.#accounts.count('attribution.part.quarantined', this.#exporter);
      this.warnOnce('quarantine', `part ${delivery.id} was set aside: ${reason}`);
    }
    this.#keep.forget(delivery);
  }
}

const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));
