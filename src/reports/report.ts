import type { KqlParameters } from '../core/contracts/store.ts';
import type { Books, TimeRange } from './range.ts';
import type { Source } from './source.ts';

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

/**
 * Values that a query takes, by name in camelCase: `thenFrom` is `$then_from` in SQL and `_thenFrom` in KQL. The types are those of Kusto,
 * times and timespans milliseconds; SQL takes the values alone.
 */
export type Values = KqlParameters;

/** What a report's own part of the binding sees. */
export interface BindContext {
  readonly parameters: ReportParameters;
  readonly books: Books;
  readonly range: TimeRange;
  readonly tz: string;
  readonly now: number;
  readonly source: Source;
}

export interface Binding {
  readonly values: Values;
  /** Width in ms of the coarsest sums that can answer: every bound within the range is a multiple of it. Default: an hour. 0: rows. */
  readonly grainMs?: number;
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
  /** It counts single rows: sums do not do. */
  readonly needsRows?: true;
  /** Folder with query.sql and query.kql: the same columns and, on the same rows, the same values. */
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
