/** The repaired queues, on the real libraries: whose context a task runs in, and that all else is as it was. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { repairAsyncQueues } from '../../../src/otel/repair/async-queue.ts';
import { bindCallback } from '../../../src/otel/repair/bind-callback.ts';
import type { Exports } from '../../../src/otel/repair/exported.ts';
import { repairFastq } from '../../../src/otel/repair/fastq.ts';
import { repairPLimit } from '../../../src/otel/repair/p-limit.ts';
import { REPAIRS } from '../../../src/otel/repair/repairs.ts';

const require = createRequire(import.meta.url);
const storage = new AsyncLocalStorage<number>();
const TASKS = 12;

type Done = (error?: unknown, result?: unknown) => void;
type Work = (task: number) => Promise<number>;
type Push = (task: number) => Promise<unknown>;

/** How many of the tasks ran in a context that is not theirs. */
async function strangers(make: (work: Work) => Push): Promise<number> {
  let wrong = 0;
  let ran = 0;
  const push = make(async (task) => {
    ran++;
    if (storage.getStore() !== task) wrong++;
    await sleep(1);
    return task * 2;
  });
  const results = Array.from({ length: TASKS }, (_, task) => storage.run(task, () => push(task)));
  expect(await Promise.all(results)).toEqual(Array.from({ length: TASKS }, (_, task) => task * 2));
  expect(ran).toBe(TASKS);
  return wrong;
}

const callingBack = (work: Work) => (task: number, done: Done) =>
  void work(task).then((result) => done(null, result), done);
const promised = (push: (task: number, done: Done) => void) => (task: number) =>
  new Promise((resolve, reject) => push(task, (error, result) => (error ? reject(error) : resolve(result))));

/** The exports as they are, and once more as they are after the repair; what `require` has cached stays as it is. */
function both(name: string, repair: (exports: Exports) => Exports | undefined): [Exports, Exports] {
  const original = require(name) as Exports;
  const copy = typeof original === 'function' ? original : { ...original };
  return [original, repair(copy)!];
}

describe('async', () => {
  const [plain, repaired] = both('async', repairAsyncQueues);
  const kinds: Record<string, (async: Exports) => (work: Work) => Push> = {
    queue: (async) => (work) => {
      const queue = async.queue(callingBack(work), 2);
      return promised((task, done) => queue.push(task, done));
    },
    'queue of async functions': (async) => (work) => {
      const queue = async.queue(async (task: number) => work(task), 2);
      return (task) => queue.pushAsync(task);
    },
    unshift: (async) => (work) => {
      const queue = async.queue(callingBack(work), 2);
      return promised((task, done) => queue.unshift(task, done));
    },
    priorityQueue: (async) => (work) => {
      const queue = async.priorityQueue(callingBack(work), 2);
      return promised((task, done) => queue.push(task, -task, done));
    },
    cargo: (async) => (work) => {
      const queue = async.cargo(([task]: number[], done: Done) => callingBack(work)(task!, done), 1);
      return promised((task, done) => queue.push(task, done));
    },
  };

  it.each(Object.keys(kinds))('%s: a task runs in the context that pushed it', async (kind) => {
    expect(await strangers(kinds[kind]!(plain))).toBeGreaterThan(0);
    expect(await strangers(kinds[kind]!(repaired))).toBe(0);
  });

  it('a batch of a cargo runs in the context of its first', async () => {
    const batches: unknown[] = [];
    const queue = repaired.cargo((tasks: number[], done: Done) => {
      batches.push([storage.getStore(), ...tasks]);
      setImmediate(done);
    }, 2);
    await Promise.all([1, 2, 3].map((n) => storage.run(n, () => promised((task, done) => queue.push(task, done))(n))));
    expect(batches).toEqual([
      [1, 1, 2],
      [3, 3],
    ]);
  });

  it('tasks, order, errors and lists are as they were', async () => {
    const seen: unknown[] = [];
    const queue = repaired.queue(function (this: unknown, task: { n: number }, done: Done) {
      seen.push(
        task.n,
        queue.workersList().map((worker: { data: { n: number } }) => worker.data.n),
        queue.length(),
      );
      setImmediate(() => (task.n === 2 ? done(new Error('two')) : done(null)));
    }, 1);
    queue.error((error: Error, task: { n: number }) => seen.push(`${error.message} ${task.n}`));
    queue.push([{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }]);
    queue.remove(({ data }: { data: { n: number } }) => data.n === 3);
    expect([...queue]).toEqual([{ n: 1 }, { n: 2 }, { n: 4 }]);
    await queue.drain();
    expect(seen).toEqual([1, [1], 2, 2, [2], 1, 'two 2', 4, [4], 0]);
    expect(() => repaired.queue('no function', 1)).toThrow();
    expect(() => repaired.queue(() => {}, 0)).toThrow('Concurrency must not be zero');
  });

  it('is done once, for the files of single factories too, and not where nothing is known', () => {
    expect(repairAsyncQueues({ ...repaired })).toEqual(repaired);
    const file = require('async/queue') as Exports;
    expect(repairAsyncQueues(file)).not.toBe(file);
    expect(repairAsyncQueues({ each() {} })).toBeUndefined();
  });
});

