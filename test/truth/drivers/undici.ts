import { type Driver, type Load, POOL_SIZE } from './types.ts';

/** The `fetch` of Node and `request` of the package, over an agent with few connections. */
export async function undici(load: Load, port: number): Promise<Driver> {
  const module = await load('undici');
  const { Agent, request } = module.Agent === undefined ? module.default : module;
  const dispatcher = new Agent({ connections: POOL_SIZE });
  const base = `http://127.0.0.1:${port}`;
  let turn = 0;
  async function call(path: string, token: string): Promise<number> {
    const headers = { 'x-truth': token };
    if (turn++ % 2 === 0) {
      const response = await fetch(base + path, { headers });
      await response.text();
      return response.status;
    }
    const response = await request(base + path, { headers, dispatcher });
    await response.body.dump();
    return response.statusCode;
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
    close: () => dispatcher.close(),
  };
}
