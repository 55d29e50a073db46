/**
 * Messages of `ws`, of which no instrumentation makes spans: what they do as they come, and named by hand as in
 * `examples/http2-and-ws`. Requests send them and share the pool.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { WebSocket, WebSocketServer } from 'ws';
import { UNATTRIBUTED } from '../../../src/core/model.ts';
import { withOrigin } from '../../../src/index.ts';
import { pg } from '../drivers/pg.ts';
import { ownToken, settings, tell } from '../frameworks/runtime.ts';
import { NO_SPAN } from '../token.ts';
import { WS_MESSAGES } from '../unseen-cells.ts';
import { serveScenario } from './express-app.ts';

interface Message {
  readonly id: number;
  readonly type: 'search' | 'unnamed';
}

const { service, endpoints } = settings();
const database = await pg((name) => import(name), endpoints.pg!, service);
const search = ownToken(service, 'ws search');
const unattributed = ownToken(service, UNATTRIBUTED);
const noSpan = ownToken(service, NO_SPAN);

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
await once(server, 'listening');
server.on('connection', (socket) => {
  socket.on('message', async (data) => {
    const { id, type } = JSON.parse(String(data)) as Message;
    tell({ type: 'counted', target: WS_MESSAGES, token: noSpan, operations: 1 });
    if (type === 'unnamed') await database.one(unattributed);
    else await withOrigin('ws search', () => Promise.all([database.one(search), database.one(search)]));
    socket.send(String(id));
  });
});

// The upgrade is a call over HTTP/1, which is seen, and not what this is about.
const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
const client = context.with(suppressTracing(context.active()), () => new WebSocket(url));
await once(client, 'open');
const waiting = new Map<number, () => void>();
client.on('message', (data) => waiting.get(Number(data))?.());

let lastId = 0;
function send(type: Message['type']): Promise<void> {
  const id = ++lastId;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    client.send(JSON.stringify({ id, type } satisfies Message));
  });
}

await serveScenario({
  routes: [
    {
      path: '/messages/:id',
      async handle(token) {
        await Promise.all([send('unnamed'), send('search'), database.one(token)]);
        return 'sent';
      },
    },
  ],
  async stop() {
    client.close();
    server.close();
    await database.close();
  },
});
