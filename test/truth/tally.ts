/** Operations per target and cause, as servers and drivers saw them. */
import type { Cause } from './token.ts';

export interface Count {
  readonly target: string;
  readonly cause: Cause;
  readonly operations: number;
}

export class Tally {
  readonly #counts = new Map<string, { target: string; cause: Cause; operations: number }>();

  add(target: string, cause: Cause, operations = 1): void {
    const key = JSON.stringify([target, cause.service, cause.originService, cause.origin]);
    const known = this.#counts.get(key);
    if (known === undefined) this.#counts.set(key, { target, cause, operations });
    else known.operations += operations;
  }

  counts(): readonly Count[] {
    return [...this.#counts.values()];
  }
}
