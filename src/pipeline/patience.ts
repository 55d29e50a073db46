import type { Timers } from '../core/contracts/timers.ts';
import { RetryableError } from '../core/errors.ts';
import { backoffMs, type DeliveryOptions } from './backoff.ts';

/** When the next attempt may begin: backoff with jitter after failures in a row, and what the destination asked for. */
export class Patience {
  readonly #options: DeliveryOptions;
  readonly #timers: Timers;
  readonly #random: () => number;
  /** Failed attempts in a row. */
  failures = 0;
  /** Until when the destination asked to wait, in monotonic milliseconds. */
  retryAfter = 0;
  #notBefore = 0;

  constructor(options: DeliveryOptions, timers: Timers, random: () => number) {
    this.#options = options;
    this.#timers = timers;
    this.#random = random;
  }

  /** Milliseconds until an attempt may begin; ≤ 0 for now. */
  get waitMs(): number {
    return this.#notBefore - this.#timers.now();
  }

  /** No more waiting than the destination asked for. */
  cutShort(): void {
    this.#notBefore = this.retryAfter;
  }

  succeeded(): void {
    this.failures = 0;
  }

  failed(error: unknown): void {
    this.failures++;
    const now = this.#timers.now();
    const asked = error instanceof RetryableError ? (error.retryAfterMs ?? 0) : 0;
    if (asked > 0) this.retryAfter = now + Math.min(asked, this.#options.retryAfterMaxMs);
    this.#notBefore = Math.max(this.retryAfter, now + backoffMs(this.failures, this.#random(), this.#options));
  }
}
