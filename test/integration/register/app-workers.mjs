/**
 * Worker threads that call TARGET: HOW says what each does and how it ends. Each prints what it is about to end with,
 * and the main thread ends as MAIN says.
 */
import { createServer } from 'node:http';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { withOrigin } from '../../../src/index.ts';

const { TARGET, CALLS, HOW = 'ends', MAIN = 'ends', THREADS = '1' } = process.env;
const call = () => fetch(TARGET).then((answer) => answer.text());
const job = () => withOrigin('job:resize', call);
const self = new URL(import.meta.url);

const ways = {
  async ends() {
    for (let i = 0; i < Number(CALLS); i++) await job();
  },
  async exits() {
    await ways.ends();
    process.exit(3);
  },
  async throws() {
    await ways.ends();
    throw new Error('in a thread');
  },
  /** A pool: as many tasks as it is sent. */
  async pool() {
    parentPort.on('message', async (task) => {
      await job();
      parentPort.postMessage(task);
    });
  },
  async serves() {
    const { default: express } = await import('express');
    const app = express();
    app.get('/thumb/:id', async (_request, response) => response.send(await call()));
    const server = createServer(app).listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
  },
  /** A thread in a thread. */
  async nests() {
    await ways.ends();
    await ended(new Worker(self, { workerData: 'ends' }));
  },
};

const ended = (worker) => new Promise((resolve) => worker.on('exit', resolve).on('error', () => {}));
const message = (worker) => new Promise((resolve) => worker.once('message', resolve));
const ask = (worker, task) => {
  worker.postMessage(task);
  return message(worker);
};
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

if (!isMainThread) await ways[workerData]();
else {
  const workers = Array.from(
    { length: Number(THREADS) },
    () => new Worker(self, { workerData: HOW, ...JSON.parse(process.env.OPTIONS ?? '{}') }),
  );
  if (HOW === 'pool') {
    for (let i = 0; i < Number(CALLS); i++) {
      await Promise.all(workers.map((worker) => ask(worker, i)));
    }
  } else if (HOW === 'serves') {
    await Promise.all(
      workers.map(async (worker) => {
        const port = await message(worker);
        // Out of the main thread, and not on its account: by a connection of its own.
        const { get } = await import('./plain-get.mjs');
        for (let i = 0; i < Number(CALLS); i++) await get(port, `/thumb/${i}`);
      }),
    );
  } else await Promise.all(workers.map(ended));
  const mains = {
    ends() {},
    exits: () => process.exit(4),
    async terminates() {
      await sleep(600);
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
    exitsAfterTerminate: async () => {
      await mains.terminates();
      process.exit(5);
    },
    signals: () => process.kill(process.pid, 'SIGTERM'),
  };
  await mains[MAIN]();
  console.log('served');
}
