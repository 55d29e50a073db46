import type { Clock } from '../core/clock.ts';

/** Share of a window, and milliseconds at most, by which a tick comes after the boundary: instances must not all write at once. */
const JITTER = 0.05;
const JITTER_MS = 3_000;

/** Calls `tick` shortly after each boundary of the clock, whatever the clock does meanwhile. `unref`ed. */
export class Ticker {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #random: () => number;
  readonly #tick: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: Clock, everyMs: number, random: () => number, tick: () => void) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#random = random;
    this.#tick = tick;
  }

  start(): void {
    if (this.#timer === undefined) this.#arm();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    const every = this.#everyMs;
    const jitter = this.#random() * Math.min(JITTER * every, JITTER_MS);
    // Taken anew each time, so that a stepped or slow clock cannot make the tick drift.
    const delay = every - (this.#clock.now() % every) + jitter;
    this.#timer = setTimeout(() => {
      this.#arm();
      this.#tick();
    }, delay).unref();
  }
}
