import type { Part } from '../core/model.ts';

/** The compressed parts of the last minutes, for the table at exit: no store is needed to print it. */
export class RecentParts {
  readonly #parts: Part[] = [];
  readonly #maxBytes: number;
  readonly #keepMs: number;
  #bytes = 0;

  constructor(maxBytes: number, keepMs: number) {
    this.#maxBytes = maxBytes;
    this.#keepMs = keepMs;
  }

  add(part: Part): void {
    this.#parts.push(part);
    this.#bytes += part.body.length;
    const oldest = part.sealedAt - this.#keepMs;
    while (this.#parts.length > 0 && (this.#bytes > this.#maxBytes || this.#parts[0]!.sealedAt < oldest)) {
      this.#bytes -= this.#parts.shift()!.body.length;
    }
  }

  /** Parts sealed at or after `sinceMs` (milliseconds since the epoch), oldest first. */
  since(sinceMs: number): Part[] {
    return this.#parts.filter((part) => part.sealedAt >= sinceMs);
  }
}
