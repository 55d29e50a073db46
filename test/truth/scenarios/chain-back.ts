/** Second of two processes: does the work on the caller's account where the caller said who it is. */
import Fastify from 'fastify';
import { pg } from '../drivers/pg.ts';
import { onHarness, ownToken, settings, tell } from '../frameworks/runtime.ts';

const { service, endpoints } = settings();
const database = await pg((name) => import(name), endpoints.pg!, service);
const app = Fastify({ forceCloseConnections: true });
app.get('/work/:id', async (request) => {
  const sent = request.headers['x-truth'];
  const token = typeof sent === 'string' ? sent : ownToken(service, 'GET /work/:id');
  tell({ type: 'counted', target: 'server', token, operations: 1 });
  await Promise.all([database.one(token), database.one(token)]);
  return 'done';
});
await app.listen({ port: 0, host: '127.0.0.1' });
onHarness({
  async stop() {
    await app.close();
    await database.close();
  },
});
tell({ type: 'ready', port: (app.server.address() as { port: number }).port, requests: [] });
