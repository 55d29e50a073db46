/** Real threads on real channels; the worker is a few lines of JavaScript around the real hand-over. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { RetryableError } from '../../../src/core/errors.ts';
import { limits } from '../../../src/core/limits.ts';
import { type FromThread, partsChannel } from '../../../src/engine/threads/channels.ts';
import { Gathering } from '../../../src/engine/threads/gather.ts';
import { HandOver } from '../../../src/engine/threads/hand-over.ts';
import { until } from '../pipeline/open-outlet.ts';

const HAND_OVER = new URL('../../../src/engine/threads/hand-over.ts', import.meta.url).href;

/** Hands over one part named by the number of times it was asked; `busy` never comes back to its loop. */
const worker = (busy: boolean) =>
  new Worker(
    `const { parentPort } = require('node:worker_threads');
    import(${JSON.stringify(HAND_OVER)}).then(({ handOverToMain }) => {
      const out = handOverToMain();
      let n = 0;
      const part = () => { out.exportSync({ id: 'p-' + ++n, body: Buffer.from('part ' + n) }); out.exportSync({ id: 'p-' + n, body: Buffer.from('again') }); };
      out.begin({ table: { size: 0 }, handOver: part, rotate() {}, flushSync: part });
      parentPort.postMessage('begun');
      setInterval(() => { while (${busy}); }, 50);
    });`,
    { eval: true, execArgv: [] },
  );

let gathering: Gathering | undefined;
const threads: Worker[] = [];
afterEach(async () => {
  gathering?.close();
  for (const thread of threads.splice(0)) await thread.terminate();
});

async function gather(busy = false): Promise<string[]> {
  const got: string[] = [];
  gathering = new Gathering((body) => got.push(Buffer.from(body).toString()));
  const thread = worker(busy);
  threads.push(thread);
  await once(thread, 'message');
  return got;
}

describe('the main thread gathers what its threads have', () => {
  it('when it asks, each part once', async () => {
    const got = await gather();
    await gathering!.collect(false);
    expect(got).toEqual(['part 1']);
  });

  it('in the last turn of the process', async () => {
    const got = await gather();
    gathering!.collectSync();
    expect(got).toEqual(['part 1']);
  });

  it('and does not wait for one that is gone', async () => {
    const got = await gather();
    await threads[0]!.terminate();
    const begin = performance.now();
    gathering!.collectSync();
    expect(performance.now() - begin).toBeLessThan(100);
    expect(got).toEqual([]);
  });

  it('nor for long for one that is busy', async () => {
    const got = await gather(true);
    await new Promise((resolve) => setTimeout(resolve, 150));
    const begin = performance.now();
    gathering!.collectSync();
    expect(performance.now() - begin).toBeLessThan(2_000);
    expect(got).toEqual([]);
  });

  it('nor has anything to do once it is closed', async () => {
    await gather();
    gathering!.close();
    gathering!.collectSync();
  });
});

it('a worker that lives long hands over every part, each once', async () => {
  const channel = partsChannel();
  const got: string[] = [];
  channel.onmessage = (event: unknown) => {
    const { data } = event as { data: FromThread };
    if ('body' in data) got.push(Buffer.from(data.body).toString());
  };
  const out = new HandOver(new Int32Array(new SharedArrayBuffer(4)));
  // More than it remembers.
  const names = Array.from({ length: 2_500 }, (_, n) => `x-${n}`);
  for (const id of names) {
    const part = { id, instance: 'x', sequence: 1, rows: 1, sealedAt: 0, body: Buffer.from(id) };
    out.exportSync(part);
    out.exportSync(part);
  }
  await until(() => got.length >= names.length);
  channel.close();
  expect(got).toEqual(names);
});

it('a worker keeps its parts while the main thread has not taken so many', async () => {
  const waiting = new Int32Array(new SharedArrayBuffer(4));
  const out = new HandOver(waiting);
  const part = { id: 'x-1', instance: 'x', sequence: 1, rows: 1, sealedAt: 0, body: new Uint8Array(1) };
  waiting[0] = limits.threadParts;
  await expect(out.export(part)).rejects.toThrow(RetryableError);
  waiting[0] = 0;
  await expect(out.export(part)).resolves.toBe('delivered');
  expect(waiting[0]).toBe(1);
});

it('nor hands over on its own what sums up in it meanwhile', async () => {
  const waiting = new Int32Array(new SharedArrayBuffer(4));
  let handed = 0;
  waiting[0] = limits.threadParts;
  new HandOver(waiting).begin({ table: { size: 1 }, handOver: () => handed++, rotate() {}, flushSync() {} });
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(handed).toBe(0);
  waiting[0] = 0;
  await until(() => handed > 0);
});
