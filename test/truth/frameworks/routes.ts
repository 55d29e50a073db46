/** The requests every framework serves for every driver. What they cost is counted by the servers they call. */
import { PassThrough, type Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Driver, DriverName } from '../drivers/types.ts';

export type Kind = 'items' | 'lists' | 'orders' | 'broken' | 'late' | 'stream' | 'abort';

export interface Route {
  readonly kind: Kind;
  readonly driver: DriverName;
  readonly method: 'GET' | 'POST';
  /** Express syntax: `/pg/items/:id`. */
  readonly path: string;
  /** Answers with a text or a stream; rejects where the request is to fail. `token` names this route. */
  handle(token: string): Promise<string | Readable>;
}

/** Requests whose answer is a stream: not for frameworks that answer with one value. */
export const STREAMING: ReadonlySet<Kind> = new Set(['stream', 'abort']);

const KINDS: readonly Kind[] = ['items', 'lists', 'orders', 'broken', 'late', 'stream', 'abort'];

type Handle = (driver: Driver, token: string) => Promise<string | Readable>;

const HANDLES: Record<Kind, Handle> = {
  async items(driver, token) {
    await driver.one(token);
    return 'item';
  },
  async lists(driver, token) {
    await Promise.all([1, 2, 3, 4].map(() => driver.one(token)));
    await driver.one(token);
    return 'list';
  },
  async orders(driver, token) {
    await driver.several(token);
    return 'ordered';
  },
  async broken(driver, token) {
    await driver.refused(token);
    throw new Error('refused');
  },
  /** Answers first and works afterwards. */
  async late(driver, token) {
    background(async () => {
      await sleep(20);
      await driver.one(token);
    });
    return 'accepted';
  },
  async stream(driver, token) {
    const out = new PassThrough();
    background(async () => {
      for (let i = 0; i < 2; i++) {
        out.write(`chunk ${i}\n`);
        await driver.one(token);
      }
      out.end();
    });
    return out;
  },
  /** The client goes away after the first chunk; the handler works on. */
  async abort(driver, token) {
    const out = new PassThrough();
    out.on('error', () => {});
    background(async () => {
      out.write('first\n');
      await driver.one(token);
      await sleep(30);
      await driver.one(token);
      out.end();
    });
    return out;
  },
};

let running = 0;

/** Work that outlives its request. `idle` waits for it. */
function background(work: () => Promise<void>): void {
  running++;
  work()
    .catch((error: unknown) => process.stderr.write(`background work failed: ${String(error)}\n`))
    .finally(() => running--);
}

export async function idle(): Promise<void> {
  while (running > 0) await sleep(5);
}

export function routesOf(drivers: ReadonlyMap<DriverName, Driver>): Route[] {
  const routes: Route[] = [];
  for (const [name, driver] of drivers) {
    for (const kind of KINDS) {
      routes.push({
        kind,
        driver: name,
        method: kind === 'orders' ? 'POST' : 'GET',
        path: `/${name}/${kind}/:id`,
        handle: (token) => HANDLES[kind](driver, token),
      });
    }
  }
  return routes;
}
