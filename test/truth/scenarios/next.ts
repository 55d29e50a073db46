/** Next.js as `next start` runs it, in this process: route handlers, pages of both routers, a proxy before all of them. */
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { onHarness, type PlannedRequest, tell } from '../frameworks/runtime.ts';
import { nextCommand, nextDirectory } from '../servers/next-build.ts';

const requests: readonly PlannedRequest[] = [
  { method: 'GET', path: '/api/items/:id', origin: 'GET /api/items/[id]' },
  { method: 'POST', path: '/api/items/:id', origin: 'POST /api/items/[id]' },
  { method: 'GET', path: '/api/late/:id', origin: 'GET /api/late/[id]' },
  { method: 'GET', path: '/api/stream/:id', origin: 'GET /api/stream/[id]' },
  { method: 'GET', path: '/api/broken/:id', origin: 'GET /api/broken/[id]' },
  { method: 'GET', path: '/products/:id', origin: 'GET /products/[slug]' },
  { method: 'GET', path: '/docs/a/b/:id', origin: 'GET /docs/[...rest]' },
  { method: 'GET', path: '/grouped/:id', origin: 'GET /grouped/[id]' },
  { method: 'GET', path: '/old/:id', origin: 'GET /old/[id]' },
  { method: 'GET', path: '/api/old/:id', origin: 'GET /api/old/[id]' },
  { method: 'GET', path: '/api/items/:id?checked', origin: 'GET /api/items/[id]' },
  { method: 'GET', path: '/denied/:id', origin: 'GET (no route)' },
  { method: 'GET', path: '/nowhere/:id', origin: 'GET (no route)' },
];

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** By a connection and no request, which would be one more to count. */
function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(() => resolve(true)));
    socket.on('error', () => resolve(false));
  });
}

const port = await freePort();
process.argv = [process.argv[0]!, nextCommand, 'start', nextDirectory, '--port', `${port}`, '--hostname', '127.0.0.1'];
await import(nextCommand);
while (!(await isListening(port))) await sleep(50);
onHarness({ stop: async () => {} });
tell({ type: 'ready', port, requests });
