/**
 * The caller's span processors see exactly the spans they saw before attribution recorded all of them: the sampled
 * ones, and those the caller's own sampler chose to record without sampling.
 */
import type { Attributes, Context, Link } from '@opentelemetry/api';
import type { ReadableSpan, Sampler, SamplingResult, SpanProcessor } from '../sdk-types.ts';

const SAMPLED = 1;
const RECORD = 1;

interface FullSpanProcessor extends SpanProcessor {
  onEnding?(span: ReadableSpan): void;
}

/**
 * Remembers the last decision of the caller's sampler. The SDK calls `shouldSample` and, in the same turn with nothing
 * in between, `onStart` of the first processor, so one variable is enough.
 */
export class CallersView {
  /** Spans asked for since the start, sampled or not. */
  spans = 0;
  #lastDecision = 0;
  /** Only spans that the caller's sampler recorded without sampling: none with the samplers of the SDK. */
  readonly #recorded = new WeakSet<object>();

  /** The caller's sampler, watched. */
  sampler(delegate: Sampler): Sampler {
    return new WatchedSampler(delegate, (decision) => {
      this.spans++;
      this.#lastDecision = decision;
    });
  }

  processors(callers: readonly SpanProcessor[]): SpanProcessor[] {
    return callers.map((processor, index) => new CallersProcessor(processor, this, index === 0));
  }

  /** The first of the caller's processors decides; by the second, a processor may have started spans of its own. */
  admitsStart(span: ReadableSpan, first: boolean): boolean {
    if ((span.spanContext().traceFlags & SAMPLED) !== 0) return true;
    if (first && this.#lastDecision === RECORD) this.#recorded.add(span);
    return this.#recorded.has(span);
  }

  admits(span: ReadableSpan): boolean {
    return (span.spanContext().traceFlags & SAMPLED) !== 0 || this.#recorded.has(span);
  }
}

class WatchedSampler implements Sampler {
  readonly #delegate: Sampler;
  readonly #decided: (decision: number) => void;

  constructor(delegate: Sampler, decided: (decision: number) => void) {
    this.#delegate = delegate;
    this.#decided = decided;
  }

  shouldSample(
    context: Context,
    traceId: string,
    spanName: string,
    spanKind: number,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    const result = this.#delegate.shouldSample(context, traceId, spanName, spanKind, attributes, links);
    this.#decided(result.decision);
    return result;
  }

  toString(): string {
    return this.#delegate.toString();
  }
}

class CallersProcessor implements SpanProcessor {
  /** The caller's own processor, for inspection. */
  readonly processor: FullSpanProcessor;
  readonly onEnding?: (span: ReadableSpan) => void;
  readonly #view: CallersView;
  readonly #first: boolean;

  constructor(processor: FullSpanProcessor, view: CallersView, first: boolean) {
    this.processor = processor;
    this.#view = view;
    this.#first = first;
    // The SDK asks whether the method exists, and so do we: it is optional.
    if (typeof processor.onEnding === 'function') {
      this.onEnding = (span) => {
        if (view.admits(span)) processor.onEnding?.(span);
      };
    }
  }

  onStart(span: ReadableSpan, parentContext: Context): void {
    if (this.#view.admitsStart(span, this.#first)) this.processor.onStart(span, parentContext);
  }

  onEnd(span: ReadableSpan): void {
    if (this.#view.admits(span)) this.processor.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.processor.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.processor.shutdown();
  }
}
