import { Worker, type WorkerOptions } from 'node:worker_threads';
import { AmbiguousError, AttributionError, RetryableError } from '../../core/errors.ts';
import { type FromWorker, fromPlain, type TaskName, type Tasks, type ToWorker, type WorkerSetup } from './protocol.ts';

interface Call {
  readonly task: TaskName;
  readonly resolve: (value: never) => void;
  readonly reject: (error: AttributionError) => void;
}

/** Starts the thread; a test may put one in its place that runs on virtual time. */
export type OpenThread = (file: URL, options: WorkerOptions) => Worker;

/** The thread keeps its own deadlines; one that says nothing this long after them is stuck. */
const STUCK_MS = 5_000;
/** The SDK and one full upload fit; a runaway ends here, not in the host. */
const HEAP_MB = 512;

/** The host's end of the worker thread: begun at the first call, begun again after a crash. */
export class WorkerClient {
  readonly #setup: WorkerSetup;
  /** In the host, as it may use anything there. */
  readonly #token: (() => Promise<string>) | undefined;
  readonly #notice: (text: string) => void;
  readonly #openThread: OpenThread;
  readonly #calls = new Map<number, Call>();
  #worker: Worker | undefined;
  #last = 0;
  #closed = false;

  constructor(
    setup: WorkerSetup,
    token: (() => Promise<string>) | undefined,
    notice: (text: string) => void,
    openThread: OpenThread = (file, options) => new Worker(file, options),
  ) {
    this.#setup = setup;
    this.#token = token;
    this.#notice = notice;
    this.#openThread = openThread;
  }

  /**
   * Rejects as the task does; with `AmbiguousError` for a `send` whose thread ended before it answered. `body`s are copied: they stay
   * the caller's.
   */
  call<T extends TaskName>(
    task: T,
    args: Parameters<Tasks[T]>,
    deadlineMs: number,
    signal?: AbortSignal,
  ): Promise<Awaited<ReturnType<Tasks[T]>>> {
    if (this.#closed) return Promise.reject(closedError());
    let worker: Worker;
    try {
      worker = this.#open();
    } catch (cause) {
      // Where threads are not permitted.
      return Promise.reject(new RetryableError(`Kusto: its thread could not be started: ${cause}`, { cause }));
    }
    const id = ++this.#last;
    const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<Tasks[T]>>>();
    const stuck = setTimeout(
      () => this.#end(`its thread has not answered for ${deadlineMs + STUCK_MS} ms`),
      deadlineMs + STUCK_MS,
    );
    stuck.unref();
    const abort = (): void => this.#post({ abort: id });
    signal?.addEventListener('abort', abort, { once: true });
    this.#calls.set(id, { task, resolve, reject });
    // Whoever waits for a call keeps the process; an idle thread does not.
    worker.ref();
    this.#post({ call: id, task, args, deadlineMs });
    return promise.finally(() => {
      clearTimeout(stuck);
      signal?.removeEventListener('abort', abort);
    });
  }

  /** Idempotent. Calls under way end as if the thread had crashed. */
  async close(): Promise<void> {
    this.#closed = true;
    const worker = this.#worker;
    this.#end('the exporter was closed');
    await worker?.terminate();
  }

  #open(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    // From source in development, compiled in the package.
    const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';
    const { NODE_OPTIONS: _, ...env } = process.env;
    const worker = this.#openThread(new URL(file, import.meta.url), {
      name: 'otel-attribution kusto',
      workerData: this.#setup,
      // Neither the host's `--import` hooks nor its instrumentations: nothing of this is to be traced.
      execArgv: [],
      env,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    this.#worker = worker;
    worker.on('message', (message: FromWorker) => void this.#receive(worker, message));
    worker.on('error', (error) =>
      this.#end(`its thread failed: ${error instanceof Error ? error.message : error}`, worker),
    );
    worker.on('exit', () => this.#end('its thread ended', worker));
    // After the listeners, which would keep the process again.
    worker.unref();
    return worker;
  }

  #post(message: ToWorker): void {
    this.#worker?.postMessage(message, transferable(message));
  }

  async #receive(worker: Worker, message: FromWorker): Promise<void> {
    if (worker !== this.#worker) return;
    if ('notice' in message) return this.#notice(message.notice);
    if ('wantsToken' in message) {
      const token = message.wantsToken;
      try {
        this.#post({ token, value: await this.#token!() });
      } catch (error) {
        this.#post({ token, error: error instanceof Error ? error.message : String(error) });
      }
      return;
    }
    const call = this.#calls.get(message.call);
    if (call === undefined) return;
    this.#calls.delete(message.call);
    if (this.#calls.size === 0) worker.unref();
    if ('error' in message) call.reject(fromPlain(message.error));
    else call.resolve(message.value as never);
  }

  #end(why: string, worker = this.#worker): void {
    if (worker === undefined || worker !== this.#worker) return;
    this.#worker = undefined;
    void worker.terminate();
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const { task, reject } of calls) {
      reject(
        task === 'send'
          ? new AmbiguousError(`Kusto: ${why}; the part may have arrived.`)
          : new RetryableError(`Kusto: ${why}.`),
      );
    }
  }
}

export function closedError(): AttributionError {
  return new AttributionError('ATTR_USAGE', 'The kusto exporter is closed; make a new one to send more parts.');
}

function transferable(message: ToWorker): ArrayBuffer[] {
  if (!('call' in message) || message.task !== 'send') return [];
  const [parts] = message.args as Parameters<Tasks['send']>;
  return parts.map(({ body }) => body.buffer as ArrayBuffer);
}
