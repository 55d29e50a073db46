/**
 * The little this package needs of the OpenTelemetry SDK, described by shape: one build serves the 2.12 and the 3.1
 * line, whose type packages have different names. test/types proves that both lines fit.
 */
import type { Attributes, Context, HrTime, Link, SpanContext } from '@opentelemetry/api';

export interface ReadableSpan {
  readonly name: string;
  readonly kind: number;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly duration: HrTime;
  readonly ended: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly context: SpanContext }[];
  readonly resource: { readonly attributes: Readonly<Record<string, unknown>> };
  readonly instrumentationScope: { readonly name: string };
  readonly parentSpanContext?: SpanContext | undefined;
  spanContext(): SpanContext;
}

export interface SpanProcessor {
  onStart(span: ReadableSpan, parentContext: Context): void;
  onEnd(span: ReadableSpan): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** SDK `SamplingDecision`: 0 NOT_RECORD, 1 RECORD, 2 RECORD_AND_SAMPLED. */
export interface SamplingResult {
  decision: number;
  attributes?: Readonly<Attributes>;
  traceState?: NonNullable<SpanContext['traceState']>;
}

export interface Sampler {
  shouldSample(
    context: Context,
    traceId: string,
    spanName: string,
    spanKind: number,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult;
  toString(): string;
}

/** Milliseconds since the Unix epoch. */
export function toMs(time: HrTime): number {
  return time[0] * 1000 + time[1] / 1e6;
}
