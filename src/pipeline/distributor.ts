import type { PartQueue } from '../core/contracts/part-queue.ts';
import type { Timers } from '../core/contracts/timers.ts';
import type { Part } from '../core/model.ts';
import { within } from './deadline.ts';
import type { OutletGroup } from './outlet-group.ts';

/** Share of the queue's memory in use at which sealing waits for delivery, and how long at most. */
const PRESSURE = 0.5;
const PRESSURE_MS = 1_000;

/** Brings sealed parts to the queue, and what the queue took to the outlets. */
export class Distributor {
  readonly #queue: PartQueue;
  readonly #outlets: OutletGroup;
  readonly #timers: Timers;
  readonly #runUntraced: <T>(fn: () => T) => T;

  constructor(
    queue: PartQueue,
    outlets: OutletGroup,
    context: { readonly timers: Timers; readonly runUntraced: <T>(fn: () => T) => T },
  ) {
    this.#queue = queue;
    this.#outlets = outlets;
    this.#timers = context.timers;
    this.#runUntraced = context.runUntraced;
  }

  /** Rejects when the queue took nothing: the same parts may be brought again. */
  async store(parts: readonly Part[], note: unknown): Promise<void> {
    const { open } = this.#outlets;
    const results = await this.#runUntraced(() => this.#queue.putAll(parts, open, note));
    this.#outlets.offer(results, open, parts.length);
  }

  /** Lets exporters catch up before more is sealed, where memory is short. */
  async relief(): Promise<void> {
    if (this.#queue.pressure >= PRESSURE) await within(PRESSURE_MS, this.#outlets.caughtUp(), this.#timers);
  }

  /** In this turn, for the end of a process. Throws when the queue took nothing, or cannot do that. */
  storeSync(parts: readonly Part[], note: unknown): void {
    const { open } = this.#outlets;
    const queue = this.#queue;
    if (queue.putSync === undefined) throw new Error('the queue takes nothing in the last turn');
    const results = this.#runUntraced(() => queue.putSync!(parts, open, note));
    this.#outlets.offer(results, open, parts.length);
  }
}
