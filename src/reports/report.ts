import type { By } from './by.ts';
import type { Column, Columns, ReportRow } from './columns.ts';
import type { Prelude } from './kql/prelude.ts';
import type { Page, Style } from './page.ts';
import type { OwnParameters, ParameterName, ReportParameters } from './parameters.ts';
import type { Period, Source, TimeRange, Values } from './source.ts';

/**
 * A named question. All that is known of one report is in its folder, beside `query.sql` and `query.kql`; what all of them share (ranges,
 * measures, groups, conditions) is in the folders of the languages.
 */
export interface Report<R extends ReportRow = ReportRow, P extends ReportParameters = ReportParameters> {
  readonly name: string;
  readonly question: string;
  readonly parameters: readonly ParameterName[];
  readonly own?: OwnParameters<P>;
  /** Range when neither `since` nor `from` is given. */
  readonly since: string;
  readonly limit: number;
  readonly columns: Columns<R>;
  /** It counts single rows: sums do not do. */
  readonly needsRows?: true;
  /** Why it may have nothing to say although something matches. */
  readonly whyEmpty?: string;
  /** Folder with query.sql and query.kql: the same columns and, on the same rows, the same values. */
  readonly folder: URL;
  /** What its own parameters, and nothing else, mean to its query. */
  bind?(context: BindContext<P>): Binding | Promise<Binding>;
  /** The same in KQL, for its stored function. */
  readonly prelude?: Prelude;
  /** The answer as a terminal shows it. There is at least one row. */
  table(result: ReportResult<R>, view: TableView): Page;
}

export interface BindContext<P extends ReportParameters> {
  readonly parameters: P;
  /** Where the range holds no rows: when what is nearest to it was sealed. See `Source.nearest`. */
  readonly nearest: number | undefined;
  readonly range: TimeRange;
  readonly tz: string;
  readonly now: number;
  /** Only what was sealed until then is asked for. */
  readonly asOf: number | undefined;
  readonly source: Source;
}

export interface Binding {
  readonly values: Values;
  /** Width in ms of the coarsest sums that can answer: every bound within the range is a multiple of it. Default: an hour. 0: rows. */
  readonly grainMs?: number;
  /** Things the reader of the answer should know. */
  readonly notes?: readonly string[];
}

export interface TableView {
  readonly now: number;
  /** Cells that there are for a line; `Infinity` where nobody minds. */
  readonly width: number;
  readonly style: Style;
}

export interface ReportResult<R extends ReportRow = ReportRow> {
  readonly report: string;
  readonly question: string;
  /**
   * The range that was summed, from where data begin to where they end. `seconds` of it are covered by data, and are what rates are divided
   * by; `asked` says how many were asked for.
   */
  readonly range: Period & Pick<TimeRange, 'seconds' | 'asked'>;
  /** Until when the range has data; later measurements are not sealed or not merged yet. */
  readonly dataThrough: number;
  /** What arrives late for an hour before it counts some minutes later, once the store has added it up. Absent where all counts at once. */
  readonly settled?: number;
  /** Services with rows in the range. */
  readonly services: number;
  readonly columns: readonly Column[];
  readonly rows: readonly R[];
  readonly notes: readonly string[];
  readonly tz: string;
  /** What the keys are, where the report is asked that. */
  readonly by?: By;
}
