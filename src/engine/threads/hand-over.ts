import { type BroadcastChannel, threadId } from 'node:worker_threads';
import type { Exporter, ExportOutcome } from '../../core/contracts/exporter.ts';
import { RetryableError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Part } from '../../core/model.ts';
import { askChannel, gatheredBy, partsChannel, type Question, sendOn, type Waiting } from './channels.ts';

/** How long measurements stay in a worker at the most: what `terminate` can cost. */
const EVERY_MS = 250;
/** A table of more rows is sealed in small turns instead of in one. */
const AT_ONCE_ROWS = 2_000;
/** Parts remembered as handed over: the end of a thread may come between the handing and the news of it. */
const REMEMBERED = 1_000;

/** What a thread hands over, and when. */
export interface ThreadWork {
  readonly table: { readonly size: number };
  /** Seals and hands over in this turn what belongs to an origin already. */
  handOver(): void;
  rotate(): void;
  /** The same with what is still open: the end. */
  flushSync(): void;
}

/** The only outlet of a worker thread: its main thread. */
export class HandOver implements Exporter {
  readonly name = 'main-thread';
  readonly supports = { idempotent: true, confirm: false, sync: true } as const;
  readonly #waiting: Waiting;
  readonly #handed = new Set<string>();

  constructor(waiting: Waiting) {
    this.#waiting = waiting;
  }

  /** Refused while the main thread does not come round to taking what it has. */
  async export(part: Part): Promise<ExportOutcome> {
    if (this.#isFull()) {
      throw new RetryableError('The main thread is busy and has not taken the parts before this one.');
    }
    this.exportSync(part);
    return 'delivered';
  }

  exportSync({ id, body }: Part): void {
    if (this.#handed.has(id)) return;
    this.#handed.add(id);
    if (this.#handed.size > REMEMBERED) this.#handed.delete(this.#handed.values().next().value!);
    Atomics.add(this.#waiting, 0, 1);
    sendOn(partsChannel(), { thread: threadId, body });
  }

  #isFull(): boolean {
    return Atomics.load(this.#waiting, 0) >= limits.threadParts;
  }

  async close(): Promise<void> {}

  /** Hands over from now on, on its own and when it is asked; keeps no thread alive. */
  begin(work: ThreadWork): void {
    setInterval(() => {
      // Until there is room it sums up here: a sum does not grow with what is added to it, a row of parts does.
      if (this.#isFull()) return;
      const { size } = work.table;
      if (size > AT_ONCE_ROWS) work.rotate();
      else if (size > 0) work.handOver();
    }, EVERY_MS).unref();
    const questions: BroadcastChannel = askChannel();
    questions.onmessage = (event: unknown) => {
      const { ask, last } = (event as { data: Question }).data;
      if (last) work.flushSync();
      else work.handOver();
      sendOn(partsChannel(), { thread: threadId, answers: ask });
    };
    questions.unref();
    sendOn(partsChannel(), { thread: threadId, began: true });
    process.on('exit', () => {
      work.flushSync();
      sendOn(partsChannel(), { thread: threadId, ended: true });
    });
  }
}

/** Undefined in a thread that has outlets of its own. */
export function handOverToMain(): HandOver | undefined {
  const waiting = gatheredBy();
  return waiting === undefined ? undefined : new HandOver(waiting);
}
