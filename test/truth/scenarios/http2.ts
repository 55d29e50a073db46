/**
 * `node:http2`, of which no instrumentation makes spans: what its requests and calls do as they come, and named by hand
 * as in `examples/http2-and-ws`. Requests over HTTP/1 make the calls and share the pool.
 */
import { once } from 'node:events';
import http2, { type ClientHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { SpanKind, trace } from '@opentelemetry/api';
import { UNATTRIBUTED } from '../../../src/core/model.ts';
import { withOrigin } from '../../../src/index.ts';
import { pg } from '../drivers/pg.ts';
import { ownToken, settings, tell } from '../frameworks/runtime.ts';
import { NO_SPAN } from '../token.ts';
import { HTTP2_REQUESTS } from '../unseen-cells.ts';
import { serveScenario } from './express-app.ts';

const { service, endpoints } = settings();
const database = await pg((name) => import(name), endpoints.pg!, service);
const ORDER = 'GET /orders/:id';
const order = ownToken(service, ORDER);
const unattributed = ownToken(service, UNATTRIBUTED);
const noSpan = ownToken(service, NO_SPAN);

const server = http2.createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
server.on('stream', async (stream, headers) => {
  tell({ type: 'counted', target: HTTP2_REQUESTS, token: noSpan, operations: 1 });
  if (headers[':path'] === '/unnamed') await database.one(unattributed);
  else await withOrigin(ORDER, () => Promise.all([database.one(order), database.one(order)]));
  stream.respond({ ':status': 200 });
  stream.end('done');
});

const own = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
const downstream = http2.connect(`http://127.0.0.1:${endpoints.http2}`);
await Promise.all([once(own, 'connect'), once(downstream, 'connect')]);

async function call(session: ClientHttp2Session, path: string, token = ''): Promise<void> {
  const stream = session.request({ ':path': path, 'x-truth': token });
  stream.resume();
  await once(stream, 'end');
}

/** With the client span that an instrumentation would make. */
function traced(token: string): Promise<void> {
  const attributes = {
    'http.request.method': 'GET',
    'server.address': downstream.socket.remoteAddress!,
    'server.port': downstream.socket.remotePort!,
  };
  return trace
    .getTracer('shop')
    .startActiveSpan('GET', { kind: SpanKind.CLIENT, attributes }, (span) =>
      call(downstream, '/traced', token).finally(() => span.end()),
    );
}

await serveScenario({
  routes: [
    {
      path: '/calls/:id',
      async handle(token) {
        await Promise.all([traced(token), call(downstream, '/plain', noSpan), database.one(token), traced(token)]);
        return 'called';
      },
    },
    {
      path: '/asks/:id',
      async handle(token, id) {
        await Promise.all([call(own, '/unnamed'), call(own, `/orders/${id}`), database.one(token)]);
        return 'asked';
      },
    },
  ],
  async jobs(rounds) {
    const job = ownToken(service, 'job:reorder');
    for (let round = 0; round < rounds; round++) await withOrigin('job:reorder', () => traced(job));
  },
  async stop() {
    for (const open of [own, downstream, server]) open.close();
    await database.close();
  },
});
