/** Where light spans are made, and where the old way serves. */
import { trace } from '@opentelemetry/api';
import { AlwaysOffSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAttribution } from '../../../src/otel/attribution.ts';
import { type Attribution, setCurrentAttribution } from '../../../src/otel/instance.ts';
import { LightSpan } from '../../../src/otel/light/light-span.ts';

let attribution: Attribution;
beforeEach(() => {
  setCurrentAttribution(undefined);
  attribution = createAttribution({ exporters: ['memory'], service: 'shop', exitTable: false, live: false });
});
afterEach(async () => {
  trace.disable();
  await attribution.shutdown();
  setCurrentAttribution(undefined);
});

const failed = (): number => attribution.accounts.total('attribution.hook.failed', 'light');

function provider(options: object = {}): TracerProvider {
  const sampler = attribution.sampler(new AlwaysOffSampler(), true);
  return new TracerProvider({ sampler, spanProcessors: [attribution.processor as never], ...options });
}

describe('spans that are left out', () => {
  it('are light from the second on, and all are seen', () => {
    const own = provider();
    trace.setGlobalTracerProvider(own);
    const tracer = own.getTracer('test');
    const spans = [tracer.startSpan('first'), tracer.startSpan('second')];
    for (const span of spans) span.end();
    expect(spans.map((span) => span instanceof LightSpan)).toEqual([false, true]);
    expect(attribution.lightSpans).toBe(1);
    expect(attribution.tracker.spansSeen).toBe(2);
    expect(failed()).toBe(0);
  });

  it('are recorded by a provider that is not the global one, which is counted', () => {
    const tracer = provider().getTracer('test');
    const spans = [tracer.startSpan('first'), tracer.startSpan('second')];
    for (const span of spans) span.end();
    expect(spans.some((span) => span instanceof LightSpan)).toBe(false);
    expect(attribution.lightSpans).toBe(0);
    expect(attribution.tracker.spansSeen).toBe(2);
    expect(failed()).toBe(1);
  });

  it('are recorded where a tracer is not as known', () => {
    const own = provider();
    trace.setGlobalTracerProvider(own);
    const tracer = own.getTracer('otel-attribution') as unknown as { _spanLimits: unknown; startSpan: typeof start };
    const start = own.getTracer('test').startSpan;
    tracer._spanLimits = {};
    own.getTracer('test').startSpan('first').end();
    expect(own.getTracer('test').startSpan('second')).not.toBeInstanceOf(LightSpan);
    expect([attribution.lightSpans, failed()]).toEqual([0, 1]);
  });

  it('leave other providers alone', () => {
    const own = provider();
    trace.setGlobalTracerProvider(own);
    own.getTracer('test').startSpan('first').end();
    const theirs = new TracerProvider({ sampler: new AlwaysOffSampler() }).getTracer('theirs').startSpan('theirs');
    expect(theirs).not.toBeInstanceOf(LightSpan);
    expect(theirs.isRecording()).toBe(false);
    expect(attribution.tracker.spansSeen).toBe(1);
  });

  it('follow a generator of identifiers without a class', () => {
    const idGenerator = Object.assign(Object.create(null), {
      generateSpanId: () => 'b7ad6b7169203331',
      generateTraceId: () => '0af7651916cd43dd8448eb211c80319c',
    });
    const own = provider({ idGenerator });
    trace.setGlobalTracerProvider(own);
    own.getTracer('test').startSpan('first').end();
    const span = own.getTracer('test').startSpan('second');
    expect(span).toBeInstanceOf(LightSpan);
    expect(span.spanContext().spanId).toBe('b7ad6b7169203331');
  });
});
