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
   * The live edge: the end of the last window that is complete, or the moment of sealing of one that is not. Undefined where it is more
   * than three windows ago, and where `until`, the end that is asked for, is well before it. Windows that begin after the edge come from a
   * clock that is ahead: they do not count.
   */
  fresh(reading: Reading, until: number): Promise<number | undefined>;
  bounds(asked: Period, reading: Reading): Promise<Bounds>;
  /**
   * When a part with rows was sealed: the last one before the period, or else the first one since its begin. Undefined where there is none,
   * or none that was sealed until the edge.
   */
  nearest(period: Period, edge: number): Promise<number | undefined>;
  /** Number of services with rows in the period. */
  services(period: Settled, asOf: number | undefined): Promise<number>;
  /** The events of the period that were measured most often, at most five; not the engine's own. */
  events(period: Settled): Promise<string[]>;
  /** Names of the row attributes of the period, by name, at most `ATTRIBUTES_MAX`. */
  attributes(period: Settled): Promise<string[]>;
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

export interface Settled extends Period {
  /** Sums before it are as a store has worked them out; what arrives late for them shows some minutes later. */
  readonly settled: number;
}

const HOUR = 3_600_000;

/** The end of the last whole hour of the period that is read as the store has worked it out; undefined where none is. */
export function settledThrough({ from, to, settled }: Settled): number | undefined {
  const end = Math.floor(Math.min(to, settled) / HOUR) * HOUR;
  return Math.ceil(from / HOUR) * HOUR < end ? end : undefined;
}

/** The period that an answer is about, in whole windows. */
export interface TimeRange extends Settled {
  /** What rates are divided by: the time in it that any instance recorded. */
  readonly seconds: number;
  /** That time, in order, apart from one another. */
  readonly covered: readonly Period[];
  /** Where data of the range can end at most: before what is still to come. */
  readonly end: number;
  /** From where data begin to where they end: what to show, as windows reach beyond them. */
  readonly shown: Period;
  /** Where it would begin if data did not begin later: what is right before the range is before this. */
  readonly askedFrom: number;
  /** Length of what was asked for, in seconds; `snap` says the length of what it was given. */
  readonly asked: number;
  /** Widest window in the range, in milliseconds. */
  readonly windowMs: number;
  /** At its begin only sums are left: single rows are kept for a shorter time. */
  readonly rowsGone: boolean;
}

/** The moment at which the books are read: what was sealed later, or what a clock that is ahead wrote, is not in them. */
export interface Reading {
  readonly now: number;
  readonly asOf: number | undefined;
}

export const edgeOf = ({ now, asOf }: Reading): number => Math.min(now, asOf ?? now);

/** What surrounds the ends of a period, in milliseconds; undefined where there is none. */
export interface Bounds {
  /** Where data begin in it: the first window with rows, or the begin of the first process. Where neither is found, its own begin. */
  readonly begin: number;
  /** Start of the earliest window that straddles `begin`. */
  readonly low: number | undefined;
  /** End of the last window that straddles the end of the period. */
  readonly high: number | undefined;
  /** Widest window of those that end after `begin`. */
  readonly widest: number | undefined;
  /** Usual window width. */
  readonly windowMs: number;
  /**
   * When any instance recorded, of the period or beyond it: in order, apart from one another. An instance records from its begin until it
   * seals its last part. Where the parts are no longer kept, hours with sums count as a whole.
   */
  readonly covered: readonly Period[];
  readonly rowsGone: TimeRange['rowsGone'];
  readonly settled: TimeRange['settled'];
}

/** Where data begin in a period: see `Bounds.begin`. */
export function beginOf(asked: Period, first: number | undefined, covered: readonly Period[]): number {
  const life = covered.find(({ from, to }) => from < asked.to && to > asked.from);
  const begin = Math.min(first ?? life?.from ?? asked.from, life?.from ?? first ?? asked.from);
  return Math.min(Math.max(begin, asked.from), asked.to);
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
