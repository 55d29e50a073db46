/**
 * A store answers reports. It says in which language it is asked: each report has its text in both. Values reach it as parameters of a
 * query, by name and typed; they are never spliced into a text.
 */
export type Store = SqlStore | KqlStore;

interface Closable {
  /** Whoever opened a store closes it, and soon: others may wait for it. */
  close(): void | Promise<void>;
}

/** Holds the tables `sums` (one line per row of a part) and `parts` (one per part). */
export interface SqlStore extends Closable {
  readonly language: 'sql';
  /** Rows as plain objects; numbers are numbers. */
  all<R = Record<string, unknown>>(sql: string, params?: SqlParams): Promise<R[]>;
}

/** A value bound to a statement; an array becomes a list of strings or of numbers. */
export type SqlValue = string | number | boolean | null | readonly string[] | readonly number[];
export type SqlParams = Readonly<Record<string, SqlValue>>;

/** Holds the same as views and functions, under names of its own. */
export interface KqlStore extends Closable {
  readonly language: 'kql';
  readonly names: KqlNames;
  /** Rows as plain objects; times are milliseconds since the Unix epoch. */
  query<R = Record<string, unknown>>(text: string, parameters?: KqlParameters): Promise<R[]>;
}

/** What the store calls its rows, its sums by width, the sums of a range, and its parts. */
export type KqlNames = Readonly<Record<'rows' | 'rollup5m' | 'rollup1hTaken' | 'sums' | 'parts', string>>;

export type KqlType = 'string' | 'long' | 'int' | 'real' | 'datetime' | 'bool' | 'timespan' | 'dynamic';

/** A value that a query declares with `declare query_parameters`. */
export interface KqlParameter {
  readonly type: KqlType;
  /** Times as milliseconds since the Unix epoch, timespans as milliseconds, dynamic as JSON-able values; null only where the type has nulls. */
  readonly value: string | number | boolean | null | readonly unknown[] | Readonly<Record<string, unknown>>;
}

export type KqlParameters = Readonly<Record<string, KqlParameter>>;
