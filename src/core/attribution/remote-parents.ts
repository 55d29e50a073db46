/** Origins of remote spans whose context was extracted here, so that a link to one of them finds its origin. Bounded. */
import type { CarriedOrigin } from './carried.ts';
import type { SpanLink } from './span-view.ts';

export class RemoteParents {
  readonly #origins = new Map<string, CarriedOrigin>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#origins.size;
  }

  remember(remote: SpanLink, origin: CarriedOrigin): void {
    if (this.#origins.size >= this.#max) {
      const oldest = this.#origins.keys().next().value;
      if (oldest !== undefined) this.#origins.delete(oldest);
    }
    // Both ids are fixed-length hex, so joining them is unambiguous.
    this.#origins.set(remote.traceId + remote.spanId, origin);
  }

  originOf(remote: SpanLink): CarriedOrigin | undefined {
    return this.#origins.get(remote.traceId + remote.spanId);
  }
}
