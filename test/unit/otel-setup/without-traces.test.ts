import {
  context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
  type TextMapPropagator,
  trace,
} from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { describe, expect, it } from 'vitest';
import { AttributionSampler } from '../../../src/otel/sampler.ts';
import { noTraces, PassOnPropagator } from '../../../src/otel/setup/without-traces.ts';

const plain = new CompositePropagator({
  propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
});
const passOn = new PassOnPropagator(plain);
const provider = new TracerProvider({ sampler: new AttributionSampler(noTraces) });

/** Headers of a call made in a span below another span below `headers`. */
function call(propagator: TextMapPropagator, headers: Record<string, string>): Record<string, string> {
  let at = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
  for (const name of ['server', 'client']) at = trace.setSpan(at, provider.getTracer('t').startSpan(name, {}, at));
  const sent: Record<string, string> = {};
  propagator.inject(at, sent, defaultTextMapSetter);
  return sent;
}

describe('without an exporter of traces', () => {
  it('spans are recorded, none is sampled', () => {
    const span = provider.getTracer('t').startSpan('a');
    expect(span.isRecording()).toBe(true);
    expect(span.spanContext().traceFlags).toBe(0);
  });

  it('no trace context is made up', () => {
    expect(call(passOn, {})).toEqual({});
    expect(call(plain, {})).toHaveProperty('traceparent');
  });

  it('the trace context that came in goes out as it came, with its flags and state', () => {
    const headers = {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      tracestate: 'vendor=1',
      baggage: 'k=v',
    };
    expect(call(passOn, headers)).toEqual(headers);
  });

  it('a malformed one does not', () => {
    expect(call(passOn, { traceparent: '00-xyz-01' })).toEqual({});
  });

  it('names the fields of the delegate, and leaves baggage alone', () => {
    expect(passOn.fields()).toEqual(plain.fields());
    const sent = {};
    const at = propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage({ a: { value: '1' } }));
    passOn.inject(at, sent, defaultTextMapSetter);
    expect(sent).toEqual({ baggage: 'a=1' });
    expect(context.active()).toBe(ROOT_CONTEXT);
  });
});
