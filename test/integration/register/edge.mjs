/** A service that is called with a claim and calls another one: MODE says how OpenTelemetry is set up, if not by the flag. */
import { register } from 'node:module';

const { MODE, NEXT, CALLER } = process.env;
if (MODE !== undefined) {
  register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
  const { getNodeAutoInstrumentations } = await import('@opentelemetry/auto-instrumentations-node');
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  const { W3CBaggagePropagator } = await import('@opentelemetry/core');
  const { AttributionSpanProcessor, withAttribution } = await import('../../../src/index.ts');
  const instrumentations = [getNodeAutoInstrumentations()];
  const configurations = {
    processor: () => ({ instrumentations, spanProcessors: [new AttributionSpanProcessor()] }),
    configured: () => withAttribution({ instrumentations }),
    propagator: () => withAttribution({ instrumentations, textMapPropagator: new W3CBaggagePropagator() }),
    noPropagator: () => withAttribution({ instrumentations, textMapPropagator: null }),
    without: () => ({ instrumentations }),
  };
  new NodeSDK(configurations[MODE]()).start();
}

const { default: http } = await import('node:http');
const server = http.createServer(async (request, response) => {
  if (request.url === '/fetch') await fetch(NEXT).then((answer) => answer.text());
  else {
    // As a reverse proxy does: with everything that came.
    const { host: _, connection: __, ...headers } = request.headers;
    if (request.url === '/copy') await fetch(NEXT, { headers }).then((answer) => answer.text());
    else await new Promise((resolve) => http.get(NEXT, { headers }, (answer) => answer.resume().on('end', resolve)));
  }
  response.end();
});
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address();
  const flags = ['00', '01'];
  for (const path of ['/fetch', '/proxy', '/copy']) {
    for (const flag of flags) {
      const headers = { ...JSON.parse(CALLER), traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-${flag}` };
      // By a socket of its own: what this process itself sends is not the subject.
      await raw(port, path, headers);
    }
  }
  server.close();
  server.closeAllConnections();
  console.log('served');
});

async function raw(port, path, headers) {
  const { connect } = await import('node:net');
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: edge\r\nConnection: close\r\n${lines.join('')}\r\n`);
  await new Promise((resolve) => socket.resume().on('end', resolve));
  socket.destroy();
}
