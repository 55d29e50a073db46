/**
 * The books of the applications in this suite: what each of them did, when, and on whose behalf, entered by the code that did it. They know
 * nothing of spans, windows, parts or reports, and everything that is expected of a report is worked out from them alone.
 */

export interface Entry {
  /** The run of the process that did it. */
  readonly run: string;
  readonly service: string;
  /** The service whose request or job it was done for. */
  readonly originService: string;
  readonly origin: string;
  /** '' where it was done for nobody in particular. */
  readonly tenant: string;
  readonly target: string;
  readonly event: string;
  readonly unit: string;
  /** A request that was answered, and not something asked of others. */
  readonly request: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly begin: number;
  readonly end: number;
  /** End of the request or job it was part of: until then nobody knows whose it is. */
  readonly settled: number;
  /** Seconds, or so many of the unit. */
  readonly value: number;
}

/** One run of a process. */
export interface Run {
  readonly name: string;
  readonly service: string;
  readonly begin: number;
  /** When it handed over what it knew; the last one at its end, unless it was killed. */
  readonly seals: readonly number[];
  readonly killed: boolean;
}

export interface Books {
  readonly entries: readonly Entry[];
  readonly runs: readonly Run[];
}

export const SEARCH = 'GET /search';
export const PRODUCT = 'GET /product/:id';
export const CHECKOUT = 'POST /checkout';
/** One request that works for two customers. */
export const REPORT = 'GET /report';
export const HEALTH = 'GET /health';
export const INVOICES = 'job:invoices';
export const CHARGES = 'POST /charges';

export const SHOP_DB = 'postgresql://db.internal/shop';
export const CACHE = 'redis://cache.internal';
export const PAYMENTS = 'http://payments.internal';
export const MAIL = 'mailer';
