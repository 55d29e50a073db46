/**
 * What outlives the request that began it: a timer, and a subscription that the first request opens for all. Operations
 * start well before or well after the request stops to answer for them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { trace } from '@opentelemetry/api';
import { DETACHED } from '../../../src/core/model.ts';
import { withOrigin } from '../../../src/index.ts';
import { pg } from '../drivers/pg.ts';
import { ownToken, settings } from '../frameworks/runtime.ts';
import { serveScenario } from './express-app.ts';

/** Options of this application: `detachedAfterSeconds`. */
const DETACHED_AFTER_MS = 2_000;

const { service, endpoints } = settings();
const database = await pg((name) => import(name), endpoints.pg!, service);
const detached = ownToken(service, DETACHED);
const work: Promise<unknown>[] = [];

/** `tick` four times, long after whoever began this has been answered. */
async function later(tick: () => Promise<unknown>): Promise<void> {
  await sleep(DETACHED_AFTER_MS * 1.75);
  for (let n = 0; n < 4; n++) {
    await tick();
    await sleep(200);
  }
}

async function soon(token: string): Promise<void> {
  await sleep(100);
  await database.one(token);
}

/** A span of its own around each look, as libraries make them. */
function look(): Promise<void> {
  return trace.getTracer('poller').startActiveSpan('look', async (span) => {
    await Promise.all([database.one(detached), database.one(detached)]);
    span.end();
  });
}

let subscribed = false;

await serveScenario({
  routes: [
    {
      path: '/timer/:id',
      async handle(token) {
        work.push(
          soon(token),
          later(() => database.one(detached)),
        );
        return 'started';
      },
    },
    {
      path: '/subscription/:id',
      async handle(token) {
        if (!subscribed) work.push(later(look));
        subscribed = true;
        await database.one(token);
        return 'subscribed';
      },
    },
    {
      path: '/named/:id',
      async handle(token) {
        const job = ownToken(service, 'job:refresh');
        work.push(later(() => withOrigin('job:refresh', () => database.one(job))));
        await database.one(token);
        return 'named';
      },
    },
  ],
  async stop() {
    await Promise.all(work);
    await database.close();
  },
});
