/**
 * The work is done in worker threads: one serves HTTP, a pool of two does jobs, and one more is terminated when
 * it has done some. At the end none is asked to stop: the process exits.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { withOrigin } from '../../../src/index.ts';
import { connectDrivers } from '../drivers/connect.ts';
import { onHarness, ownToken, type PlannedRequest, settings, tell } from '../frameworks/runtime.ts';

const { service, endpoints } = settings();
/** More than twice as long as measurements may stay in a thread: the machine is busy. */
const HANDED_OVER_MS = 700;
const JOB = 'job:resize';

type Role = 'server' | 'pool';
interface Serving {
  readonly port: number;
  readonly requests: readonly PlannedRequest[];
}

if (isMainThread) await main();
else await ((workerData as Role) === 'server' ? serve() : takeTasks());

async function serve(): Promise<void> {
  const { default: express } = await import('express');
  const drivers = await connectDrivers((name) => import(name), endpoints, service);
  const app = express();
  for (const [name, driver] of drivers) {
    app.get(`/${name}/:id`, async (_request, response) => {
      const token = ownToken(service, `GET /${name}/:id`);
      await Promise.all([driver.one(token), driver.one(token)]);
      await driver.several(token);
      response.send('done');
    });
  }
  const server = app.listen(0, '127.0.0.1', () => {
    const requests = [...drivers.keys()].map((name) => {
      const path = `/${name}/:id`;
      return { method: 'GET' as const, path, origin: `GET ${path}` };
    });
    parentPort?.postMessage({ port: (server.address() as { port: number }).port, requests } satisfies Serving);
  });
}

/** One task for each message, and an answer when it is done. */
async function takeTasks(): Promise<void> {
  const drivers = await connectDrivers((name) => import(name), endpoints, service);
  parentPort?.on('message', async () => {
    await withOrigin(JOB, async () => {
      for (const driver of drivers.values()) await driver.one(ownToken(service, JOB));
    });
    parentPort?.postMessage('done');
  });
  parentPort?.postMessage('ready');
}

async function main(): Promise<void> {
  const begin = (role: Role) => new Worker(new URL(import.meta.url), { workerData: role });
  const answer = <T>(worker: Worker) =>
    new Promise<T>((resolve, reject) => worker.once('message', resolve).once('error', reject));
  async function work(worker: Worker): Promise<void> {
    worker.postMessage('task');
    await answer(worker);
  }

  const { port, requests } = await answer<Serving>(begin('server'));
  const pool = [begin('pool'), begin('pool')];
  await Promise.all(pool.map(answer));
  onHarness({
    async jobs(rounds) {
      const steady = pool.map(async (worker) => {
        for (let i = 0; i < 4 * rounds; i++) await work(worker);
      });
      const replaced = begin('pool');
      await answer(replaced);
      for (let i = 0; i < rounds; i++) await work(replaced);
      await sleep(HANDED_OVER_MS);
      await replaced.terminate();
      await Promise.all(steady);
    },
    stop: () => Promise.resolve(),
  });
  tell({ type: 'ready', port, requests });
}
