/**
 * A row is data: its columns, each said once. The types of rows and parts, the schemas of the stores, what they merge, the writers, the
 * readers and docs/part-format.md derive from this table. The order is that of the stores' tables.
 */

/** What a part holds. `level` (gauges) and `event` (single events) are reserved: a lane has parts once it has columns below. */
export type Lane = 'sum' | 'level' | 'event';

/** Type of a column, and what it is called elsewhere. A `time` is UTC: milliseconds since the Unix epoch in code and JSON. */
export const columnTypes = {
  string: { kusto: 'string', sql: 'VARCHAR' },
  int: { kusto: 'int', sql: 'INTEGER' },
  long: { kusto: 'long', sql: 'BIGINT' },
  real: { kusto: 'real', sql: 'DOUBLE' },
  time: { kusto: 'datetime', sql: 'TIMESTAMP' },
} as const;

/**
 * What a store does with a column when rows of equal keys become one of a wider window:
 * - `identity`: which row it is; the merged row is another one
 * - `latest`: the largest, where a store replaces rows; rollups beside the rows have no such column
 * - `bin`: a key, rounded down to the wider window
 * - `widest`, `min`, `max`: the largest, the smallest, the largest
 * - `key`: equal in all of them
 * - `sum`: added up
 * - `exemplar`: that of the row with the largest `max`, among those that have one
 */
export type MergeRule = 'identity' | 'latest' | 'bin' | 'widest' | 'key' | 'sum' | 'min' | 'max' | 'exemplar';

/** Where a part says it: once, once a row (strings as indices into `strs`), or by the position of the row. */
type Place = 'part' | 'row' | 'position';

export interface ColumnDefinition {
  readonly kusto: string;
  readonly sql: string;
  /** Name in the JSON of a part, '' for the position. */
  readonly json: string;
  readonly place: Place;
  readonly type: keyof typeof columnTypes;
  /** Of numbers: UCUM, or `row` where the column `unit` of the row says it. */
  readonly unit?: string;
  readonly nullable?: boolean;
  /** Smallest number. */
  readonly atLeast?: number;
  readonly merge: MergeRule;
  readonly meaning: string;
}

/** Keys: the names in code. */
const sum = {
  partId: {
    kusto: 'PartId',
    sql: 'part_id',
    json: 'part',
    place: 'part',
    type: 'string',
    merge: 'identity',
    meaning: 'The part of the row: `<instance>-<sequence>`. With `row` it names a row for ever.',
  },
  row: {
    kusto: 'Row',
    sql: 'row',
    json: '',
    place: 'position',
    type: 'int',
    merge: 'identity',
    meaning: 'Position in the part, from 0.',
  },
  sealedAt: {
    kusto: 'SealedAt',
    sql: 'sealed_at',
    json: 'sealedAt',
    place: 'part',
    type: 'time',
    merge: 'latest',
    meaning: 'When the part became immutable.',
  },
  windowStart: {
    kusto: 'WindowStart',
    sql: 'window_start',
    json: 'ws',
    place: 'row',
    type: 'time',
    merge: 'bin',
    meaning: 'Begin of the window in which it was measured.',
  },
  windowSeconds: {
    kusto: 'WindowSeconds',
    sql: 'window_seconds',
    json: 'wsec',
    place: 'part',
    type: 'int',
    unit: 's',
    merge: 'widest',
    meaning: 'Width of that window.',
  },
  service: {
    kusto: 'Service',
    sql: 'service',
    json: 'service',
    place: 'row',
    type: 'string',
    merge: 'key',
    meaning: 'Who measured it: the `service.name` of the emitter.',
  },
  originService: {
    kusto: 'OriginService',
    sql: 'origin_service',
    json: 'originService',
    place: 'row',
    type: 'string',
    merge: 'key',
    meaning: 'The service in which the origin was named: the emitter, or a caller it was inherited from.',
  },
  origin: {
    kusto: 'Origin',
    sql: 'origin',
    json: 'origin',
    place: 'row',
    type: 'string',
    merge: 'key',
    meaning: 'Who caused it: a request handler, a job, a consumer.',
  },
  target: {
    kusto: 'Target',
    sql: 'target',
    json: 'target',
    place: 'row',
    type: 'string',
    merge: 'key',
    meaning: 'The shared resource that pays for it.',
  },
  event: {
    kusto: 'Event',
    sql: 'event',
    json: 'event',
    place: 'row',
    type: 'string',
    merge: 'key',
    meaning: 'What was measured: the name of a semantic convention where there is one.',
  },
  unit: {
    kusto: 'Unit',
    sql: 'unit',
    json: 'unit',
    place: 'row',
    type: 'string',
    merge: 'key',
    meaning: 'Base unit of `value`, `min` and `max` (UCUM).',
  },
  value: {
    kusto: 'Value',
    sql: 'value',
    json: 'value',
    place: 'row',
    type: 'real',
    unit: 'row',
    merge: 'sum',
    meaning: 'Σ weight · value.',
  },
  count: {
    kusto: 'Count',
    sql: 'count',
    json: 'count',
    place: 'row',
    type: 'real',
    unit: '1',
    atLeast: 0,
    merge: 'sum',
    meaning: 'Σ weight: how many there were.',
  },
  samples: {
    kusto: 'Samples',
    sql: 'samples',
    json: 'samples',
    place: 'row',
    type: 'long',
    unit: '1',
    atLeast: 0,
    merge: 'sum',
    meaning: 'Measurements before weighting.',
  },
  min: {
    kusto: 'Min',
    sql: 'min',
    json: 'min',
    place: 'row',
    type: 'real',
    unit: 'row',
    nullable: true,
    merge: 'min',
    meaning: 'Smallest single value; null where the row is only a share of a duration that ended in a later window.',
  },
  max: {
    kusto: 'Max',
    sql: 'max',
    json: 'max',
    place: 'row',
    type: 'real',
    unit: 'row',
    nullable: true,
    merge: 'max',
    meaning: 'Largest single value; null as `min` is.',
  },
  exemplarTraceId: {
    kusto: 'ExemplarTraceId',
    sql: 'exemplar_trace_id',
    json: 'exemplar',
    place: 'row',
    type: 'string',
    merge: 'exemplar',
    meaning: 'Trace of the largest sampled value, empty where none was sampled.',
  },
  attributes: {
    kusto: 'Attributes',
    sql: 'attributes',
    json: 'attributes',
    place: 'row',
    type: 'string',
    merge: 'key',
    meaning: 'Further dimensions: canonical JSON (an object of strings, sorted keys), empty for none.',
  },
} as const satisfies Readonly<Record<string, ColumnDefinition>>;

/** The lanes that this release knows, with the columns of their rows. */
export const laneColumns = { sum } as const satisfies Readonly<Partial<Record<Lane, object>>>;

export type SumColumns = typeof laneColumns.sum;
