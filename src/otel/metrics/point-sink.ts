/** Turns metric data points into rows. Their origin is an attribute of the point, or unknown: there is no span to ask. */
import type { Accounts } from '../../core/accounts.ts';
import type { Dictionary } from '../../core/aggregate/dictionary.ts';
import type { Sums, SumTable } from '../../core/aggregate/sum-table.ts';
import type { OriginResolver } from '../../core/attribution/origin-resolver.ts';
import type { AttributeView } from '../../core/mapping/attribute-view.ts';
import { PlainPoint } from '../../core/mapping/plain-facts.ts';
import type { Mapped, Mapping, PointType } from '../../core/mapping/types.ts';
import { UNATTRIBUTED } from '../../core/model.ts';
import { windowOf } from '../../core/windows.ts';
import { serviceOf } from '../resource.ts';
import { toMs } from '../sdk-types.ts';
import {
  CUMULATIVE,
  type DataPoint,
  GAUGE,
  type HistogramValue,
  type MetricData,
  type ResourceMetrics,
  SUM,
} from './metric-types.ts';

/** What of the engine the sink works with. */
export interface PointEngine {
  readonly mapping: Mapping;
  readonly dictionary: Dictionary;
  readonly accounts: Accounts;
  readonly table: SumTable;
  readonly resolver: OriginResolver;
  readonly windowSeconds: number;
  afterAdd(): void;
}

export class PointSink {
  readonly #engine: PointEngine;
  readonly #service: string;

  /** `service`: '' to take `service.name` of the resource. */
  constructor(engine: PointEngine, service: string) {
    this.#engine = engine;
    this.#service = service;
  }

  /** Never throws. `levelSeconds`: how long a level has held, the time since the last collection. */
  add(metrics: ResourceMetrics, levelSeconds: number): void {
    const service = this.#service || serviceOf(metrics.resource);
    for (const { metrics: ofScope } of metrics.scopeMetrics) {
      for (const metric of ofScope) {
        for (const point of metric.dataPoints) {
          try {
            this.#addPoint(metric, point, service, levelSeconds);
          } catch {
            this.#engine.accounts.count('attribution.hook.failed', 'metric_point');
          }
        }
      }
    }
    this.#engine.afterAdd();
  }

  #addPoint(metric: MetricData, point: DataPoint, service: string, levelSeconds: number): void {
    const { accounts, mapping, dictionary, resolver, table, windowSeconds } = this.#engine;
    const { name, unit } = metric.descriptor;
    const type = typeOf(metric);
    const facts = new PlainPoint({ name, unit, type, attributes: point.attributes, service });
    const mapped = mapping.matchPoint(facts);
    if (mapped === undefined) return;
    if (metric.aggregationTemporality === CUMULATIVE && (type === 'sum' || type === 'histogram')) {
      // Each collection would add the whole history again.
      accounts.count('attribution.measurement.refused', 'cumulative');
      return;
    }
    const named = resolver.namedBy(facts)?.origin ?? UNATTRIBUTED;
    const origin = dictionary.origin(service, service, named, resolver.rowAttributes('', facts));
    // A delta that was idle may say it started at its end: its window is that of the end.
    const window = windowOf(toMs(point.endTime), windowSeconds);
    for (let i = 0; i < mapped.measures.length; i++) {
      const sums = sumsOf(mapped, i, point, facts, levelSeconds);
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

function sumsOf(
  mapped: Mapped,
  i: number,
  point: DataPoint,
  attributes: AttributeView,
  seconds: number,
): Sums | undefined {
  const read = (value: number): number => mapped.read(i, attributes, seconds, value);
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
