/**
 * Attribution in an application that exports no traces. Without us there would be no tracer provider at all: nothing
 * sampled, and a trace context that came in is passed on as it came. Both stay so, although spans are now recorded.
 */
import {
  type Context,
  createContextKey,
  INVALID_SPAN_CONTEXT,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';
import type { Sampler, SamplingResult } from '../sdk-types.ts';

const CAME_IN = createContextKey('otel-attribution passed-on span context');
const NOT_RECORD: SamplingResult = Object.freeze({ decision: 0 });

/** Samples nothing. */
export const noTraces: Sampler = {
  shouldSample: () => NOT_RECORD,
  toString: () => 'NoTraces',
};

/** Injects the trace context that came in, or none: never that of a span only attribution knows. */
export class PassOnPropagator implements TextMapPropagator {
  readonly #delegate: TextMapPropagator;

  constructor(delegate: TextMapPropagator) {
    this.#delegate = delegate;
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const cameIn = context.getValue(CAME_IN) as SpanContext | undefined;
    // The invalid context is what a tracer without provider gives its spans; propagators are used to it.
    const passedOn = cameIn ?? (trace.getSpan(context) === undefined ? undefined : INVALID_SPAN_CONTEXT);
    this.#delegate.inject(passedOn === undefined ? context : trace.setSpanContext(context, passedOn), carrier, setter);
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const extracted = this.#delegate.extract(context, carrier, getter);
    const cameIn = trace.getSpanContext(extracted);
    // Nothing extracted leaves the local span in place; only a remote one is passed on.
    return cameIn?.isRemote === true ? extracted.setValue(CAME_IN, cameIn) : extracted;
  }

  fields(): string[] {
    return this.#delegate.fields();
  }
}
