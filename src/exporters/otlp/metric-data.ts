/**
 * Rows as OTLP metrics, in the shape that `@opentelemetry/exporter-metrics-otlp-http` takes (`ResourceMetrics` of sdk-metrics, 2.x and 3.x
 * alike). Its enums are numbers here, so that no SDK package is loaded by us.
 *
 * A row is one point of a delta histogram without buckets, over its window: count = samples, sum = value, min, max. Metric
 * `attribution.<event>` in the row's unit; attributes `attribution.origin`, `.origin.service`, `.target`, `.event`, `.unit`, and
 * `attribution.attribute.<name>` for each of the row's own. Histogram counts are whole numbers: where sampling makes the weighted count differ
 * from the samples, it follows as the delta sum `attribution.<event>.count`.
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

/** Row numbers that fit one call: of one service, with at most `maxPoints` points; the same for the same part every time. */
export function chunksOf(columns: PartColumns, maxPoints: number): number[][] {
  const open = new Map<number, { rows: number[]; points: number }>();
  const chunks: number[][] = [];
  for (let row = 0; row < columns.n; row++) {
    const service = columns.service[row]!;
    const points = columns.count[row] === columns.samples[row] ? 1 : 2;
    let chunk = open.get(service);
    if (chunk === undefined || chunk.points + points > maxPoints) {
      chunk = { rows: [], points: 0 };
      open.set(service, chunk);
      chunks.push(chunk.rows);
    }
    chunk.rows.push(row);
    chunk.points += points;
  }
  return chunks;
}

/** The request of one chunk. */
export function resourceMetrics(columns: PartColumns, chunk: readonly number[]): ResourceMetrics {
  const metrics = new Map<string, Metric>();
  for (const at of chunk) {
    const row = rowAt(columns, at);
    const attributes = attributesOf(row);
    const times = { startTime: hrTime(row.windowStart), endTime: hrTime(row.windowStart + row.windowSeconds * 1000) };
    const value: Histogram = {
      buckets: { boundaries: [], counts: [] },
      count: row.samples,
      sum: row.value,
      ...(row.min !== null && { min: row.min }),
      ...(row.max !== null && { max: row.max }),
    };
    const name = metricName(row.event);
    metricOf(metrics, name, row.unit, HISTOGRAM).dataPoints.push({ ...times, attributes, value });
    if (row.count !== row.samples) {
      metricOf(metrics, `${name}.count`, '1', SUM).dataPoints.push({ ...times, attributes, value: row.count });
    }
  }
  return {
    resource: { attributes: { 'service.name': rowAt(columns, chunk[0]!).service } },
    scopeMetrics: [{ scope: { name: 'otel-attribution', version: columns.package }, metrics: [...metrics.values()] }],
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
