import type { AsyncResource } from 'node:async_hooks';
import { newScope } from './bind-callback.ts';
import { type Exports, mainExport, replaceMain } from './exported.ts';

const REPAIRED = Symbol.for('otel-attribution repaired');

type Fn = (this: unknown, ...args: unknown[]) => unknown;
type Factory = ((context: unknown, worker: unknown, concurrency?: unknown) => Queue) & { [REPAIRED]?: true };
interface Queue {
  readonly concurrency: number;
  readonly paused: boolean;
  running(): number;
  push: Fn;
  unshift: Fn;
  getQueue?: () => unknown[];
  error?: (handler: unknown) => unknown;
}

/** What waits in the queue instead of the value itself. */
class Waiting {
  readonly scope: AsyncResource = newScope();
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

const unwrap = (queued: unknown) => (queued instanceof Waiting ? queued.value : queued);

/**
 * `fastq` runs a task that had to wait in the context of the one that ended before. Makes it run in the context that
 * pushed it, with callbacks and with promises. @returns the repaired exports; undefined when their shape is not known.
 */
export function repairFastq(exports: Exports): Exports | undefined {
  const original = mainExport(exports) as (Factory & { readonly promise?: Factory }) | undefined;
  if (typeof original !== 'function') return undefined;
  if (original[REPAIRED] === true) return exports;
  const replacement = Object.assign(repaired(original), original, { [REPAIRED]: true });
  if (typeof original.promise === 'function') {
    replacement.promise = repaired(original.promise);
    if (exports !== original && exports.promise === original.promise) exports.promise = replacement.promise;
  }
  return replaceMain(exports, original, replacement);
}

function repaired(original: Factory): Factory & { promise?: Factory } {
  return function (this: unknown, context, worker, concurrency) {
    if (typeof context === 'function') {
      concurrency = worker;
      worker = context;
      context = null;
    }
    if (typeof worker !== 'function') return original.call(this, context, worker, concurrency);
    const work = worker as Fn;
    const runWaiting = makeRunner();
    const inItsContext: Fn = function (queued, done) {
      if (queued instanceof Waiting) return runWaiting(work, this, queued, done as Fn);
      return work.call(this, queued, done);
    };
    return unwrapping(original.call(this, context, inItsContext, concurrency));
  };
}

type Runner = (work: Fn, self: unknown, waiting: Waiting, done: Fn) => unknown;

/**
 * Runs what waited in a queue in its own context. `done` starts the next task: for a worker that is done at once it is
 * called when that has returned, one after the other, or each task would run deeper in the stack than the one before.
 */
function makeRunner(): Runner {
  const settled: (() => unknown)[] = [];
  let settling = false;

  function settleAll(): void {
    if (settling) return;
    settling = true;
    try {
      for (let next = settled.shift(); next !== undefined; next = settled.shift()) next();
    } finally {
      settling = false;
    }
  }

  return (work, self, { scope, value }, done) => {
    let working = true;
    try {
      return scope.runInAsyncScope(work, self, value, (...args: unknown[]) => {
        if (working) settled.push(() => done(...args));
        else done(...args);
      });
    } finally {
      // Also after a worker that throws: it may be done all the same, or later.
      working = false;
      if (settled.length > 0) settleAll();
    }
  };
}

/** Nobody outside gets to see what waits instead of a value. */
function unwrapping(queue: Queue): Queue {
  const { push, unshift, getQueue, error } = queue;
  const starts = () => !queue.paused && queue.running() < queue.concurrency;
  const wait =
    (add: Fn): Fn =>
    (value, done) => {
      if (starts()) return add(value, done);
      const waiting = new Waiting(value);
      const { scope } = waiting;
      if (typeof done !== 'function') return add(waiting, done);
      return add(waiting, function (this: unknown, ...args: unknown[]) {
        scope.runInAsyncScope(done as Fn, this, ...args);
      });
    };
  queue.push = wait(push);
  queue.unshift = wait(unshift);
  if (getQueue !== undefined) queue.getQueue = () => getQueue().map(unwrap);
  if (error !== undefined) {
    queue.error = (handler) =>
      error(
        typeof handler === 'function' ? (reason: unknown, queued: unknown) => handler(reason, unwrap(queued)) : handler,
      );
  }
  return queue;
}
