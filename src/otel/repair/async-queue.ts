import type { AsyncResource } from 'node:async_hooks';
import { newScope } from './bind-callback.ts';
import { type Exports, replaceMain } from './exported.ts';

const QUEUED_IN = Symbol('otel-attribution queued in');
const REPAIRED = Symbol.for('otel-attribution repaired');
const FACTORIES = ['queue', 'priorityQueue', 'cargo', 'cargoQueue'];
/** How a list of tasks takes one: the linked list of a queue, the heap of one with priorities. */
const TAKES = ['push', 'unshift', 'insertBefore'];

interface Task {
  [QUEUED_IN]?: AsyncResource;
}
interface Queue {
  readonly _tasks?: Record<string, unknown>;
  /** Tasks per call of the worker: 1, and then not as an array, in a `queue`. */
  readonly payload?: number;
  readonly workersList?: () => readonly Task[];
}
type Worker = (this: unknown, tasks: unknown, done: unknown) => unknown;
type Factory = ((...args: unknown[]) => Queue) & { [REPAIRED]?: true };

/**
 * A queue of `async` starts its worker in the context of the task that ended before, or of the first that came. Makes
 * the worker run in the context that pushed the task; a batch of a `cargo` in that of its first. Takes the exports of
 * the package or of the file of one factory. @returns those exports; undefined when there is nothing known in them.
 */
export function repairAsyncQueues(exports: Exports): Exports | undefined {
  if (typeof exports === 'function') return replaceMain(exports, exports, repaired(exports as Factory));
  let found = false;
  for (const owner of new Set([exports, exports.default])) {
    if (typeof owner === 'function') {
      replaceMain(exports, owner, repaired(owner));
      found = true;
    }
    if (typeof owner !== 'object' || owner === null) continue;
    for (const name of FACTORIES) {
      if (typeof owner[name] !== 'function') continue;
      owner[name] = repaired(owner[name]);
      found = true;
    }
  }
  return found ? exports : undefined;
}

function repaired(original: Factory): Factory {
  if (original[REPAIRED] === true) return original;
  const factory: Factory = function (this: unknown, worker, ...rest) {
    if (typeof worker !== 'function') return original.call(this, worker, ...rest);
    let queue: Queue | undefined;
    const inItsContext: Worker = function (tasks, done) {
      const scope = queue && queuedIn(queue, tasks);
      if (scope === undefined) return (worker as Worker).call(this, tasks, done);
      return scope.runInAsyncScope(worker as Worker, this, tasks, done);
    };
    // `async` asks this of a worker, to know whether it calls back or returns a promise.
    const tag = (worker as unknown as { [Symbol.toStringTag]?: string })[Symbol.toStringTag];
    if (tag !== undefined) Object.defineProperty(inItsContext, Symbol.toStringTag, { value: tag });
    queue = original.call(this, inItsContext, ...rest);
    noteScopes(queue._tasks);
    return queue;
  };
  factory[REPAIRED] = true;
  return factory;
}

/** What is about to be worked on was put at the end of the list of tasks at work, just before the worker is called. */
function queuedIn(queue: Queue, tasks: unknown): AsyncResource | undefined {
  const atWork = queue.workersList?.();
  const batch = queue.payload === 1 || !Array.isArray(tasks) ? 1 : tasks.length;
  return atWork?.[atWork.length - batch]?.[QUEUED_IN];
}

function noteScopes(tasks: Queue['_tasks']): void {
  if (tasks === undefined) return;
  for (const name of TAKES) {
    const take = tasks[name];
    if (typeof take !== 'function') continue;
    tasks[name] = function (...args: Task[]) {
      const task = args.at(-1);
      if (typeof task === 'object' && task !== null) task[QUEUED_IN] ??= newScope();
      return take.apply(this, args);
    };
  }
}
