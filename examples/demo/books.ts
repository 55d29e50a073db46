/**
 * The shop's own books: every query, call and request it makes, counted by the code that makes it and under the name that this
 * code gives itself. They know nothing of OpenTelemetry, of async context or of `otel-attribution`, and they are what the
 * demo compares the measured load with.
 */

/** On whose behalf something is done: always passed on by hand. */
export interface Who {
  readonly service: string;
  readonly origin: string;
  readonly tenant: string;
}

export type Operation = 'query' | 'call' | 'request';

export interface BookEntry {
  /** The process that did it. */
  readonly service: string;
  readonly operation: Operation;
  /** The service, route or job, and customer it was done for. */
  readonly originService: string;
  readonly origin: string;
  readonly tenant: string;
  n: number;
}

export class Books {
  readonly #service: string;
  readonly #entries = new Map<string, BookEntry>();

  constructor(service: string) {
    this.#service = service;
  }

  count(operation: Operation, who: Who): void {
    const key = JSON.stringify([operation, who.service, who.origin, who.tenant]);
    const entry = this.#entries.get(key);
    if (entry !== undefined) entry.n++;
    else {
      this.#entries.set(key, {
        service: this.#service,
        operation,
        originService: who.service,
        origin: who.origin,
        tenant: who.tenant,
        n: 1,
      });
    }
  }

  entries(): BookEntry[] {
    return [...this.#entries.values()];
  }
}

const HEADER = 'x-shop-who';

/** Tells the next service for whom it works, for its own books. */
export function toHeaders(who: Who): Record<string, string> {
  return { [HEADER]: JSON.stringify(who) };
}

export function fromHeaders(headers: Readonly<Record<string, unknown>>): Who {
  return JSON.parse(String(headers[HEADER])) as Who;
}
