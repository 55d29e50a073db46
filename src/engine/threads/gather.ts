import { type BroadcastChannel, type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads';
import { announceGathering, askChannel, type FromThread, partsChannel, sendOn, type Waiting } from './channels.ts';

/** How long the end of the process waits for threads that are in the middle of a long turn. The others answer at once. */
const ANSWER_MS = 200;
const LOOK_MS = 1;

/** Takes what the worker threads of this process hand over. */
export class Gathering {
  readonly #take: (body: Uint8Array) => void;
  readonly #waiting: Waiting = announceGathering();
  readonly #channel: BroadcastChannel = partsChannel();
  /** Those that hand over. */
  readonly #threads = new Set<number>();
  #closed = false;
  #asked = 0;
  /** Those that have not answered the latest question. */
  #silent = new Set<number>();

  readonly #watch = (worker: Worker): void => {
    const thread = worker.threadId;
    worker.once('exit', () => {
      if (!this.#closed) this.#drain();
      this.#forget(thread);
    });
  };

  /** `take` never throws. */
  constructor(take: (body: Uint8Array) => void) {
    this.#take = take;
    this.#channel.onmessage = (event: unknown) => this.#receive((event as { data: FromThread }).data);
    this.#channel.unref();
    process.on('worker', this.#watch);
  }

  /** Asks all threads for what they have, and waits a short while for those that are not busy. Never rejects. */
  async collect(last: boolean): Promise<void> {
    this.#drain();
    this.#ask(last);
    const until = performance.now() + ANSWER_MS;
    while (this.#silent.size > 0 && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      this.#drain();
    }
  }

  /** The same in this turn, for the end of the process. */
  collectSync(): void {
    if (this.#closed) return;
    this.#drain();
    this.#ask(true);
    const clock = new Int32Array(new SharedArrayBuffer(4));
    const until = performance.now() + ANSWER_MS;
    while (this.#silent.size > 0 && performance.now() < until) {
      Atomics.wait(clock, 0, 0, LOOK_MS);
      this.#drain();
    }
  }

  /** Nobody takes anything any more. */
  close(): void {
    this.#closed = true;
    process.removeListener('worker', this.#watch);
    this.#channel.close();
  }

  /** Takes what is there. */
  #drain(): void {
    // It takes both kinds; the types know one.
    const port = this.#channel as unknown as MessagePort;
    for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port)) {
      this.#receive(got.message as FromThread);
    }
  }

  #ask(last: boolean): void {
    this.#silent = new Set(this.#threads);
    if (this.#silent.size > 0) sendOn(askChannel(), { ask: ++this.#asked, last });
  }

  #receive(message: FromThread): void {
    const { thread } = message;
    if ('body' in message) {
      Atomics.sub(this.#waiting, 0, 1);
      this.#take(message.body);
    } else if ('began' in message) this.#threads.add(thread);
    else if ('ended' in message) this.#forget(thread);
    else if (message.answers === this.#asked) this.#silent.delete(thread);
  }

  #forget(thread: number): void {
    this.#threads.delete(thread);
    this.#silent.delete(thread);
  }
}
