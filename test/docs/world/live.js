/**
 * What the applications of the world have in common: requests and jobs that happen at stated times and take stated
 * times, so that the figures of the examples are the same in every run. Spans are made with the OpenTelemetry API, as
 * instrumentations make them; all that follows is the package at work.
 */
import { context, SpanKind, trace } from '@opentelemetry/api';
import { withAttributes } from 'otel-attribution';

const tracer = trace.getTracer('world');
export const POSTGRES = { 'db.system.name': 'postgresql', 'server.address': 'shop-db', 'db.namespace': 'shop' };

/** `calls` of the target one after the other, each of `ms`, beginning at `atMs`. Returns when the last has ended. */
export function call(attributes, name, calls, ms, atMs) {
  for (let i = 0; i < calls; i++) {
    const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes, startTime: atMs + i * ms });
    span.end(atMs + (i + 1) * ms);
  }
  return atMs + calls * ms;
}

/** A request to `route` of `tenant`; `work` takes the time of its begin and returns that of its end. */
export function request(method, route, tenant, atMs, work) {
  const attributes = { 'http.request.method': method, 'http.route': route, 'url.scheme': 'http' };
  const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes, startTime: atMs }, context.active());
  const end = context.with(trace.setSpan(context.active(), span), () => withAttributes({ tenant }, () => work(atMs)));
  span.setAttribute('http.response.status_code', 200);
  span.end(end + 1);
}
