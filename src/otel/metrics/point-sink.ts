/** Turns metric data points into rows. Their origin is an attribute of the point, or unknown: there is no span to ask. */
import type { Accounts } from '../../core/accounts.ts';
import type { Dictionary } from '../../core/aggregate/dictionary.ts';
import type { Sums, SumTable } from '../../core/aggregate/sum-table.ts';
import type { Mapped, Mapping, PointType } from '../../core/mapping/types.ts';
import { UNATTRIBUTED } from '../../core/model.ts';
import { text } from '../../core/origin/root-origin.ts';
import { windowOf } from '../../core/windows.ts';
import type { OriginResolver } from '../origin-resolver.ts';
import {
  CUMULATIVE,
  type DataPoint,
  GAUGE,
  type HistogramValue,
  type MetricData,
  type ResourceMetrics,
  SUM,
} from './metric-types.ts';

export interface PointSinkOptions {
  readonly mapping: Mapping;
  readonly dictionary: Dictionary;
  readonly accounts: Accounts;
  readonly table: SumTable;
  readonly resolver: OriginResolver;
  readonly windowSeconds: number;
  /** '' to take `service.name` of the resource. */
  readonly service: string;
  readonly afterAdd: () => void;
}

export class PointSink {
  readonly #o: PointSinkOptions;

  constructor(options: PointSinkOptions) {
    this.#o = options;
  }

  /** Never throws. `levelSeconds`: how long a level has held, the time since the last collection. */
  add(metrics: ResourceMetrics, levelSeconds: number): void {
    const service = this.#o.service || text(metrics.resource.attributes, 'service.name') || 'unknown_service';
    for (const { metrics: ofScope } of metrics.scopeMetrics) {
      for (const metric of ofScope) {
        for (const point of metric.dataPoints) {
          try {
            this.#addPoint(metric, point, service, levelSeconds);
          } catch {
            this.#o.accounts.count('attribution.hook.failed', 'metric_point');
          }
        }
      }
    }
    this.#o.afterAdd();
  }

  #addPoint(metric: MetricData, point: DataPoint, service: string, levelSeconds: number): void {
    const { accounts, mapping, dictionary, resolver, table, windowSeconds } = this.#o;
    const { name, unit } = metric.descriptor;
    const type = typeOf(metric);
    const mapped = mapping.matchPoint({ name, unit, type, attributes: point.attributes, service });
    if (mapped === undefined) return;
    if (metric.aggregationTemporality === CUMULATIVE && (type === 'sum' || type === 'histogram')) {
      // Each collection would add the whole history again.
      accounts.count('attribution.measurement.refused', 'cumulative');
      return;
    }
    const named = resolver.namedBy(point.attributes)?.origin ?? UNATTRIBUTED;
    const origin = dictionary.origin(service, service, named, resolver.rowAttributes('', point.attributes));
    const endMs = point.endTime[0] * 1000 + point.endTime[1] / 1e6;
    // A delta that was idle may say it started at its end: its window is that of the end.
    const window = windowOf(endMs, windowSeconds);
    for (let i = 0; i < mapped.measures.length; i++) {
      const sums = sumsOf(mapped, i, point, levelSeconds);
      if (sums !== undefined && !table.merge(window, origin, mapped.measures[i]!, sums)) {
        accounts.count('attribution.measurement.refused', 'not_finite');
      }
    }
  }
}

function typeOf(metric: MetricData): PointType {
  if (metric.dataPointType === SUM) return metric.isMonotonic === true ? 'sum' : 'updown';
  return metric.dataPointType === GAUGE ? 'gauge' : 'histogram';
}

function sumsOf(mapped: Mapped, i: number, point: DataPoint, seconds: number): Sums | undefined {
  const read = (value: number): number => mapped.read(i, point.attributes, seconds, value);
  const base = { compensation: 0, traceId: '' };
  if (typeof point.value === 'number') {
    const value = read(point.value);
    return Number.isNaN(value) ? undefined : { ...base, value, count: 1, samples: 1, min: value, max: value };
  }
  const { sum = 0, count, min, max }: HistogramValue = point.value;
  const value = read(sum);
  if (Number.isNaN(value) || count === 0) return undefined;
  return {
    ...base,
    value,
    count,
    samples: count,
    min: min === undefined ? Number.POSITIVE_INFINITY : read(min),
    max: max === undefined ? Number.NEGATIVE_INFINITY : read(max),
  };
}
