import type { Part } from '../core/model.ts';

/**
 * Bytes of all parts that wait in memory, each counted once however many exporters hold it. The last eighth is kept for
 * exporters with a small backlog of their own, so that a dead destination cannot starve the others.
 */
export class PartMemory {
  readonly #holders = new Map<string, number>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get maxBytes(): number {
    return this.#maxBytes;
  }

  /** False when there is no room. `ownBytes`: what this holder has waiting already. */
  tryHold(part: Part, ownBytes: number): boolean {
    const holders = this.#holders.get(part.id) ?? 0;
    const size = part.body.length;
    const reserve = this.#maxBytes / 8;
    const bound = ownBytes + size <= reserve ? this.#maxBytes : this.#maxBytes - reserve;
    if ((holders === 0 ? this.#bytes + size : this.#bytes) > bound || ownBytes + size > bound) return false;
    if (holders === 0) this.#bytes += size;
    this.#holders.set(part.id, holders + 1);
    return true;
  }

  release(part: Part): void {
    const holders = this.#holders.get(part.id);
    if (holders === undefined) return;
    if (holders > 1) {
      this.#holders.set(part.id, holders - 1);
      return;
    }
    this.#holders.delete(part.id);
    this.#bytes -= part.body.length;
  }
}

/** What one outlet holds of it. */
export class MemoryShare {
  readonly #memory: PartMemory;
  #ownBytes = 0;

  constructor(memory: PartMemory) {
    this.#memory = memory;
  }

  get maxBytes(): number {
    return this.#memory.maxBytes;
  }

  tryHold(part: Part): boolean {
    if (!this.#memory.tryHold(part, this.#ownBytes)) return false;
    this.#ownBytes += part.body.length;
    return true;
  }

  release(part: Part): void {
    this.#ownBytes -= part.body.length;
    this.#memory.release(part);
  }
}
