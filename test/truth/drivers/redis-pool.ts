import { type Driver, type Load, POOL_SIZE } from './types.ts';

/** The pool of clients that node-redis brings: far fewer clients than requests at a time. */
export async function redisPool(load: Load, port: number): Promise<Driver> {
  const module = await load('redis');
  const { createClientPool } = module.createClientPool === undefined ? module.default : module;
  const pool = createClientPool(
    { socket: { host: '127.0.0.1', port } },
    { minimum: 1, maximum: POOL_SIZE, acquireTimeout: 20_000 },
  );
  pool.on('error', () => {});
  await pool.connect();
  return {
    async one(token) {
      await pool.set(`${token}:one`, '1');
    },
    async several(token) {
      await Promise.all([pool.incr(`${token}:n`), pool.get(`${token}:a`), pool.sendCommand(['EXISTS', `${token}:b`])]);
      // One client for several commands.
      // biome-ignore lint/suspicious/noExplicitAny: the same code drives modules of ten packages by their documented API
      await pool.execute(async (client: any) => {
        await client.incr(`${token}:n`);
        await client.get(`${token}:n`);
      });
    },
    async refused(token) {
      await pool.set(`${token}:one`, '1');
      await pool.lPush(`${token}:one`, '1');
    },
    close: () => pool.close(),
  };
}
