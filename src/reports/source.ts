import type { By } from './by.ts';
import type { Books, TimeRange } from './range.ts';
import type { Report, Values } from './report.ts';
import type { Condition } from './where.ts';

/** What is summed. `seconds`: durations, of calls to others alone unless `servers`; never the engine's own accounts. */
export type Measure =
  | { readonly kind: 'event'; readonly event: string }
  | { readonly kind: 'seconds'; readonly servers: boolean }
  | { readonly kind: 'any' };

/** All that a report's query depends on, read and checked; no language in it. */
export interface Question {
  readonly values: Values;
  readonly grainMs: number;
  readonly asOf: number | undefined;
  readonly by: By;
  readonly conditions: readonly Condition[];
  readonly measure: Measure;
}

/** Windows at the edges of a range, in milliseconds; undefined where there is none. */
export interface Edges {
  /** Start of the earliest window that straddles the begin of the range. */
  readonly low: number | undefined;
  /** End of the last window that begins before the end of the range. */
  readonly high: number | undefined;
  /** Widest window that ends after the begin of the range. */
  readonly widest: number | undefined;
  /** At the begin only sums are left: single rows are kept for a shorter time. */
  readonly rowsGone: boolean;
}

/** A release or a mapping that a service had not reported with before, and the one before it. */
export interface Change {
  readonly at: number;
  readonly service: string;
  readonly package: string;
  readonly mapping: string;
  readonly wasPackage: string;
  readonly wasMapping: string;
}

type Period = Pick<TimeRange, 'from' | 'to'>;

/** What is asked of a store, whatever its language. One implementation per language holds all its texts. */
export interface Source {
  /** What to tell someone whose store holds no rows. */
  readonly empty: string;
  /** Undefined while there are no rows. Windows that begin after `now` come from a clock that is ahead: they do not count. */
  books(now: number): Promise<Books | undefined>;
  edges(from: number, to: number): Promise<Edges>;
  /** Number of services with rows in the period. */
  services(period: Period, asOf: number | undefined): Promise<number>;
  /** The events of the period that were measured most often, at most five; not the engine's own. */
  events(period: Period): Promise<string[]>;
  /** In the period, by time, at most ten. What was reported in the week before it is not new. */
  changes(period: Period): Promise<Change[]>;
  answer<R>(report: Report, question: Question): Promise<R[]>;
}
