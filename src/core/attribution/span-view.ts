import type { SpanFacts } from '../mapping/types.ts';

/** The span that a link leads to. */
export interface SpanLink {
  /** Lower-case hex. */
  readonly traceId: string;
  readonly spanId: string;
}

/**
 * A span as the attribution reads it: accessors over whatever holds it, be it an SDK's span, a light span of our own, or a
 * piece of a decoded OTLP request. What is asked for is what is made. Valid until the attribution releases it.
 */
export interface SpanView extends SpanFacts {
  /** Milliseconds since the Unix epoch, with fractions. */
  readonly startMs: number;
  /** The same; only of a span that has ended. */
  readonly endMs: number;
  /** Never negative; only of a span that has ended. */
  readonly durationSeconds: number;
  /** Lower-case hex. */
  readonly traceId: string;
  readonly spanId: string;
  /** Its trace if that is exported, else '': what is worth keeping as an exemplar. */
  readonly exemplarTraceId: string;
  /** '' when it has no parent. */
  readonly parentSpanId: string;
  /** True when the parent is in another process. */
  readonly hasRemoteParent: boolean;
  readonly linkCount: number;
  /** `i` is below `linkCount`. */
  link(i: number): SpanLink;
}