describe('fastq', () => {
  const [plain, repaired] = both('fastq', repairFastq);

  it.each(['callbacks', 'promises', 'unshift'])('%s: a task runs in the context that pushed it', async (kind) => {
    const make = (fastq: Exports) => (work: Work) => {
      if (kind === 'promises') {
        const queue = (fastq as unknown as { promise: (...args: unknown[]) => { push: Push } }).promise(work, 2);
        return (task: number) => queue.push(task);
      }
      const queue = (fastq as unknown as (...args: unknown[]) => Exports)(callingBack(work), 2);
      return promised((task, done) => queue[kind === 'unshift' ? 'unshift' : 'push'](task, done));
    };
    expect(await strangers(make(plain))).toBeGreaterThan(0);
    expect(await strangers(make(repaired))).toBe(0);
  });

  it('values, `this`, errors and the end are as they were', async () => {
    const seen: unknown[] = [];
    const self = { name: 'self' };
    const create = repaired as unknown as (...args: unknown[]) => Exports;
    const queue = create(
      self,
      function (this: unknown, task: string, done: Done) {
        seen.push(this === self, task);
        setImmediate(() => done(task === 'b' ? new Error('b') : null, task));
      },
      1,
    );
    queue.error((error: Error | null, task: string) => error && seen.push(`${error.message} of ${task}`));
    for (const task of ['a', 'b', 'c']) queue.push(task, (_error: unknown, result: unknown) => seen.push(result));
    expect([queue.length(), queue.getQueue(), queue.idle()]).toEqual([2, ['b', 'c'], false]);
    await new Promise<void>((resolve) => {
      queue.drain = resolve;
    });
    expect(seen).toEqual([true, 'a', 'a', true, 'b', 'b of b', 'b', true, 'c', 'c']);
    queue.pause();
    queue.push('d', (error: Error) => seen.push(error.message));
    queue.abort();
    expect(seen.slice(-2)).toEqual(['abort of d', 'abort']);
    expect(() => create(() => {}, 0)).toThrow();
    expect(repairFastq(repaired)).toBe(repaired);
    expect(repairFastq({})).toBeUndefined();
  });

  it('a worker that throws and is done later holds up nobody', async () => {
    const create = repaired as unknown as (...args: unknown[]) => Exports;
    const ran: string[] = [];
    const queue = create((task: string, done: Done) => {
      ran.push(task);
      setImmediate(done);
      if (task === 'b') throw new Error('b');
    }, 1);
    queue.pause();
    for (const task of ['b', 'c']) queue.push(task);
    expect(() => queue.resume()).toThrow('b');
    await sleep(20);
    expect(ran).toEqual(['b', 'c']);
  });

  it('callbacks run in the context that pushed, and a worker that is done at once goes no deeper', async () => {
    const create = repaired as unknown as (...args: unknown[]) => Exports;
    const queue = create((task: number, done: Done) => done(null, [task, storage.getStore()]), 1);
    queue.pause();
    const seen: unknown[] = [];
    for (let task = 0; task < 2_000; task++)
      storage.run(task, () => queue.push(task, (_: unknown, ran: unknown) => seen.push([ran, storage.getStore()])));
    queue.resume();
    expect(seen).toEqual(Array.from({ length: 2_000 }, (_, task) => [[task, task], task]));
  });
});

describe('functions that wait', () => {
  it('p-limit keeps the context itself since 5; the repair of older ones takes nothing from it', async () => {
    const plain = (await import('p-limit')) as unknown as Exports;
    const repaired = repairPLimit({ default: plain.default })!;
    for (const { default: pLimit } of [plain, repaired]) {
      const limit = pLimit(2);
      expect(await strangers((work) => (task) => limit(work, task))).toBe(0);
      const waiting = [1, 2, 3].map((n) => limit(async () => n));
      expect([limit.activeCount, limit.pendingCount]).toEqual([2, 1]);
      expect(await Promise.all(waiting)).toEqual([1, 2, 3]);
      await expect(limit(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    }
    expect(repairPLimit(repaired)).toBe(repaired);
    expect(repairPLimit({})).toBeUndefined();
  });

  it('p-queue keeps the context itself since 10, and so does generic-pool', async () => {
    const { default: PQueue } = await import('p-queue');
    const queue = new PQueue({ concurrency: 2 });
    expect(await strangers((work) => (task) => queue.add(() => work(task)))).toBe(0);
    const pool = require('generic-pool').createPool({ create: async () => ({}), destroy: async () => {} }, { max: 2 });
    expect(await strangers((work) => (task) => pool.use(() => work(task)))).toBe(0);
  });

  it('the first function among the arguments is bound, once', () => {
    const queue = {
      waiting: [] as (() => unknown)[],
      add(_options: object, run: () => unknown, _more?: () => unknown) {
        this.waiting.push(run);
        return this.waiting.length;
      },
    };
    expect([bindCallback(queue, 'add'), bindCallback(queue, 'add'), bindCallback(queue, 'no such')]).toEqual([
      true,
      true,
      false,
    ]);
    expect(storage.run(1, () => queue.add({}, () => storage.getStore()))).toBe(1);
    expect(storage.run(2, () => queue.waiting[0]!())).toBe(1);
  });
});

it('a library of a shape that is not known is left alone', () => {
  for (const { module, apply } of REPAIRS) expect(apply({ default: { unknown: true } }), module).toBeFalsy();
});
