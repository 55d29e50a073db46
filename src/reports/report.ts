import type { TimeRange } from './range.ts';

/** A column of a report's rows. `unit` is UCUM; `row` means the unit is in the row's own column `unit`; '' means a pure number or text. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'number' | 'integer' | 'time' | 'boolean';
  readonly unit: string;
  readonly nullable?: boolean;
}

export type ParameterName =
  | 'since'
  | 'from'
  | 'to'
  | 'tz'
  | 'asOf'
  | 'where'
  | 'by'
  | 'limit'
  | 'measure'
  | 'at'
  | 'step'
  | 'baseline';

/** As a user writes them; all optional. */
export interface ReportParameters {
  /** How far back from `to`: `15m`, `1h`, `7d`. */
  readonly since?: string;
  /** A date, a date and time (in `tz` unless it has an offset), or a duration ago. */
  readonly from?: string;
  readonly to?: string;
  /** IANA time zone for reading and showing times. Default: the system's. */
  readonly tz?: string;
  /** Only rows sealed until then. */
  readonly asOf?: string;
  /** `field=value`, `field!=value`, `field~pattern*`, `field!~pattern*`, joined by commas (and). */
  readonly where?: string;
  /** `origin`, `target`, `service` or `attribute.<name>`. */
  readonly by?: string;
  readonly limit?: number;
  /** Event name. Default: durations of client targets. */
  readonly measure?: string;
  readonly at?: string;
  readonly step?: string;
  /** Period to compare with: a duration (that long, right before the range) or `<from>..<to>`. */
  readonly baseline?: string;
}

export type SqlValue = string | number | boolean | null | readonly string[] | readonly number[];
export type SqlParams = Readonly<Record<string, SqlValue>>;

/** What a report needs of a store. */
export interface SqlStore {
  all<R = Record<string, unknown>>(sql: string, params?: SqlParams): Promise<R[]>;
}

/** What a report's own part of the binding sees. */
export interface BindContext {
  readonly parameters: ReportParameters;
  readonly range: TimeRange;
  readonly tz: string;
  readonly now: number;
  readonly db: SqlStore;
}

export interface Binding {
  readonly params: SqlParams;
  /** Fixed texts for the placeholders of query.sql; never made from a user's value. */
  readonly text?: Readonly<Record<string, string>>;
  /** Things the reader of the answer should know. */
  readonly notes?: readonly string[];
}

export interface Report {
  readonly name: string;
  readonly question: string;
  readonly parameters: readonly ParameterName[];
  /** Range when neither `since` nor `from` is given. */
  readonly since: string;
  readonly limit: number;
  readonly columns: readonly Column[];
  /** Folder with query.sql (and query.kql). */
  readonly folder: URL;
  bind?(context: BindContext): Binding | Promise<Binding>;
}

export interface ReportResult<R = Record<string, unknown>> {
  readonly report: string;
  readonly question: string;
  /** The range that was summed, snapped to windows. Milliseconds since the Unix epoch; `to` is exclusive. */
  readonly range: { readonly from: number; readonly to: number; readonly seconds: number };
  /** Until when the store has data; later measurements are not sealed or not merged yet. */
  readonly dataThrough: number;
  /** Services with rows in the range. */
  readonly services: number;
  readonly columns: readonly Column[];
  readonly rows: readonly R[];
  readonly notes: readonly string[];
  readonly tz: string;
}
