import type { Driver, Load } from './types.ts';

export async function redis(load: Load, port: number): Promise<Driver> {
  const module = await load('redis');
  const { createClient } = module.createClient === undefined ? module.default : module;
  const client = createClient({ socket: { host: '127.0.0.1', port } });
  client.on('error', () => {});
  await client.connect();
  return {
    async one(token) {
      await client.set(`${token}:one`, '1');
    },
    async several(token) {
      await Promise.all([client.incr(`${token}:n`), client.get(`${token}:a`), client.exists(`${token}:b`)]);
    },
    async refused(token) {
      await client.set(`${token}:one`, '1');
      await client.lPush(`${token}:one`, '1');
    },
    close: () => client.close(),
  };
}
