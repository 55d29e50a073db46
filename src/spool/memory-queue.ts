import type { Found, Missed, OutletQueue, QueuedPart, QueueState } from '../core/contracts/part-queue.ts';
import type { Part } from '../core/model.ts';
import { HeldPart } from './held-part.ts';
import type { MemoryShare } from './part-memory.ts';
import type { Quarantine } from './quarantine.ts';

const NOTHING: Found = { parts: [], givenUp: [] };

/** Parts of one outlet in memory, within the bound. At the bound it is the new part that is refused: what waits longest is needed first. */
export class MemoryQueue implements OutletQueue {
  readonly keeps = false;
  readonly location = undefined;
  readonly writeBehind = undefined;
  readonly #outlet: string;
  readonly #share: MemoryShare;
  readonly #quarantine: Quarantine;
  readonly #held = new Map<string, HeldPart>();

  constructor(outlet: string, share: MemoryShare, quarantine: Quarantine) {
    this.#outlet = outlet;
    this.#share = share;
    this.#quarantine = quarantine;
  }

  /** The part as the queue holds it; undefined at the bound. */
  accept(part: Part): HeldPart | undefined {
    const known = this.#held.get(part.id);
    if (known !== undefined) return known;
    if (!this.#share.tryHold(part)) return undefined;
    const held = new HeldPart(part);
    this.#held.set(part.id, held);
    return held;
  }

  async list(): Promise<Found> {
    return NOTHING;
  }

  async read(part: QueuedPart): Promise<Part | undefined> {
    return this.bodyOf(part);
  }

  rest(): void {}

  async mark(
    part: QueuedPart,
    state: QueueState,
    since: number | undefined,
    _powerSafe: boolean,
    missed?: Missed,
  ): Promise<boolean> {
    HeldPart.of(part).remember(state, since, missed);
    return true;
  }

  async remove(part: QueuedPart): Promise<void> {
    this.forget(part);
  }

  async setAside(part: QueuedPart, reason: string): Promise<'kept' | 'full'> {
    const body = this.bodyOf(part)!;
    return (await this.#quarantine.keep({ part: body, exporter: this.#outlet, reason })) ? 'kept' : 'full';
  }

  setAsideSync(part: QueuedPart, reason: string): 'kept' | 'full' {
    const body = this.bodyOf(part)!;
    return this.#quarantine.keepSync({ part: body, exporter: this.#outlet, reason }) ? 'kept' : 'full';
  }

  forget(part: QueuedPart): void {
    this.release(part);
    this.#held.delete(part.id);
  }

  bodyOf(part: QueuedPart): Part | undefined {
    return HeldPart.of(part).body;
  }

  /** Frees the memory of a body. */
  release(part: QueuedPart): void {
    const held = HeldPart.of(part);
    if (held.body === undefined) return;
    this.#share.release(held.body);
    held.body = undefined;
  }
}
