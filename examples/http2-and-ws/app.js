// What no instrumentation makes spans of: requests over HTTP/2, calls over HTTP/2, messages over a WebSocket. Each is named here.
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { WebSocketServer } from 'ws';
import { withOrigin } from '../../src/index.ts'; // 'otel-attribution' in your application

// The shared resource behind all of it.
const stock = http.createServer((_request, response) => response.end('3')).listen(0, '127.0.0.1');
await once(stock, 'listening');
const lookUp = () => fetch(`http://127.0.0.1:${stock.address().port}/`).then((response) => response.text());

// A server: the route is yours to name, never the path itself, which has an id in it.
const server = http2.createServer().listen(0, '127.0.0.1');
server.on('stream', (stream, headers) => {
  const route = headers[':path'].startsWith('/orders/') ? '/orders/:id' : '(no route)';
  withOrigin(`${headers[':method']} ${route}`, async () => {
    await lookUp();
    stream.respond({ ':status': 200 });
    stream.end('ordered');
  });
});

// Messages: by what they ask for, of which there are few.
const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
sockets.on('connection', (socket) => {
  socket.on('message', (data) => {
    const { type } = JSON.parse(data);
    withOrigin(`ws ${type}`, async () => {
      await Promise.all([lookUp(), lookUp()]);
      socket.send('found');
    });
  });
});

// A call: a client span with the attributes that an instrumentation would give it.
const tracer = trace.getTracer('shop');
function call(session, path) {
  const { remoteAddress, remotePort } = session.socket;
  const attributes = { 'http.request.method': 'GET', 'server.address': remoteAddress, 'server.port': remotePort };
  return tracer.startActiveSpan('GET', { kind: SpanKind.CLIENT, attributes }, async (span) => {
    try {
      const stream = session.request({ ':path': path });
      stream.resume();
      await once(stream, 'end');
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

await Promise.all([once(server, 'listening'), once(sockets, 'listening')]);

if (process.argv.includes('--once')) {
  const session = http2.connect(`http://127.0.0.1:${server.address().port}`);
  await once(session, 'connect');
  await withOrigin('job:reorder', async () => {
    for (const id of [1, 2, 3]) await call(session, `/orders/${id}`);
  });
  session.close();
  const socket = new WebSocket(`ws://127.0.0.1:${sockets.address().port}`);
  await once(socket, 'open');
  for (const type of ['search', 'search', 'suggest']) {
    socket.send(JSON.stringify({ type }));
    await once(socket, 'message');
  }
  socket.close();
  for (const open of [server, stock, sockets]) open.close();
  stock.closeAllConnections();
} else
  console.log(`HTTP/2 at port ${server.address().port}, WebSocket at ${sockets.address().port}; --once tries them`);
