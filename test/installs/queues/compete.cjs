// Two jobs compete for the two places of each queue. Prints what they did; what was booked is compared with it.
const { setTimeout: sleep } = require('node:timers/promises');
const { record, withOrigin } = require('../../../src/index.ts');

const TASKS = { a: 5, b: 15 };

/** Counts for whoever's context it runs in. */
async function work() {
  await sleep(1);
  record({ target: 'queue', event: 'task.done', unit: '{task}', value: 1 });
}

exports.compete = async ({ async, AsyncLock, Bottleneck, pLimit, PQueue, PromiseQueue }) => {
  const worker = (_task, done) => void work().then(() => done(), done);
  const promised = (push) => () =>
    new Promise((resolve, reject) => push((error) => (error ? reject(error) : resolve())));
  const queue = async.queue(worker, 2);
  const heap = async.priorityQueue(worker, 2);
  const lock = new AsyncLock();
  const scheduler = new Bottleneck({ maxConcurrent: 2 });
  const limited = scheduler.wrap(work);
  const limit = pLimit(2);
  const pQueue = new PQueue({ concurrency: 2 });
  const promiseQueue = new PromiseQueue(2);
  const ways = {
    'async.queue': promised((done) => queue.push('task', done)),
    'async.priorityQueue': promised((done) => heap.push('task', 1, done)),
    'async-lock': () => lock.acquire('key', work),
    'bottleneck.schedule': () => scheduler.schedule({ priority: 4 }, work),
    'bottleneck.wrap': () => limited(),
    'bottleneck.submit': promised((done) => scheduler.submit(worker, 'task', done)),
    'p-limit': () => limit(work),
    'p-queue': () => pQueue.add(work),
    'promise-queue': () => promiseQueue.add(work),
  };
  const did = {};
  const jobs = Object.entries(ways).flatMap(([way, run]) =>
    Object.entries(TASKS).map(([job, tasks]) => {
      const origin = `job:${way} ${job}`;
      did[origin] = tasks;
      return withOrigin(origin, () => Promise.all(Array.from({ length: tasks }, run)));
    }),
  );
  await Promise.all(jobs);
  process.stdout.write(JSON.stringify(did), () => process.exit(0));
};
