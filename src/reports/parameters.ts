/** What reports can be asked with. */

/** As a user writes them; all optional. A report says which of them it takes. */
export interface ReportParameters {
  /** How far back from `to`: `15m`, `1h`, `7d`. */
  readonly since?: string;
  /** A time of day, a date, both (in `tz` unless it has an offset), or a duration ago. */
  readonly from?: string;
  readonly to?: string;
  /** IANA time zone for reading and showing times. Default: the system's. */
  readonly tz?: string;
  /** Only rows sealed until then. */
  readonly asOf?: string;
  /** `field=value`, `field!=value`, `field~pattern*`, `field!~pattern*`, joined by commas (and). */
  readonly where?: string;
  /** `origin`, `target`, `service` or `attribute.<name>`, or several joined by commas. */
  readonly by?: string;
  readonly limit?: number;
  /** Event name. Default: durations of client targets. */
  readonly measure?: string;
}

export type ParameterName = keyof ReportParameters;

/** A parameter that only one report has, so that only that report knows about it. Its value is text. */
export interface OwnParameter {
  /** What stands for the value in a list of options: `duration`. */
  readonly value: string;
  readonly help: string;
  /** Default: any text. */
  readonly choices?: readonly string[];
}

/** One for each property of `P` that is no parameter of all reports. */
export type OwnParameters<P extends ReportParameters> = {
  readonly [Name in Exclude<keyof P, ParameterName>]-?: OwnParameter;
};
