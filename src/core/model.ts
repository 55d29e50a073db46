/**
 * The data model. A measurement (origin, target, event, unit, value) is summed per window into a row;
 * rows sealed together form a part, the unit of durability, retry and idempotence.
 */

/** Origin of work that no rule could attribute. */
export const UNATTRIBUTED = '(unattributed)';
/** Origin of work started long after its root ended (a timer begun in a request). */
export const DETACHED = '(detached)';
/** Origin that heavy-hitter limits fold small origins into. */
export const OTHER = '(other)';
/** Target of the rows in which the engine accounts for itself. */
export const ACCOUNTS_TARGET = 'otel-attribution';

/** What is measured: the shared resource, the event and its base unit (UCUM), and attributes that belong to the event itself. */
export interface MeasureKey {
  readonly target: string;
  readonly event: string;
  readonly unit: string;
  /** Canonical JSON object (sorted keys) of attributes set by the rule, '' for none. */
  readonly attributes: string;
}

/** Who caused it: emitter, the service in which the origin was named, the origin, and the user's dimensions. */
export interface OriginKey {
  readonly service: string;
  readonly originService: string;
  readonly origin: string;
  /** Canonical JSON object (sorted keys), '' for none. */
  readonly attributes: string;
}

/** One aggregated row as every store shows it. Times are milliseconds since the Unix epoch. */
export interface Row {
  readonly partId: string;
  readonly row: number;
  readonly sealedAt: number;
  readonly windowStart: number;
  readonly windowSeconds: number;
  readonly service: string;
  readonly originService: string;
  readonly origin: string;
  readonly target: string;
  readonly event: string;
  readonly unit: string;
  /** Σ weight · value, in `unit`. */
  readonly value: number;
  /** Σ weight. */
  readonly count: number;
  /** Number of measurements before weighting. */
  readonly samples: number;
  /** Smallest and largest single value; null when the row holds only a share of a duration that ended in a later window. */
  readonly min: number | null;
  readonly max: number | null;
  /** Trace id of the largest sampled value, '' when none was sampled. */
  readonly exemplarTraceId: string;
  /** Canonical JSON object (sorted keys), '' for none. */
  readonly attributes: string;
}

/** Version of the part format written by this package; readers take any version up to their own. */
export const PART_VERSION = 1;

/**
 * The body of a part: one JSON object of columns, all of length `n`. String columns hold indices into `strs`.
 * On disk and on the wire it is one zstd frame (level 1, with content checksum), file name `<instance>-<sequence>.json.zst`.
 */
export interface PartColumns {
  readonly v: typeof PART_VERSION;
  /** `<instance>-<sequence>`: identifies the part for ever. */
  readonly part: string;
  /** Milliseconds since the Unix epoch. */
  readonly sealedAt: number;
  /** Random UUID of one run of one process. */
  readonly instance: string;
  /** Version of the package that sealed it. */
  readonly package: string;
  /** Hash of the mapping (rules and presets) in force. */
  readonly mapping: string;
  /** True in the last part an instance seals before it ends in an orderly way. */
  readonly final?: boolean;
  readonly n: number;
  readonly strs: readonly string[];
  /** Window starts in milliseconds since the Unix epoch. */
  readonly ws: readonly number[];
  /** Window width in seconds, the same for all rows of a part. */
  readonly wsec: number;
  readonly service: readonly number[];
  readonly originService: readonly number[];
  readonly origin: readonly number[];
  readonly target: readonly number[];
  readonly event: readonly number[];
  readonly unit: readonly number[];
  readonly attributes: readonly number[];
  readonly value: readonly number[];
  readonly count: readonly number[];
  readonly samples: readonly number[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  readonly exemplar: readonly number[];
}

/** A sealed part ready to travel: identity and compressed body. Immutable. */
export interface Part {
  readonly id: string;
  readonly instance: string;
  readonly sequence: number;
  readonly sealedAt: number;
  readonly rows: number;
  /** zstd frame of the JSON of `PartColumns`. */
  readonly body: Uint8Array;
}
