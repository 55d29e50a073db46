/**
 * Reads the SDK's metrics once a window, for the metric rules. Attached only where such rules exist: a second reader
 * doubles the cost of every `add` in the application.
 */
import { type MetricProducer, temporalityOf } from './metric-types.ts';
import type { PointSink } from './point-sink.ts';

/** Series per instrument in this reader; beyond it the SDK folds into its overflow series. */
const CARDINALITY_MAX = 100_000;
const COLLECT_TIMEOUT_MS = 5_000;

export class AttributionMetricReader {
  readonly #sink: PointSink;
  readonly #intervalMs: number;
  readonly #now: () => number;
  #producer: MetricProducer | undefined;
  #timer: NodeJS.Timeout | undefined;
  #collectedMs: number;
  #collecting: Promise<void> | undefined;
  #closed = false;

  constructor(sink: PointSink, intervalMs: number, now: () => number = Date.now) {
    this.#sink = sink;
    this.#intervalMs = intervalMs;
    this.#now = now;
    this.#collectedMs = now();
  }

  setMetricProducer(producer: MetricProducer): void {
    if (this.#producer !== undefined) throw new Error('MetricReader can not be bound to a MeterProvider again.');
    this.#producer = producer;
    this.#timer = setInterval(() => void this.#collect(), this.#intervalMs).unref();
  }

  /** SDK `AggregationType.DEFAULT`. */
  selectAggregation(): { type: number } {
    return { type: 0 };
  }

  selectAggregationTemporality(instrument: string): number {
    return temporalityOf(instrument);
  }

  selectCardinalityLimit(): number {
    return CARDINALITY_MAX;
  }

  async collect(): Promise<{ resourceMetrics: unknown; errors: unknown[] }> {
    if (this.#producer === undefined) return { resourceMetrics: { resource: {}, scopeMetrics: [] }, errors: [] };
    return this.#producer.collect({ timeoutMillis: COLLECT_TIMEOUT_MS });
  }

  /** Collects now; joins a collection under way. Never rejects. */
  forceFlush(): Promise<void> {
    return this.#collect();
  }

  async shutdown(): Promise<void> {
    if (this.#closed) return;
    clearInterval(this.#timer);
    await this.#collect();
    this.#closed = true;
  }

  #collect(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#collecting ??= this.#collectOnce().finally(() => {
      this.#collecting = undefined;
    });
    return this.#collecting;
  }

  async #collectOnce(): Promise<void> {
    try {
      const result = await this.#producer?.collect({ timeoutMillis: COLLECT_TIMEOUT_MS });
      const now = this.#now();
      if (result !== undefined) this.#sink.add(result.resourceMetrics, Math.max(0, now - this.#collectedMs) / 1000);
      this.#collectedMs = now;
    } catch {
      // An observable callback of the application failed: the next collection has what this one missed.
    }
  }
}
