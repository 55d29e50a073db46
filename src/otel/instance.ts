/**
 * The attribution of this process. One per process, however many copies of this package or SDKs are loaded: two would
 * count every span twice.
 */
import type { Context, TextMapPropagator } from '@opentelemetry/api';
import type { Accounts } from '../core/accounts.ts';
import type { ManualMeasurement } from '../core/attribution/record.ts';
import type { SpanTracker } from '../core/attribution/tracker.ts';
import type { ExitTableSource } from '../engine/exit-table.ts';
import type { AttributionOptions } from '../engine/options.ts';
import type { ResourceMetrics } from './metrics/metric-types.ts';
import type { Sampler, SpanProcessor } from './sdk-types.ts';

/** What the parts of a set-up, and the API, use of it. */
export interface Attribution extends ExitTableSource {
  readonly options: AttributionOptions;
  readonly accounts: Accounts;
  readonly tracker: Pick<SpanTracker, 'scopes' | 'spansSeen' | 'beginWork' | 'endWork'>;
  readonly processor: SpanProcessor;
  /** Spans that were light: of this package, where the SDK would have recorded one that nobody exports. */
  readonly lightSpans: number;
  /** Where metric data points go. */
  readonly points: { add(metrics: ResourceMetrics, levelSeconds: number): void };
  /**
   * Wraps a sampler so that every span is seen and only what it samples is exported. `leavesOutBelow`: nothing below a span of this
   * process that it left out is sampled.
   */
  sampler(delegate: Sampler, leavesOutBelow?: boolean): Sampler;
  /** Wraps a propagator so that it carries the origin to the listed targets and strips it elsewhere. */
  propagator(delegate: TextMapPropagator | undefined): TextMapPropagator;
  /** Readers for the SDK's meter provider; none without metric rules. */
  metricReaders(): readonly object[];
  record(measurement: ManualMeasurement, context: Context): boolean;
  /** Counts a misuse of the API and says so once. */
  refuse(reason: string, message: string): void;
  /** Commits what has waited too long for its origin, seals all and hands it to the exporters. Bounded, never rejects. */
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
  /** For `process.on('exit')`. */
  flushSync(): void;
}

const KEY = Symbol.for('otel-attribution instance');
type Holder = { [KEY]?: Attribution | undefined };

export function currentAttribution(): Attribution | undefined {
  return (globalThis as Holder)[KEY];
}

export function setCurrentAttribution(attribution: Attribution | undefined): void {
  (globalThis as Holder)[KEY] = attribution;
}
