import { RetryableError } from '../../core/errors.ts';
import { clock, within } from './deadline.ts';

/** As the service recommends for what it tells about itself. */
const RENEW_MS = 3_600_000;
/** After an answer that was of no use, or whose renewal failed, the service is asked again this much later at the earliest. */
export const ASK_AGAIN_MS = 30_000;

/** What the service told, or what its answer lacks. */
export type Told<T> = { readonly value: T } | { readonly lacks: string };

export interface KeptOptions<T> {
  readonly ask: () => Promise<Told<T>>;
  /** In milliseconds. Default `clock`: it goes on while a computer sleeps, as keys end meanwhile, and never back. */
  readonly now?: () => number;
  /** Default `ASK_AGAIN_MS`. */
  readonly askAgainMs?: number | undefined;
}

/**
 * An answer of the service that is used many times: asked for once for all who wait, renewed in time, and as soon as it is in doubt. Where no
 * new one can be had, the old one is better than none.
 */
export class Kept<T> {
  readonly #ask: () => Promise<Told<T>>;
  readonly #now: () => number;
  readonly #askAgainMs: number;
  #value: T | undefined;
  #lacks = '';
  #renewAt = 0;
  #notBefore = 0;
  #asking: Promise<T> | undefined;

  constructor({ ask, now = clock, askAgainMs = ASK_AGAIN_MS }: KeptOptions<T>) {
    this.#ask = ask;
    this.#now = now;
    this.#askAgainMs = askAgainMs;
  }

  /**
   * Waits for a first answer until `deadline` (`clock()`), for a newer one half of that time.
   * @throws RetryableError, DeadlineError, or as `ask` does
   */
  async get(deadline: number, signal: AbortSignal): Promise<T> {
    const value = this.#value;
    const now = this.#now();
    const wait = now < this.#notBefore;
    const left = deadline - clock();
    if (value === undefined) {
      if (wait) throw this.#empty(this.#notBefore - now);
      return within(left, signal, () => this.#answer());
    }
    if (wait || now < this.#renewAt) return value;
    try {
      return await within(left / 2, signal, () => this.#answer());
    } catch (error) {
      if (signal.aborted) throw error;
      return value;
    }
  }

  /** What `get` gave does not work: the next `get` asks for another, if the last answer is not too recent. */
  doubt(value: T): void {
    if (value === this.#value) this.#renewAt = 0;
  }

  /** One question at a time. */
  #answer(): Promise<T> {
    this.#asking ??= this.#newAnswer().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #newAnswer(): Promise<T> {
    let told: Told<T>;
    try {
      told = await this.#ask();
    } catch (error) {
      // With nothing to work with, every attempt asks: the pause between them is the caller's.
      if (this.#value !== undefined) this.#notBefore = this.#now() + this.#askAgainMs;
      throw error;
    }
    this.#notBefore = this.#now() + this.#askAgainMs;
    if ('lacks' in told) {
      this.#lacks = told.lacks;
      throw this.#empty(this.#askAgainMs);
    }
    this.#value = told.value;
    this.#renewAt = this.#now() + RENEW_MS;
    return told.value;
  }

  #empty(waitMs: number): RetryableError {
    return new RetryableError(
      `Kusto: the service names no ${this.#lacks}, as it does while it starts or is updated. It is asked again in ${Math.ceil(waitMs / 1_000)} s.`,
      { retryAfterMs: waitMs },
    );
  }
}
