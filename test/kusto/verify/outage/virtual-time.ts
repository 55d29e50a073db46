/** Time that passes when it is told to: a pipeline's clock and timers. Real I/O goes on in between. */
import type { Timers } from '../../../../src/core/contracts/timers.ts';

interface Due {
  readonly at: number;
  readonly fn: () => void;
}

export class VirtualTime implements Timers {
  readonly #epoch: number;
  readonly #due = new Set<Due>();
  #elapsed = 0;

  /** `epoch`: the wall clock at the beginning, in milliseconds. */
  constructor(epoch: number) {
    this.#epoch = epoch;
  }

  now(): number {
    return this.#elapsed;
  }

  /** Milliseconds since the Unix epoch. */
  wall(): number {
    return this.#epoch + this.#elapsed;
  }

  after(ms: number, fn: () => void): () => void {
    const due = { at: this.#elapsed + Math.max(0, ms), fn };
    this.#due.add(due);
    return () => void this.#due.delete(due);
  }

  /** Lets `ms` pass, timer by timer in order; `quiet` is awaited after each, so that what it began has its real time. */
  async pass(ms: number, quiet: () => Promise<void>): Promise<void> {
    const end = this.#elapsed + ms;
    for (;;) {
      let next: Due | undefined;
      for (const due of this.#due) if (due.at <= end && (next === undefined || due.at < next.at)) next = due;
      if (next === undefined) break;
      this.#due.delete(next);
      this.#elapsed = Math.max(this.#elapsed, next.at);
      next.fn();
      await quiet();
    }
    this.#elapsed = end;
    await quiet();
  }
}
