import type { Accounts } from '../core/accounts.ts';
import type { SealedPart } from '../core/aggregate/seal.ts';
import type { Timers } from '../core/contracts/timers.ts';
import type { Logger } from '../core/logger.ts';
import type { Part } from '../core/model.ts';
import { encodePart, encodePartSync } from '../parts/part-codec.ts';
import type { Distributor } from './distributor.ts';
import { message } from './error-text.ts';
import type { Patience } from './patience.ts';
import type { RecentParts } from './recent-parts.ts';
import type { Rotated } from './rotation.ts';

/** How long sealing may hold the event loop before others get their turn, in milliseconds. */
const TURN_MS = 2;

const CLOSED = 'nobody takes them any more';

interface Job extends Rotated {
  /** Sealed, and not yet stored. */
  parts: Part[];
  released: boolean;
}

export interface SealerOptions {
  readonly distributor: Distributor;
  readonly timers: Timers;
  /** When to try again to store what was refused. */
  readonly patience: Patience;
  readonly accounts: Accounts;
  /** Gets each part as well. */
  readonly recent: RecentParts;
  readonly logger: Logger;
}

/**
 * Turns frozen tables into parts, oldest first, in turns of about two milliseconds, compresses them off the main thread, and has them
 * stored: a rotation with a note as a whole, one without part by part, as soon as each is sealed. What is refused is kept and tried again,
 * and nothing overtakes it. `finishSync` may take over at any moment (`exit` in the middle of a rotation): no part is lost, doubled or numbered
 * twice.
 */
export class Sealer {
  readonly #jobs: Job[] = [];
  readonly #options: SealerOptions;
  /** Sealed, and being compressed. */
  #encoding: SealedPart | undefined;
  #running: Promise<void> | undefined;
  #refused = false;
  #stopped = false;
  #wake: (() => void) | undefined;

  constructor(options: SealerOptions) {
    this.#options = options;
  }

  /** Frozen tables not yet fully sealed and stored. */
  get backlog(): number {
    return this.#jobs.length;
  }

  /** The parts of a rotation could not be stored yet: the next swap waits. */
  get refused(): boolean {
    return this.#refused;
  }

  push(rotated: Rotated): void {
    this.#jobs.push({ ...rotated, parts: [], released: false });
    this.#running ??= this.#run();
  }

  /** Tries again now to store what was refused. */
  kick(): void {
    this.#wake?.();
  }

  /** Resolves when everything pushed so far is sealed and stored. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /**
   * Once nobody takes parts any more: a rotation with a note is not stored now, as its note would say that its parts are safe. It is left to
   * who noted what it was made of.
   */
  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  /** Never throws. */
  finishSync(): void {
    const encoding = this.#encoding;
    this.#encoding = undefined;
    for (const [i, job] of this.#jobs.splice(0).entries()) {
      try {
        // What is being compressed is of the first.
        if (i === 0 && encoding !== undefined) this.#add(job, encodePartSync(encoding));
        for (let step = job.steps.next(); !step.done; step = job.steps.next()) {
          if (step.value !== undefined) this.#add(job, encodePartSync(step.value));
        }
      } catch (error) {
        this.#lost(error);
      }
      this.#storeSync(job);
      release(job);
    }
    this.#wake?.();
  }

  async #run(): Promise<void> {
    // The swap itself stays cheap: sealing begins in a later turn.
    await nextTurn();
    for (let job = this.#jobs[0]; job !== undefined; job = this.#jobs[0]) {
      try {
        await this.#seal(job);
      } catch (error) {
        this.#encoding = undefined;
        this.#lost(error);
      }
      // From here on its parts stand for the table.
      release(job);
      await this.#store(job);
      if (this.#jobs[0] === job) this.#jobs.shift();
    }
    this.#running = undefined;
  }

  async #seal(job: Job): Promise<void> {
    let turnEnd = performance.now() + TURN_MS;
    for (let step = job.steps.next(); !step.done; step = job.steps.next()) {
      const sealed = step.value;
      if (sealed !== undefined) {
        this.#encoding = sealed;
        await nextTurn();
        const part = await encodePart(sealed);
        // Not ours any more if finishSync took it meanwhile.
        if (this.#encoding !== sealed) return;
        this.#encoding = undefined;
        this.#add(job, part);
        if (job.note === undefined) await this.#store(job);
      } else if (performance.now() < turnEnd) {
        continue;
      }
      await nextTurn();
      turnEnd = performance.now() + TURN_MS;
    }
  }

  #add(job: Job, part: Part): void {
    const { accounts, recent } = this.#options;
    job.parts.push(part);
    accounts.count('attribution.part.sealed');
    recent.add(part);
  }

  #lost(error: unknown): void {
    const { accounts, logger } = this.#options;
    accounts.count('attribution.part.dropped', 'seal_failed');
    logger.error(`Sealing a part failed, its rows are lost: ${error instanceof Error ? error.stack : error}`);
  }

  #storeSync(job: Job): void {
    const { parts, note } = job;
    job.parts = [];
    if (parts.length === 0) return;
    const { distributor, accounts, logger } = this.#options;
    try {
      if (this.#isLeft(job)) this.#leave(parts, CLOSED);
      else distributor.storeSync(parts, note);
    } catch (error) {
      if (note !== undefined) {
        this.#leave(parts, message(error));
        return;
      }
      accounts.count('attribution.part.dropped', 'unstorable', parts.length);
      logger.error(
        `${parts.length} parts could not be stored before the process ended and are lost: ${message(error)}`,
      );
    }
  }

  #isLeft({ note }: Job): boolean {
    return this.#stopped && note !== undefined;
  }

  #leave(parts: readonly Part[], why: string): void {
    const { logger } = this.#options;
    logger.warn(`${parts.length} parts are not stored, and made again of what was noted: ${why}`);
  }

  /** Until they are stored, or finishSync takes them. */
  async #store(job: Job): Promise<void> {
    const { distributor, patience, logger } = this.#options;
    while (job.parts.length > 0) {
      if (this.#isLeft(job)) {
        this.#leave(job.parts, CLOSED);
        job.parts = [];
        break;
      }
      const { parts } = job;
      try {
        await distributor.store(parts, job.note);
        // Theirs from here on: finishSync has them no more.
        if (job.parts === parts) job.parts = [];
        patience.succeeded();
        await distributor.relief();
      } catch (error) {
        if (patience.failures === 0)
          logger.warn(`Parts cannot be stored and are kept until they can: ${message(error)}`);
        patience.failed(error);
        this.#refused = true;
        if (job.parts === parts) await this.#pause(patience.waitMs);
      }
    }
    this.#refused = false;
  }

  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.timers.after(ms, resolve);
    this.#wake = resolve;
    await promise;
    this.#wake = undefined;
    cancel();
  }
}

function release(job: Job): void {
  if (job.released) return;
  job.released = true;
  job.frozen.release();
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
