/** First module of a driven thread: puts virtual clocks and timers in the place of the real ones, then loads the exporter's own thread. */
import { enableCompileCache } from 'node:module';
import { performance } from 'node:perf_hooks';
import { type MessagePort, workerData } from 'node:worker_threads';
import type { ThreadState } from './driven-thread.ts';

interface Due {
  at: number;
  readonly ms: number;
  readonly fn: (...args: unknown[]) => void;
  readonly args: readonly unknown[];
}

const { file, cells, port } = (workerData as { driven: { file: string; cells: Float64Array; port: MessagePort } })
  .driven;
const realSetImmediate = setImmediate;
const realClearTimeout = clearTimeout;
const due = new Set<Due>();
const now = (): number => cells[0]!;

/** As much of Node's `Timeout` as anything here uses. */
class Timer {
  readonly #due: Due;

  constructor(entry: Due) {
    this.#due = entry;
    due.add(entry);
  }

  cancel(): void {
    due.delete(this.#due);
  }

  close = (): this => {
    this.cancel();
    return this;
  };

  ref = (): this => this;
  unref = (): this => this;
  hasRef = (): boolean => false;

  refresh = (): this => {
    this.#due.at = now() + this.#due.ms;
    due.add(this.#due);
    return this;
  };
}

const later = (fn: Due['fn'], ms = 0, ...args: unknown[]): Timer =>
  new Timer({ at: now() + Math.max(1, Number(ms) || 0), ms, fn, args });

Object.assign(globalThis, {
  setTimeout: later,
  clearTimeout: (timer: unknown) => (timer instanceof Timer ? timer.cancel() : realClearTimeout(timer as never)),
});
Object.defineProperty(performance, 'now', { value: now });
Date.now = () => cells[0]! + cells[1]!;
AbortSignal.timeout = (ms) => {
  const controller = new AbortController();
  later(() => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')), ms);
  return controller.signal;
};

/** In turns of the event loop: what came in over a socket has been dealt with by then. */
const TURNS = 4;
/** Requests to the operating system that end by themselves. */
const GOES_ON = /^(?:FSReq|GetAddrInfo|TCPConnect|Zlib)/;

port.on('message', async () => {
  for (;;) {
    let next: Due | undefined;
    for (const one of due) if (one.at <= now() && (next === undefined || one.at < next.at)) next = one;
    if (next === undefined) break;
    due.delete(next);
    next.fn(...next.args);
  }
  for (let i = 0; i < TURNS; i++) await new Promise((resolve) => realSetImmediate(resolve));
  const nextAt = Math.min(Number.POSITIVE_INFINITY, ...Array.from(due, ({ at }) => at));
  const busy = process.getActiveResourcesInfo().some((name) => GOES_ON.test(name));
  port.postMessage({ nextAt, busy } satisfies ThreadState);
});
port.unref();

// A run of hundreds of processes loads the SDK as often.
enableCompileCache();
await import(file);
