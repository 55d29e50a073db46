import { Pool } from 'undici';

/** Requests a second per route; modest, so that two cores also carry the database. */
const RATES = { search: 7, product: 30, checkout: 9 };
/** Requests under way at most; beyond it a beat is left out rather than queued. */
const IN_FLIGHT = 64;
const CATEGORIES = ['books', 'garden', 'kitchen', 'music', 'toys'];

export interface Load {
  /** Requests answered so far. */
  readonly requests: number;
  /** Requests that failed to get an answer. */
  readonly failures: number;
  /** Sends no more; resolves when every request is answered. */
  stop(): Promise<void>;
}

/** Customers at work on the storefront at `origin` (`http://127.0.0.1:<port>`): acme three times as busy as globex. */
export function startLoad(origin: string): Load {
  const pool = new Pool(origin, { connections: IN_FLIGHT });
  const load = { requests: 0, failures: 0, stop };
  const underway = new Set<Promise<void>>();

  const send = (method: 'GET' | 'POST', path: string, body?: object): void => {
    if (underway.size >= IN_FLIGHT) return;
    const headers = { 'x-tenant': Math.random() < 0.25 ? 'globex' : 'acme', 'content-type': 'application/json' };
    const one = pool
      .request({ method, path, headers, body: body === undefined ? null : JSON.stringify(body) })
      .then(async (res) => {
        await res.body.dump();
        load.requests++;
      })
      .catch(() => {
        load.failures++;
      })
      .finally(() => underway.delete(one));
    underway.add(one);
  };

  let n = 0;
  const timers = [
    every(RATES.search, () => send('GET', `/search?category=${CATEGORIES[n++ % CATEGORIES.length]}`)),
    // One in fifty products does not exist.
    every(RATES.product, () => send('GET', `/product/${(n++ * 7) % 510}`)),
    // One in twenty cards is blocked.
    every(RATES.checkout, () => send('POST', '/checkout', { product: (n++ % 500) + 1, card: (n % 200) + 1 })),
  ];

  async function stop(): Promise<void> {
    for (const timer of timers) clearInterval(timer);
    await Promise.all(underway);
    await pool.close();
  }
  return load;
}

function every(perSecond: number, send: () => void): NodeJS.Timeout {
  return setInterval(send, 1000 / perSecond);
}
