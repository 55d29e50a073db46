/** `enableAutoPipelining`: commands of one turn leave together, with one server and with a cluster. */
import { AsyncResource } from 'node:async_hooks';
import type { Driver, Load } from './types.ts';

/**
 * `automatic` gathers the commands of a turn, `plain` sends each at once. Both connect when the first command comes, and
 * send then what has gathered; the connection itself is nobody's, because its commands carry no token.
 */
// biome-ignore lint/suspicious/noExplicitAny: the same code drives modules of ten packages by their documented API
function driver(automatic: any, plain: any): Driver {
  // Of one slot, so that a pipeline may hold several of them.
  const key = (token: string, name: string) => `{truth}${token}:${name}`;
  let turn = 0;
  const connect = AsyncResource.bind(() => {
    for (const client of [automatic, plain]) void client.connect();
  });
  const next = () => {
    if (turn === 0) connect();
    return turn++ % 3 === 0 ? plain : automatic;
  };
  return {
    async one(token) {
      await next().set(key(token, 'one'), '1');
    },
    async several(token) {
      const client = next();
      await Promise.all([client.incr(key(token, 'n')), client.get(key(token, 'a')), client.exists(key(token, 'b'))]);
      await client.pipeline().set(key(token, 'a'), '1').get(key(token, 'a')).exec();
    },
    async refused(token) {
      await automatic.set(key(token, 'one'), '1');
      await automatic.lpush(key(token, 'one'), '1');
    },
    async close() {
      await Promise.all([automatic.quit(), plain.quit()]);
    },
  };
}

export async function ioredisAuto(load: Load, port: number): Promise<Driver> {
  const module = await load('ioredis');
  const Redis = module.Redis ?? module.default;
  const options = { host: '127.0.0.1', port, lazyConnect: true };
  return driver(new Redis({ ...options, enableAutoPipelining: true }), new Redis(options));
}

export async function ioredisCluster(load: Load, port: number): Promise<Driver> {
  const module = await load('ioredis');
  const Cluster = module.Cluster ?? module.default.Cluster;
  const nodes = [{ host: '127.0.0.1', port }];
  const options = { lazyConnect: true };
  return driver(new Cluster(nodes, { ...options, enableAutoPipelining: true }), new Cluster(nodes, options));
}
