/**
 * A part as OTLP metrics, in the shape that `@opentelemetry/exporter-metrics-otlp-http` takes (`ResourceMetrics` of sdk-metrics, 2.x and
 * 3.x alike). Its enums are numbers here, so that no SDK package is loaded by us.
 *
 * What a part holds of a key is one point of a delta histogram without buckets: count = samples, sum = value, min, max. Metric
 * `attribution.<event>` in the row's unit; attributes `attribution.origin`, `.origin.service`, `.target`, `.event`, `.unit`, and
 * `attribution.attribute.<name>` for each of the row's own; resource `service.name` and `service.instance.id`. Histogram counts are whole
 * numbers: where sampling makes the weighted count differ from the samples, it follows as the delta sum `attribution.<event>.count`.
 *
 * The time of a point is that of the part and not that of the window: a later part may bring more of an earlier window, and whoever
 * makes running sums of deltas (Prometheus, the Collector's `deltatocumulative`) drops a point that is not newer than the last one of its
 * series. For the same reason a key has one point in a part, and the instance is part of what names a series.
 */

import type { PartColumns } from '../../core/part-columns.ts';
import type { Row } from '../../core/row.ts';
import { rowAt } from '../../parts/part-codec.ts';

const DELTA = 0;
const HISTOGRAM = 0;
const SUM = 3;
const DOUBLE = 1;

type HrTime = [seconds: number, nanoseconds: number];
type Attributes = Record<string, string | number | boolean | string[]>;

interface Histogram {
  readonly buckets: { readonly boundaries: number[]; readonly counts: number[] };
  readonly count: number;
  readonly sum: number;
  readonly min?: number;
  readonly max?: number;
}

interface Point {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly attributes: Attributes;
  readonly value: number | Histogram;
}

interface Metric {
  readonly descriptor: {
    readonly name: string;
    readonly description: string;
    readonly unit: string;
    readonly type: string;
    readonly valueType: number;
  };
  readonly aggregationTemporality: number;
  readonly dataPointType: number;
  readonly isMonotonic?: boolean;
  readonly dataPoints: Point[];
}

export interface ResourceMetrics {
  readonly resource: { readonly attributes: Attributes };
  readonly scopeMetrics: readonly {
    readonly scope: { readonly name: string; readonly version: string };
    readonly metrics: Metric[];
  }[];
}

/** Row numbers of each key that fit one call: of one service, with at most `maxPoints` points; the same for the same part every time. */
export function chunksOf(columns: PartColumns, maxPoints: number): number[][][] {
  const open = new Map<number, { keys: number[][]; points: number }>();
  const chunks: number[][][] = [];
  for (const rows of rowsByKey(columns)) {
    const service = columns.service[rows[0]!]!;
    const points = rows.every((row) => columns.count[row] === columns.samples[row]) ? 1 : 2;
    let chunk = open.get(service);
    if (chunk === undefined || chunk.points + points > maxPoints) {
      chunk = { keys: [], points: 0 };
      open.set(service, chunk);
      chunks.push(chunk.keys);
    }
    chunk.keys.push(rows);
    chunk.points += points;
  }
  return chunks;
}

/** Rows that differ in nothing but their window, together. */
function rowsByKey(columns: PartColumns): number[][] {
  const { origin, attributes, originService, service, target, event, unit, n, strs } = columns;
  const same = (a: number, b: number): boolean =>
    target[a] === target[b] &&
    event[a] === event[b] &&
    unit[a] === unit[b] &&
    service[a] === service[b] &&
    originService[a] === originService[b];
  const keys: number[][] = [];
  // Strings are numbers here: no text is built for a row. Few keys share the two that differ most.
  const near = new Map<number, number[][]>();
  for (let row = 0; row < n; row++) {
    const place = origin[row]! * strs.length + attributes[row]!;
    const known = near.get(place);
    const rows = known?.find(([first]) => same(first!, row));
    if (rows !== undefined) {
      rows.push(row);
      continue;
    }
    const fresh = [row];
    keys.push(fresh);
    if (known === undefined) near.set(place, [fresh]);
    else known.push(fresh);
  }
  return keys;
}

