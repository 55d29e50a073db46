import type { Driver, Load } from './types.ts';

export async function ioredis(load: Load, port: number): Promise<Driver> {
  const module = await load('ioredis');
  const Redis = module.Redis ?? module.default;
  const client = new Redis({ host: '127.0.0.1', port, lazyConnect: true });
  await client.connect();
  return {
    async one(token) {
      await client.set(`${token}:one`, '1');
    },
    async several(token) {
      await client.pipeline().set(`${token}:a`, '1').get(`${token}:a`).incr(`${token}:n`).exec();
    },
    async refused(token) {
      await client.set(`${token}:one`, '1');
      await client.lpush(`${token}:one`, '1');
    },
    async close() {
      await client.quit();
    },
  };
}
