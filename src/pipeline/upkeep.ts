import type { OutletQueue } from '../core/contracts/part-queue.ts';
import type { Timers } from '../core/contracts/timers.ts';
import type { Outlet } from './outlet.ts';

/** From one round to the next, where no heartbeat asks for more. */
const ROUND_MS = 10_000;
/** Rounds from one look for parts that others left to the next. */
const LIST_EVERY = 3;
/** Parts put in the line in one turn of the event loop. */
const FOUND_PER_TURN = 1_000;

/**
 * The regular work on a queue that keeps parts beyond the process: the sign of life, the second try of failed writes, and the look for parts
 * that are nobody's, which the outlet then sends.
 */
export class Upkeep {
  readonly #queue: OutletQueue;
  readonly #outlet: Outlet;
  readonly #timers: Timers;
  #cancel: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;
  #round = 0;

  constructor(queue: OutletQueue, outlet: Outlet, timers: Timers) {
    this.#queue = queue;
    this.#outlet = outlet;
    this.#timers = timers;
  }

  /** Looks at once, then regularly. */
  start(): void {
    if (!this.#queue.keeps || this.#stopped) return;
    if (this.#cancel !== undefined || this.#running !== undefined) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      if (this.#stopped) return;
      this.#cancel = this.#timers.after(this.#queue.takeover?.heartbeatMs ?? ROUND_MS, () => {
        this.#cancel = undefined;
        this.start();
      });
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  /** At the end, once stopped: others may take over at once. Never rejects: what is not given up turns stale by itself. */
  async leave(): Promise<void> {
    try {
      await this.#running;
      await this.#queue.takeover?.leave();
    } catch (error) {
      this.#outlet.upkeepFailed(error);
    }
  }

  /** The same in the last turn of a process, which may go on after all. */
  leaveSync(): void {
    try {
      this.#queue.takeover?.leaveSync();
    } catch (error) {
      this.#outlet.upkeepFailed(error);
    }
  }

  async #run(): Promise<void> {
    const outlet = this.#outlet;
    try {
      for (const instance of (await this.#queue.takeover?.beat()) ?? []) outlet.takenOver(instance);
      await outlet.storeUnsaved();
      if (this.#round++ % LIST_EVERY !== 0 || outlet.room <= 0) return;
      const { parts, givenUp } = await this.#queue.list(outlet.isKnown, outlet.room);
      for (const instance of givenUp) outlet.takenOver(instance);
      for (const [i, part] of parts.entries()) {
        if (i % FOUND_PER_TURN === FOUND_PER_TURN - 1) await new Promise((resolve) => setImmediate(resolve));
        if (this.#stopped) return;
        outlet.found(part);
      }
    } catch (error) {
      outlet.upkeepFailed(error);
    }
  }
}