/** The request of one chunk. */
export function resourceMetrics(columns: PartColumns, chunk: readonly (readonly number[])[]): ResourceMetrics {
  const metrics = new Map<string, Metric>();
  const times = timesOf(columns);
  for (const key of chunk) {
    const rows = key.map((at) => rowAt(columns, at));
    const row = rows[0]!;
    const attributes = attributesOf(row);
    const total = (field: 'samples' | 'value' | 'count'): number => rows.reduce((sum, one) => sum + one[field], 0);
    const least = rows.flatMap(({ min }) => min ?? []);
    const most = rows.flatMap(({ max }) => max ?? []);
    const value: Histogram = {
      buckets: { boundaries: [], counts: [] },
      count: total('samples'),
      sum: total('value'),
      ...(least.length > 0 && { min: Math.min(...least) }),
      ...(most.length > 0 && { max: Math.max(...most) }),
    };
    const name = metricName(row.event);
    metricOf(metrics, name, row.unit, HISTOGRAM).dataPoints.push({ ...times, attributes, value });
    if (rows.some(({ count, samples }) => count !== samples)) {
      metricOf(metrics, `${name}.count`, '1', SUM).dataPoints.push({ ...times, attributes, value: total('count') });
    }
  }
  const { service } = rowAt(columns, chunk[0]![0]!);
  return {
    resource: { attributes: { 'service.name': service, 'service.instance.id': columns.instance } },
    scopeMetrics: [{ scope: { name: 'otel-attribution', version: columns.package }, metrics: [...metrics.values()] }],
  };
}

/** From one part of an instance to the next the times grow, also where a rotation makes several parts. */
function timesOf({ part, sealedAt, startedAt = 0, wsec }: PartColumns): Pick<Point, 'startTime' | 'endTime'> {
  const [seconds, nanoseconds] = hrTime(sealedAt);
  const sequence = Number(part.slice(part.lastIndexOf('-') + 1));
  return {
    startTime: hrTime(Math.max(startedAt, sealedAt - wsec * 1000)),
    endTime: [seconds, nanoseconds + (sequence % 1e6)],
  };
}

function metricOf(metrics: Map<string, Metric>, name: string, unit: string, dataPointType: number): Metric {
  const key = `${dataPointType} ${unit} ${name}`;
  let metric = metrics.get(key);
  if (metric === undefined) {
    const type = dataPointType === SUM ? 'COUNTER' : 'HISTOGRAM';
    metric = {
      descriptor: { name, description: '', unit, type, valueType: DOUBLE },
      aggregationTemporality: DELTA,
      dataPointType,
      ...(dataPointType === SUM && { isMonotonic: true }),
      dataPoints: [],
    };
    metrics.set(key, metric);
  }
  return metric;
}

/** OpenTelemetry's rule for instrument names; the event itself travels unchanged as an attribute. */
function metricName(event: string): string {
  const name = event.replace(/[^\w.\-/]/g, '_');
  return (name.startsWith('attribution.') ? name : `attribution.${name}`).slice(0, 240);
}

function attributesOf(row: Row): Attributes {
  const attributes: Attributes = {
    'attribution.origin': row.origin,
    'attribution.origin.service': row.originService,
    'attribution.target': row.target,
    'attribution.event': row.event,
    'attribution.unit': row.unit,
  };
  if (row.attributes === '') return attributes;
  let own: unknown;
  try {
    own = JSON.parse(row.attributes);
  } catch {
    return { ...attributes, 'attribution.attributes': row.attributes };
  }
  for (const [name, value] of Object.entries(own ?? {})) {
    const simple = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    attributes[`attribution.attribute.${name}`] = simple ? value : JSON.stringify(value);
  }
  return attributes;
}

function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, (ms - seconds * 1000) * 1e6];
}
