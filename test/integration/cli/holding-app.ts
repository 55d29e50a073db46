/** An application with the plug-in that holds operations open until it is told to end. Prints `ready` when they are. */
import { context, SpanKind, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { withAttributes, withAttribution } from '../../../src/index.ts';

const sdk = new NodeSDK(
  withAttribution(
    { serviceName: process.env.SERVICE ?? 'storefront', spanProcessors: [] },
    { exporters: ['memory'], exitTable: false },
  ),
);
sdk.start();
const tracer = trace.getTracer('holding-app');

function hold(route: string, queries: number, table: string): void {
  const attributes = { 'http.request.method': 'GET', 'http.route': route };
  const request = tracer.startSpan(`GET ${route}`, { kind: SpanKind.SERVER, attributes });
  const db = {
    'db.system.name': 'postgresql',
    'server.address': 'shop-db',
    'db.namespace': 'shop',
    'db.query.text': `SELECT * FROM ${table} WHERE secret = 'hunter2'`,
  };
  context.with(trace.setSpan(context.active(), request), () =>
    withAttributes({ tenant: table === 'carts' ? 'globex' : 'acme' }, () => {
      for (let i = 0; i < queries; i++) tracer.startSpan('SELECT', { kind: SpanKind.CLIENT, attributes: db });
    }),
  );
}

if (process.env.IDLE !== '1') {
  hold('/search', 3, 'products');
  hold('/cart', 1, 'carts');
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
