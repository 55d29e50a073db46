import type { Clock } from '../core/contracts/clock.ts';
import type { Timers } from '../core/contracts/timers.ts';

/** Share of a window, and milliseconds at most, by which a tick comes after the boundary: instances must not all write at once. */
const JITTER = 0.05;
const JITTER_MS = 3_000;

/** Calls `tick` shortly after each boundary of the clock, whatever the clock does meanwhile. Keeps no process alive. */
export class Ticker {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #everyMs: number;
  readonly #random: () => number;
  readonly #tick: () => void;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, timers: Timers, everyMs: number, random: () => number, tick: () => void) {
    this.#clock = clock;
    this.#timers = timers;
    this.#everyMs = everyMs;
    this.#random = random;
    this.#tick = tick;
  }

  start(): void {
    if (this.#cancel === undefined) this.#arm();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #arm(): void {
    const every = this.#everyMs;
    const jitter = this.#random() * Math.min(JITTER * every, JITTER_MS);
    // Taken anew each time, so that a stepped or slow clock cannot make the tick drift.
    const delay = every - (this.#clock.now() % every) + jitter;
    this.#cancel = this.#timers.after(delay, () => {
      this.#arm();
      this.#tick();
    });
  }
}
