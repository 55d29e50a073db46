import { type Driver, type Load, POOL_SIZE } from './types.ts';

export async function http(load: Load, port: number): Promise<Driver> {
  const module = await load('node:http');
  const client = module.default ?? module;
  const agent = new client.Agent({ keepAlive: true, maxSockets: POOL_SIZE });
  function call(path: string, token: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, path, agent, headers: { 'x-truth': token } };
      client
        .get(options, (response: import('node:http').IncomingMessage) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode ?? 0));
          response.on('error', reject);
        })
        .on('error', reject);
    });
  }
  return {
    async one(token) {
      await call('/item', token);
    },
    async several(token) {
      await Promise.all([call('/slow', token), call('/item', token), call('/large', token)]);
    },
    async refused(token) {
      const status = await call('/status/503', token);
      throw new Error(`downstream answered ${status}`);
    },
    async close() {
      agent.destroy();
    },
  };
}
