/**
 * Time that passes when it is told to: the clock and the timers of a pipeline, of the service, and (in memory that they share) of the
 * exporter's threads. Real I/O goes on in between, at whatever speed the machine has.
 */
import type { Timers } from '../../../../src/core/contracts/timers.ts';

interface Due {
  readonly at: number;
  readonly fn: () => void;
}

export class VirtualTime implements Timers {
  readonly #epoch: number;
  readonly #due = new Set<Due>();
  /** Milliseconds that passed, and by how much the wall clock went on without the monotonic one. Threads read it. */
  readonly cells = new Float64Array(new SharedArrayBuffer(16));

  /** `epoch`: the wall clock at the beginning, in milliseconds. */
  constructor(epoch: number) {
    this.#epoch = epoch;
    this.cells[1] = epoch;
  }

  now(): number {
    return this.cells[0]!;
  }

  /** Milliseconds since the Unix epoch. */
  wall(): number {
    return this.cells[0]! + this.cells[1]!;
  }

  /** The machine sleeps: the wall clock goes on, and nothing that measures time notices. */
  sleep(ms: number): void {
    this.cells[1]! += ms;
  }

  /** For how long machines have slept. */
  get slept(): number {
    return this.cells[1]! - this.#epoch;
  }

  after(ms: number, fn: () => void): () => void {
    const due = { at: this.now() + Math.max(0, ms), fn };
    this.#due.add(due);
    return () => void this.#due.delete(due);
  }

  /** When the next timer is due; Infinity when there is none. */
  get nextAt(): number {
    let at = Number.POSITIVE_INFINITY;
    for (const due of this.#due) at = Math.min(at, due.at);
    return at;
  }

  /** Lets time pass until `at`, and calls the timers that are due by then, in order. */
  moveTo(at: number): void {
    for (;;) {
      let next: Due | undefined;
      for (const due of this.#due) if (due.at <= at && (next === undefined || due.at < next.at)) next = due;
      if (next === undefined) break;
      this.#due.delete(next);
      this.cells[0] = Math.max(this.now(), next.at);
      next.fn();
    }
    this.cells[0] = Math.max(this.now(), at);
  }
}
