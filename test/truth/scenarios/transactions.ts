/** Transactions of node-redis on a pool and a cluster: whoever queues their commands does not know yet who will run them. */
import { createClientPool, createCluster } from 'redis';
import { UNATTRIBUTED } from '../../../src/core/model.ts';
import { withOrigin } from '../../../src/index.ts';
import { ownToken, settings, tell } from '../frameworks/runtime.ts';
import { routesOfActions, serveScenario } from './express-app.ts';

const { service, endpoints } = settings();
const pool = createClientPool({ url: `redis://127.0.0.1:${endpoints['redis-pool']}` }, { maximum: 3 });
const cluster = createCluster({ rootNodes: [{ url: `redis://127.0.0.1:${endpoints['ioredis-cluster']}` }] });
for (const client of [pool, cluster]) client.on('error', () => {});
await Promise.all([pool.connect(), cluster.connect()]);
// The driver asks the cluster for its nodes once, in a command that can carry no token.
tell({ type: 'counted', target: 'ioredis-cluster', token: ownToken(service, UNATTRIBUTED), operations: 1 });

const actions: Readonly<Record<string, (token: string) => Promise<unknown>>> = {
  pool: (token) => pool.multi().set(`${token}:a`, '1').incr(`${token}:n`).get(`${token}:a`).exec(),
  pipeline: (token) => pool.multi().set(`${token}:b`, '1').get(`${token}:b`).execAsPipeline(),
  both: (token) => Promise.all([pool.get(token), pool.multi().get(token).exec(), pool.multi().get(token).exec()]),
  cluster: (token) => cluster.multi().set(`{${token}}:a`, '1').incr(`{${token}}:n`).exec(),
  nodes: (token) =>
    Promise.all([cluster.set(`{${token}}:c`, '1'), cluster.multi().get(`{${token}}:c`).execAsPipeline()]),
  refused: (token) =>
    cluster
      .multi()
      .set(`{${token}}:d`, '1')
      .lPush(`{${token}}:d`, '1')
      .exec()
      .catch(() => 'refused'),
};

await serveScenario({
  routes: routesOfActions(actions),
  async jobs(rounds) {
    const job = ownToken(service, 'job:count');
    const alone = ownToken(service, UNATTRIBUTED);
    for (let round = 0; round < rounds; round++) {
      await Promise.all([
        withOrigin('job:count', () => Promise.all(Object.values(actions).map((action) => action(job)))),
        pool.multi().get(alone).exec(),
      ]);
    }
  },
  async stop() {
    await Promise.all([pool.close(), cluster.close()]);
  },
});
