import type { AttributionOptions } from '../../engine/options.ts';
import type { Attribution } from '../instance.ts';
import { createAttribution } from '../load.ts';
import { type ResourceMetrics, temporalityOf } from './metric-types.ts';

const SUCCESS = 0;

/**
 * Applies the metric rules in set-ups that own their meter provider:
 * `new PeriodicExportingMetricReader({ exporter: new AttributionMetricExporter() })`.
 * Asks for deltas; cumulative sums are refused, because every export would count the whole history again.
 */
export class AttributionMetricExporter {
  readonly #attribution: Attribution;
  #exportedMs = Date.now();

  constructor(options?: AttributionOptions) {
    this.#attribution = createAttribution(options);
  }

  export(metrics: ResourceMetrics, done: (result: { code: number; error?: Error }) => void): void {
    const now = Date.now();
    this.#attribution.points.add(metrics, Math.max(0, now - this.#exportedMs) / 1000);
    this.#exportedMs = now;
    done({ code: SUCCESS });
  }

  selectAggregationTemporality(instrument: string): number {
    return temporalityOf(instrument);
  }

  forceFlush(): Promise<void> {
    return this.#attribution.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#attribution.shutdown();
  }
}
