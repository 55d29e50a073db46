/** Sends requests at a fixed concurrency, in a shuffled but repeatable order, and counts what it sent per origin. */
import { Agent, type IncomingMessage, request } from 'node:http';
import type { PlannedRequest } from './frameworks/runtime.ts';

export interface LoadOptions {
  readonly port: number;
  readonly requests: readonly PlannedRequest[];
  readonly rounds: number;
  readonly concurrency: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly sent: (origin: string) => void;
}

/** mulberry32: small, seeded, good enough to shuffle. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function shuffled<T>(items: T[]): T[] {
  const next = random(7);
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
  return items;
}

/** A caller that traces, and samples: every second request has one. */
function traceparent(id: number): string {
  const hex = id.toString(16);
  return `00-${hex.padStart(32, 'a')}-${hex.padStart(16, 'b')}-01`;
}

function send(planned: PlannedRequest, id: number, { port, headers: extra }: LoadOptions, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...extra,
      ...(id % 2 === 0 ? { traceparent: traceparent(id) } : {}),
      ...(planned.body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const options = {
      host: '127.0.0.1',
      port,
      method: planned.method,
      path: planned.path.replace(':id', String(id)),
      agent,
      headers,
      timeout: 30_000,
    };
    const outgoing = request(options, (response: IncomingMessage) => {
      response.on('data', () => {
        if (planned.abort === true) {
          outgoing.destroy();
          resolve();
        }
      });
      response.on('error', reject);
      response.on('end', resolve);
    });
    outgoing.on('timeout', () =>
      outgoing.destroy(new Error(`no answer to ${planned.method} ${planned.path} within 30 s`)),
    );
    outgoing.on('error', reject);
    outgoing.end(planned.body);
  });
}

export async function generateLoad(options: LoadOptions): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.concurrency });
  const queue = shuffled(options.requests.flatMap((planned) => Array.from({ length: options.rounds }, () => planned)));
  let id = 0;
  async function worker(): Promise<void> {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      await send(next, ++id, options, agent);
      options.sent(next.origin);
    }
  }
  await Promise.all(Array.from({ length: options.concurrency }, worker));
  agent.destroy();
}
