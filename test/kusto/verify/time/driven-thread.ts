/** The thread of a Kusto exporter on virtual time: what it is in is that of production, only its clocks and timers are driven from here. */
import { setTimeout as sleep } from 'node:timers/promises';
import { MessageChannel, Worker, type WorkerOptions } from 'node:worker_threads';
import type { VirtualTime } from './virtual-time.ts';

/** What the thread answers when it is asked. */
export interface ThreadState {
  /** When its next timer is due. */
  readonly nextAt: number;
  /** It reads files or connects: it goes on by itself. */
  readonly busy: boolean;
}

const GONE: ThreadState = { nextAt: Number.POSITIVE_INFINITY, busy: false };

export class DrivenThreads {
  readonly #time: VirtualTime;
  /** Each with how to ask it. */
  readonly #open = new Map<Worker, () => Promise<ThreadState>>();

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  /** For `KustoInternals.openThread`. */
  open = (file: URL, options: WorkerOptions): Worker => {
    const { port1, port2 } = new MessageChannel();
    const driven = { file: file.href, cells: this.#time.cells, port: port2 };
    const worker = new Worker(new URL('./driven-thread-entry.ts', import.meta.url), {
      ...options,
      workerData: { ...(options.workerData as object), driven },
      transferList: [port2],
    });
    const asked: ((state: ThreadState) => void)[] = [];
    port1.on('message', (state: ThreadState) => asked.shift()?.(state));
    port1.unref();
    worker.once('exit', () => {
      this.#open.delete(worker);
      port1.close();
      for (const answer of asked) answer(GONE);
    });
    this.#open.set(worker, () => {
      const { promise, resolve } = Promise.withResolvers<ThreadState>();
      asked.push(resolve);
      port1.ref();
      port1.postMessage('turn');
      return promise.finally(() => port1.unref());
    });
    return worker;
  };

  /**
   * Has each of them run the timers that are due and take some turns of its event loop. One that is still starting, or has something to
   * compute, answers when it is done.
   */
  states(): Promise<readonly ThreadState[]> {
    return Promise.all(Array.from(this.#open.values(), (ask) => ask()));
  }

  /** Resolves when those that were ended are gone, and their sockets with them. */
  async gone(): Promise<void> {
    while (this.#open.size > 0) await sleep(1);
  }
}
