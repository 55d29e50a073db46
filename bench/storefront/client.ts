import { Pool } from 'undici';

/** The demo's mix of routes: of 20 requests 3 searches, 13 products, 4 checkouts. */
const MIX = 'PSPPCPPPSPPCPPCPSPPC'.split('');

export interface Client {
  /** Keeps `connections` requests under way for `ms`; resolves with the number answered. Rejects on any that is not 2xx. */
  run(ms: number): Promise<number>;
  close(): Promise<void>;
}

export function client(origin: string, connections = 16): Client {
  const pool = new Pool(origin, { connections });
  let turn = 0;

  async function one(): Promise<void> {
    const n = turn++;
    const kind = MIX[n % MIX.length];
    const headers = { 'x-tenant': n % 3 === 0 ? 'globex' : 'acme', 'content-type': 'application/json' };
    const res = await pool.request(
      kind === 'S'
        ? { method: 'GET', path: '/search?category=books', headers }
        : kind === 'P'
          ? { method: 'GET', path: `/product/${n % 500}`, headers }
          : { method: 'POST', path: '/checkout', headers, body: '{"product":7,"card":7}' },
    );
    await res.body.dump();
    if (res.statusCode >= 300) throw new Error(`${kind}: HTTP ${res.statusCode}`);
  }

  return {
    async run(ms) {
      const end = performance.now() + ms;
      let answered = 0;
      const worker = async (): Promise<void> => {
        while (performance.now() < end) {
          await one();
          answered++;
        }
      };
      await Promise.all(Array.from({ length: connections }, worker));
      return answered;
    },
    close: () => pool.close(),
  };
}
