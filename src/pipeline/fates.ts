import type { Accounts } from '../core/accounts.ts';
import type { Logger } from '../core/logger.ts';
import type { Part } from '../core/model.ts';
import type { Quarantine } from './quarantine.ts';
import type { Delivery } from './waiting-line.ts';

/** The three ends of a part on its way to one exporter, each counted: exported, quarantined, dropped. */
export class Fates {
  readonly #exporter: string;
  readonly #accounts: Accounts;
  readonly #logger: Logger;
  readonly #quarantine: Quarantine;
  readonly #forget: (part: Part) => void;
  readonly #warned = new Set<string>();

  /** `forget` is called once for each delivery that has come to its end. */
  constructor(
    exporter: string,
    context: { readonly accounts: Accounts; readonly logger: Logger; readonly quarantine: Quarantine },
    forget: (part: Part) => void,
  ) {
    this.#exporter = exporter;
    this.#accounts = context.accounts;
    this.#logger = context.logger;
    this.#quarantine = context.quarantine;
    this.#forget = forget;
  }

  exported({ part }: Delivery): void {
    this.#accounts.count('attribution.part.exported', this.#exporter);
    this.#forget(part);
  }

  async setAside({ part }: Delivery, reason: string): Promise<void> {
    this.#setAside(part, reason, await this.#quarantine.keep({ part, exporter: this.#exporter, reason }));
  }

  setAsideSync({ part }: Delivery, reason: string): void {
    this.#setAside(part, reason, this.#quarantine.keepSync({ part, exporter: this.#exporter, reason }));
  }

  drop({ part }: Delivery, reason: string, why: string): void {
    this.refuse(reason, why);
    this.#forget(part);
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

  #setAside(part: Part, reason: string, kept: boolean): void {
    if (!kept) {
      this.refuse('quarantine_full', `the quarantine is full; the last part refused: ${reason}`);
    } else {
      this.#accounts.count('attribution.part.quarantined', this.#exporter);
      this.warnOnce('quarantine', `part ${part.id} was set aside: ${reason}`);
    }
    this.#forget(part);
  }
}
