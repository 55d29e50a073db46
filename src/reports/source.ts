/** What is asked of a store, whatever its language: one implementation per language holds all its texts. */
import type { KqlParameters } from '../core/contracts/store.ts';
import type { By } from './by.ts';
import type { Measure } from './measure.ts';
import type { Condition } from './where.ts';

/** Names of attributes that a store lists: far more than applications have. */
export const ATTRIBUTES_MAX = 1_000;

export interface Source {
  /** What to tell someone whose store holds no rows. */
  readonly empty: string;
  /**
   * Undefined while there are no rows, or none that were sealed until `asOf`. Windows that begin after `now` come from a clock that is
   * ahead: they do not count.
   */
  books(now: number, asOf: number | undefined): Promise<Books | undefined>;
  /**
   * When any instance recorded, of the period or beyond it: in order, apart from one another. An instance records from its begin until it
   * seals its last part. Where the parts are no longer kept, hours with sums count as a whole.
   */
  covered(period: Period & Pick<TimeRange, 'rowsGone'>, asOf: number | undefined): Promise<Period[]>;
  edges(from: number, to: number): Promise<Edges>;
  /** Number of services with rows in the period. */
  services(period: Period, asOf: number | undefined): Promise<number>;
  /** The events of the period that were measured most often, at most five; not the engine's own. */
  events(period: Period): Promise<string[]>;
  /** Names of the row attributes of the period, by name, at most `ATTRIBUTES_MAX`. */
  attributes(period: Period): Promise<string[]>;
  /** In the period, by time, at most ten. What was reported in the week before it is not new. */
  changes(period: Period): Promise<Change[]>;
  /** Rows of the query in `folder`. */
  answer<R>(folder: URL, question: Question): Promise<R[]>;
}

/** Milliseconds since the Unix epoch; `to` is exclusive. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/** The period that an answer is about, in whole windows. */
export interface TimeRange extends Period {
  /** What rates are divided by: the time in it that any instance recorded. */
  readonly seconds: number;
  /** That time, in order, apart from one another. */
  readonly covered: readonly Period[];
  /** Where data of the range can end at most: before what is still to come. */
  readonly end: number;
  /** From where data begin to where they end: what to show, as windows reach beyond them. */
  readonly shown: Period;
  /** Length of what was asked for, in seconds. */
  readonly asked: number;
  /** Widest window in the range, in milliseconds. */
  readonly windowMs: number;
  /** At its begin only sums are left: single rows are kept for a shorter time. */
  readonly rowsGone: boolean;
}

/** What the store holds, whatever is asked. */
export interface Books {
  readonly first: number;
  /** End of the last window that is complete, or the moment of sealing of one that is not. */
  readonly through: number;
  /** Usual window width, in milliseconds. */
  readonly windowMs: number;
}

/** Windows at the edges of a range, in milliseconds; undefined where there is none. */
export interface Edges {
  /** Start of the earliest window that straddles the begin of the range. */
  readonly low: number | undefined;
  /** End of the last window that begins before the end of the range. */
  readonly high: number | undefined;
  /** Widest window that ends after the begin of the range. */
  readonly widest: number | undefined;
  readonly rowsGone: TimeRange['rowsGone'];
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

/**
 * Values that a query takes, by name in camelCase: `thenFrom` is `$then_from` in SQL and `_thenFrom` in KQL. The types are those of Kusto,
 * times and timespans milliseconds; SQL takes the values alone.
 */
export type Values = KqlParameters;

/** All that a report's query depends on, read and checked; no language in it. */
export interface Question {
  readonly values: Values;
  readonly grainMs: number;
  readonly asOf: number | undefined;
  readonly by: By;
  readonly conditions: readonly Condition[];
  readonly measure: Measure;
}
