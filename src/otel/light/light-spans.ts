/**
 * Makes the spans that nobody exports ourselves. The SDK's tracer is asked for a span; where the caller's sampler leaves it out, a light
 * span answers instead of one that the SDK records for us alone. A sampled span is made by the SDK, with the very decision and ids.
 *
 * Tracers that instrumentations hold were made before us, so `startSpan` is changed where all of them find it: on the prototype. Tracers
 * of other providers pass through. What is read of a tracer is private in the SDK, and checked first: where it is not as known, spans are
 * recorded by the SDK as before.
 */
import {
  type Attributes,
  type Context,
  context as contextApi,
  type Span,
  type SpanContext,
  type SpanOptions,
  trace,
} from '@opentelemetry/api';
import { isTracingSuppressed } from '../suppress.ts';
import { lastLinks, takeAll, withinLimits } from './attributes.ts';
import { Decided, type IdGenerator } from './decided.ts';
import { LightSpan, type LightTracer, type MakeLight } from './light-span.ts';
import { LightSampler } from './sampler.ts';

const NOT_RECORD = 0;
const SAMPLED = 1;
const INTERNAL = 0;
const CHANGED = Symbol.for('otel-attribution light');

type StartSpan = (this: SdkTracer, name: string, options?: SpanOptions, context?: Context) => Span;

interface SdkTracer extends LightTracer {
  readonly _sampler: unknown;
  _idGenerator: IdGenerator;
  readonly _tracerMetrics?: {
    readonly startedSpans?: object;
    startSpan?(parent: object | undefined, decision: number): unknown;
  };
  startSpan: StartSpan & { [CHANGED]?: true };
}

/** Changes the tracers of the provider that asks `sampler`. @returns whether they are as known */
export function installLight(sampler: LightSampler, make: MakeLight): boolean {
  const registered = trace.getTracerProvider() as { getDelegate?(): unknown };
  const provider = (registered.getDelegate?.() ?? registered) as { getTracer?(name: string): SdkTracer };
  const tracer = provider.getTracer?.('otel-attribution');
  if (tracer === undefined || tracer._sampler !== sampler || !isKnown(tracer)) return false;
  sampler.make = make;
  const prototype = Object.getPrototypeOf(tracer) as SdkTracer;
  if (prototype.startSpan[CHANGED] === true) return true;
  const original = prototype.startSpan;
  const changed: SdkTracer['startSpan'] = function startSpan(name, options = {}, context = contextApi.active()) {
    const sampler = this._sampler;
    if (!(sampler instanceof LightSampler) || sampler.make === undefined)
      return original.call(this, name, options, context);
    return start(this, sampler, sampler.make, original, name, options, context);
  };
  changed[CHANGED] = true;
  prototype.startSpan = changed;
  return true;
}

function isKnown(tracer: SdkTracer): boolean {
  const { _idGenerator: ids, _spanLimits: limits, _resource: resource, instrumentationScope } = tracer;
  return (
    typeof ids?.generateSpanId === 'function' &&
    typeof ids.generateTraceId === 'function' &&
    typeof limits?.attributeCountLimit === 'number' &&
    typeof limits.attributeValueLengthLimit === 'number' &&
    typeof limits.linkCountLimit === 'number' &&
    typeof resource?.attributes === 'object' &&
    typeof instrumentationScope?.name === 'string' &&
    Object.hasOwn(Object.getPrototypeOf(tracer), 'startSpan')
  );
}

function start(
  tracer: SdkTracer,
  sampler: LightSampler,
  make: MakeLight,
  original: StartSpan,
  name: string,
  options: SpanOptions,
  given: Context,
): Span {
  const context = options.root === true ? trace.deleteSpan(given) : given;
  const above = trace.getSpan(context);
  const light = above instanceof LightSpan;
  let parent: SpanContext | undefined;
  if (light) parent = above.lateContext;
  else if (above !== undefined) {
    parent = above.spanContext();
    // Below a sampled span of this process a sampler leaves nothing out, as a rule; where it does, the SDK records the span.
    if (parent.isRemote !== true && (parent.traceFlags & SAMPLED) !== 0)
      return original.call(tracer, name, options, given);
    if (!trace.isSpanContextValid(parent)) parent = undefined;
  }
  if (isTracingSuppressed(context)) return original.call(tracer, name, options, given);
  const { kind = INTERNAL, links, startTime } = options;
  const attributes: Attributes = {};
  let count = takeAll(attributes, options.attributes);
  const ids = tracer._idGenerator;
  // Of a generator of the application's own, ids are drawn when the SDK draws them.
  let spanId = ids.constructor?.name === 'RandomIdGenerator' ? '' : ids.generateSpanId();
  const traceId = parent === undefined ? ids.generateTraceId() : parent.traceId;
  let traceState = parent?.traceState;
  if (!light || !sampler.leavesOutBelow) {
    // A sampler may ask for the parent's id.
    if (light) above.spanContext();
    const result = sampler.delegate.shouldSample(context, traceId, name, kind, attributes, links?.slice() ?? []);
    if (result.decision !== NOT_RECORD) {
      if (spanId === '') spanId = ids.generateSpanId();
      sampler.decided = new Decided(tracer, spanId, traceId, result);
      try {
        return original.call(tracer, name, options, given);
      } finally {
        sampler.decided?.take();
        sampler.decided = undefined;
      }
    }
    if (result.attributes !== undefined) {
      takeAll(attributes, result.attributes);
      count = Object.keys(attributes).length;
    }
    traceState = result.traceState ?? traceState;
  }
  countForSdk(tracer, parent);
  const own = { traceId, spanId, traceFlags: 0, traceState } as SpanContext;
  const held = withinLimits(attributes, count, tracer._spanLimits);
  return make(
    {
      tracer,
      own,
      name,
      kind,
      attributes: held,
      count,
      links: lastLinks(links, tracer._spanLimits),
      parent,
      startTime,
    },
    context,
  );
}

/** The SDK's metrics about itself say how many spans were left out. */
function countForSdk({ _tracerMetrics: metrics }: SdkTracer, parent: SpanContext | undefined): void {
  if (metrics?.startedSpans === undefined || metrics.startedSpans.constructor?.name === 'NoopCounterMetric') return;
  metrics.startSpan?.(parent, NOT_RECORD);
}
