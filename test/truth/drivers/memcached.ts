import { type Driver, type Load, POOL_SIZE } from './types.ts';

type Callback = (error: Error | undefined, answer: unknown) => void;

/** One function is all it exports: the default of an import, the whole of a `require`. */
export async function memcached(load: Load, port: number): Promise<Driver> {
  const module = await load('memcached');
  const Memcached = module.default ?? module;
  // Its pool refuses whoever finds it full, and asks again after a while.
  const again = { retries: 1_000, factor: 1, minTimeout: 2, maxTimeout: 5 };
  const client = new Memcached(`127.0.0.1:${port}`, { poolSize: POOL_SIZE, ...again });
  const call = (run: (callback: Callback) => void): Promise<unknown> =>
    new Promise((resolve, reject) => run((error, answer) => (error === undefined ? resolve(answer) : reject(error))));
  return {
    async one(token) {
      await call((done) => client.get(`${token}:one`, done));
    },
    async several(token) {
      await call((done) => client.set(`${token}:n`, 1, 60, done));
      await Promise.all([
        call((done) => client.incr(`${token}:n`, 1, done)),
        call((done) => client.get(`${token}:n`, done)),
      ]);
    },
    async refused(token) {
      await call((done) => client.set(`${token}:text`, 'text', 60, done));
      await call((done) => client.incr(`${token}:text`, 1, done));
    },
    async close() {
      client.end();
    },
  };
}
