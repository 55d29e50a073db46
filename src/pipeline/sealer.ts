import type { FrozenTable } from '../core/aggregate/frozen-table.ts';
import type { SealedPart } from '../core/aggregate/seal.ts';
import type { Part } from '../core/model.ts';
import { encodePart, encodePartSync } from '../parts/part-codec.ts';

/** How long sealing may hold the event loop before others get their turn, in milliseconds. */
const TURN_MS = 2;

interface Job {
  readonly frozen: FrozenTable;
  readonly steps: Iterator<SealedPart | undefined>;
  released: boolean;
}

/**
 * Turns frozen tables into parts, oldest first, in turns of about two milliseconds; compression runs off the main thread. `finishSync`
 * may take over at any moment (`exit` in the middle of a rotation): no part is lost, doubled or numbered twice.
 */
export class Sealer {
  readonly #jobs: Job[] = [];
  readonly #emit: (part: Part) => Promise<void> | undefined;
  readonly #failed: (error: unknown) => void;
  /** Sealed, and being compressed. */
  #encoding: SealedPart | undefined;
  #running: Promise<void> | undefined;

  /** `emit` takes each part; the promise it may return is awaited before the next (back pressure). */
  constructor(emit: (part: Part) => Promise<void> | undefined, failed: (error: unknown) => void) {
    this.#emit = emit;
    this.#failed = failed;
  }

  /** Frozen tables not yet fully sealed. */
  get backlog(): number {
    return this.#jobs.length;
  }

  push(frozen: FrozenTable, steps: Iterator<SealedPart | undefined>): void {
    this.#jobs.push({ frozen, steps, released: false });
    this.#running ??= this.#run();
  }

  /** Resolves when everything pushed so far is sealed and emitted. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  finishSync(): void {
    const encoding = this.#encoding;
    this.#encoding = undefined;
    if (encoding !== undefined) void this.#emit(encodePartSync(encoding));
    for (const job of this.#jobs.splice(0)) {
      try {
        for (let step = job.steps.next(); !step.done; step = job.steps.next()) {
          if (step.value !== undefined) void this.#emit(encodePartSync(step.value));
        }
      } catch (error) {
        this.#failed(error);
      }
      release(job);
    }
  }

  async #run(): Promise<void> {
    // The swap itself stays cheap: sealing begins in a later turn.
    await nextTurn();
    for (let job = this.#jobs[0]; job !== undefined; job = this.#jobs[0]) {
      try {
        await this.#sealJob(job);
      } catch (error) {
        this.#encoding = undefined;
        this.#failed(error);
      }
      release(job);
      if (this.#jobs[0] === job) this.#jobs.shift();
    }
    this.#running = undefined;
  }

  async #sealJob(job: Job): Promise<void> {
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
        await this.#emit(part);
      } else if (performance.now() < turnEnd) {
        continue;
      }
      await nextTurn();
      turnEnd = performance.now() + TURN_MS;
    }
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
