/**
 * Queues within the process: requests and jobs push their queries to the same few workers, which run them when a
 * place is free. Each query belongs to whoever pushed it.
 */
import { createRequire } from 'node:module';
import { bindContext, withOrigin } from '../../../src/index.ts';
import { pg } from '../drivers/pg.ts';
import type { Load } from '../drivers/types.ts';
import { ownToken, settings } from '../frameworks/runtime.ts';
import { serveScenario } from './express-app.ts';

const require = createRequire(import.meta.url);
const load: Load =
  process.env.TRUTH_LOAD === 'require' ? (name) => Promise.resolve(require(name)) : (name) => import(name);

const { service, endpoints } = settings();
const database = await pg(load, endpoints.pg!, service);
/** Places of a queue: far fewer than what waits. */
const PLACES = 2;
const work = (token: string) => database.one(token);

type Push = (token: string) => Promise<unknown>;
type Done = (error?: unknown) => void;
const callingBack = (token: string, done: Done) => void work(token).then(() => done(), done);

/** How a queue that calls back is told what to do, as a promise. */
function promised(push: (token: string, done: Done) => void): Push {
  return (token) => new Promise<void>((resolve, reject) => push(token, (error) => (error ? reject(error) : resolve())));
}

const async = await load('async');
const fastq = await load('fastq');
const fastqMain = fastq.default ?? fastq;
const pLimit = await load('p-limit');
const PQueue = await load('p-queue');
const genericPool = await load('generic-pool');

const asyncQueue = async.queue(callingBack, PLACES);
const asyncFunctions = async.queue(async (token: string) => work(token), PLACES);
const byPriority = (async.default ?? async).priorityQueue(callingBack, PLACES);
const callbacks = fastqMain(callingBack, PLACES);
const promises = fastqMain.promise(work, PLACES);
const limit = pLimit.default(PLACES);
const queue = new PQueue.default({ concurrency: PLACES });
const pool = (genericPool.default ?? genericPool).createPool(
  { create: async () => ({}), destroy: async () => {} },
  { max: PLACES },
);

/** A queue as applications write them by hand. */
const waiting: (() => Promise<void>)[] = [];
let running = 0;
function runNext(): void {
  while (running < PLACES && waiting.length > 0) {
    running++;
    void waiting.shift()!().finally(() => {
      running--;
      runNext();
    });
  }
}

let turn = 0;
const QUEUES: Readonly<Record<string, Push>> = {
  'async-queue': promised((token, done) => asyncQueue.push(token, done)),
  'async-functions': promised((token, done) => asyncFunctions.unshift(token, done)),
  'async-priority': promised((token, done) => byPriority.push(token, turn++ % 3, done)),
  fastq: promised((token, done) => callbacks.push(token, done)),
  'fastq-promise': (token) => promises.push(token),
  'p-limit': (token) => limit(() => work(token)),
  'p-queue': (token) => queue.add(() => work(token)),
  'generic-pool': (token) => pool.use(() => work(token)),
  'bind-context': (token) =>
    new Promise<void>((resolve, reject) => {
      waiting.push(bindContext(() => work(token).then(resolve, reject)));
      runNext();
    }),
};

const several = (push: Push, token: string) => Promise.all([1, 2, 3, 4].map(() => push(token)));

await serveScenario({
  routes: Object.entries(QUEUES).flatMap(([name, push]) => [
    {
      path: `/${name}/one/:id`,
      async handle(token: string) {
        await push(token);
        return 'done';
      },
    },
    {
      path: `/${name}/several/:id`,
      async handle(token: string) {
        await several(push, token);
        return 'done';
      },
    },
  ]),
  async jobs(rounds) {
    const jobs = Object.entries(QUEUES).map(([name, push]) =>
      withOrigin(`job:${name}`, async () => {
        const token = ownToken(service, `job:${name}`);
        for (let round = 0; round < rounds; round++) await several(push, token);
      }),
    );
    await Promise.all(jobs);
  },
  stop: () => database.close(),
});
