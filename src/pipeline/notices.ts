import type { Logger } from '../core/logger.ts';

/** What an outlet says: one line per kind of trouble. */
export class Notices {
  readonly #name: string;
  readonly #logger: Logger;
  readonly #warned = new Set<string>();

  constructor(name: string, logger: Logger) {
    this.#name = name;
    this.#logger = logger;
  }

  warnOnce(kind: string, text: string): void {
    if (this.#warned.has(kind)) return;
    this.#warned.add(kind);
    this.#logger.warn(`${this.#name}: ${text}`);
  }

  /** The trouble is over: the next of its kind is said again. */
  over(kind: string): void {
    this.#warned.delete(kind);
  }

  info(text: string): void {
    this.#logger.info(`${this.#name}: ${text}`);
  }

  debug(text: string): void {
    this.#logger.debug(`${this.#name}: ${text}`);
  }
}
