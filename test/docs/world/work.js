/**
 * What the applications of the world have in common: requests and calls at stated times that take stated times. The
 * spans are made with the OpenTelemetry API, as instrumentations make them; what becomes of them is the package at work.
 */
import { context, SpanKind, trace } from '@opentelemetry/api';
import { withAttributes } from 'otel-attribution';

const tracer = trace.getTracer('world');

/** Calls of the shop's database one after the other, each of `ms`, from `atMs` on. Returns when the last has ended. */
export function query(statement, calls, ms, atMs) {
  const attributes = {
    'db.system.name': 'postgresql',
    'server.address': 'shop-db',
    'db.namespace': 'shop',
    'db.query.text': statement,
  };
  return client(statement.split(' ', 1)[0], attributes, calls, ms, atMs);
}

/** One call of the service that takes the money. */
export function charge(ms, atMs) {
  const attributes = {
    'http.request.method': 'POST',
    'url.full': 'https://api.stripe.com/v1/charges',
    'server.address': 'api.stripe.com',
    'server.port': 443,
  };
  return client('POST', attributes, 1, ms, atMs);
}

function client(name, attributes, calls, ms, atMs) {
  for (let i = 0; i < calls; i++) {
    const startTime = atMs + i * ms;
    tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes, startTime }).end(startTime + ms);
  }
  return atMs + calls * ms;
}

/** A request of a customer; `work` is told when it begins and says when it ends. */
export function request(method, route, tenant, atMs, work) {
  const attributes = { 'http.request.method': method, 'http.route': route, 'url.scheme': 'http' };
  const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes, startTime: atMs });
  const endMs = context.with(trace.setSpan(context.active(), span), () => withAttributes({ tenant }, () => work(atMs)));
  span.setAttribute('http.response.status_code', 200);
  span.end(endMs + 1);
}
