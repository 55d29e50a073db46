/** An application with the plug-in that holds operations open until it is told to end. Prints `ready` when they are. */
import { context, SpanKind, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { withAttribution } from '../../../src/index.ts';

const sdk = new NodeSDK(
  withAttribution(
    { serviceName: process.env.SERVICE ?? 'storefront', spanProcessors: [] },
    { exporters: ['memory'], exitTable: false },
  ),
);
sdk.start();
const tracer = trace.getTracer('holding-app');

function hold(route: string, queries: number): void {
  const attributes = { 'http.request.method': 'GET', 'http.route': route };
  const request = tracer.startSpan(`GET ${route}`, { kind: SpanKind.SERVER, attributes });
  const db = { 'db.system.name': 'postgresql', 'server.address': 'shop-db', 'db.namespace': 'shop' };
  context.with(trace.setSpan(context.active(), request), () => {
    for (let i = 0; i < queries; i++) tracer.startSpan('SELECT', { kind: SpanKind.CLIENT, attributes: db });
  });
}

if (process.env.IDLE !== '1') {
  hold('/search', 3);
  hold('/cart', 1);
}
const keepAlive = setInterval(() => {}, 1_000);
process.on('message', (message) => {
  if (message === 'block') {
    // The event loop stands still: nothing answers.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 8_000);
    return;
  }
  clearInterval(keepAlive);
  process.disconnect();
  void sdk.shutdown();
});
process.send?.('ready');
