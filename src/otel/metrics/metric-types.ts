/** What is read of the SDK's metric data, by shape; the same in the 2.12 and 3.1 lines. */
import type { HrTime } from '@opentelemetry/api';

/** SDK `DataPointType`. */
export const HISTOGRAM = 0;
export const EXPONENTIAL_HISTOGRAM = 1;
export const GAUGE = 2;
export const SUM = 3;

/** SDK `AggregationTemporality`. */
export const DELTA = 0;
export const CUMULATIVE = 1;

export interface HistogramValue {
  readonly sum?: number | undefined;
  readonly count: number;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export interface DataPoint {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly value: number | HistogramValue;
}

export interface MetricData {
  readonly descriptor: { readonly name: string; readonly unit: string };
  readonly aggregationTemporality: number;
  readonly dataPointType: number;
  readonly isMonotonic?: boolean;
  readonly dataPoints: readonly DataPoint[];
}

export interface ResourceMetrics {
  readonly resource: { readonly attributes: Readonly<Record<string, unknown>> };
  readonly scopeMetrics: readonly { readonly metrics: readonly MetricData[] }[];
}

export interface MetricProducer {
  collect(options?: { timeoutMillis?: number }): Promise<{ resourceMetrics: ResourceMetrics; errors: unknown[] }>;
}

/** DELTA for what adds up, CUMULATIVE for levels, where a delta would mean nothing. */
export function temporalityOf(instrument: string): number {
  return instrument === 'COUNTER' || instrument === 'OBSERVABLE_COUNTER' || instrument === 'HISTOGRAM'
    ? DELTA
    : CUMULATIVE;
}
