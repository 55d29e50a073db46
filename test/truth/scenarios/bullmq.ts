/** A queue: requests add jobs, a worker in the same process runs them and queries the database. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';
import { withOrigin } from '../../../src/index.ts';
import { pg } from '../drivers/pg.ts';
import { ownToken, settings } from '../frameworks/runtime.ts';
import { serveScenario } from './express-app.ts';

const { service, endpoints } = settings();
const database = await pg((name) => import(name), endpoints.pg!, service);
const connection = { host: '127.0.0.1', port: endpoints.bullmq! };
const queue = new Queue('mails', { connection });
let added = 0;
let processed = 0;
const worker = new Worker(
  'mails',
  (job) =>
    withOrigin(`job:${job.name}`, async () => {
      const token = ownToken(service, `job:${job.name}`);
      await Promise.all([database.one(token), database.one(token)]);
      processed++;
    }),
  { connection, concurrency: 4 },
);
await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);

const add = (name: string) => async (token: string) => {
  added++;
  await queue.add(name, { cause: token });
  return 'queued';
};

await serveScenario({
  routes: [
    { method: 'POST', path: '/mails/:id', handle: add('mail') },
    { method: 'POST', path: '/digests/:id', handle: add('digest') },
    {
      path: '/direct/:id',
      async handle(token) {
        await database.one(token);
        return 'ok';
      },
    },
  ],
  async stop() {
    while (processed < added) await sleep(20);
    await worker.close();
    await queue.close();
    await database.close();
  },
});
