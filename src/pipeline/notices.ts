import type { Logger } from '../core/logger.ts';

/** Of one kind of trouble; the remedies that an exporter knows are few. */
const REMEDIES_MAX = 20;

/** What an outlet says: one line per kind of trouble, and one more for each other thing that a person has to do about it. */
export class Notices {
  readonly #name: string;
  readonly #logger: Logger;
  readonly #warned = new Map<string, Set<string>>();

  constructor(name: string, logger: Logger) {
    this.#name = name;
    this.#logger = logger;
  }

  warnOnce(kind: string, text: string, remedy?: string): void {
    let said = this.#warned.get(kind);
    if (said !== undefined && (remedy === undefined || said.has(remedy) || said.size >= REMEDIES_MAX)) return;
    said ??= new Set();
    if (remedy !== undefined) said.add(remedy);
    this.#warned.set(kind, said);
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
