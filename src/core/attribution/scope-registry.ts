/** The live scopes of a process in the order in which they were added, bounded. One that is added again goes to the end. */
import type { Scope } from './scope.ts';

export class ScopeRegistry {
  #oldest: Scope | undefined;
  #newest: Scope | undefined;
  #size = 0;
  readonly #max: number;
  readonly #evict: (scope: Scope) => void;

  /** `evict` is called with the oldest scope when there are more than `max`. */
  constructor(max: number, evict: (scope: Scope) => void) {
    this.#max = max;
    this.#evict = evict;
  }

  get size(): number {
    return this.#size;
  }

  add(scope: Scope): void {
    scope.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = scope;
    else this.#newest.newer = scope;
    this.#newest = scope;
    scope.registered = true;
    this.#size++;
    const oldest = this.#oldest;
    if (this.#size > this.#max && oldest !== undefined) {
      this.remove(oldest);
      this.#evict(oldest);
    }
  }

  remove(scope: Scope): void {
    if (!scope.registered) return;
    if (scope.older === undefined) this.#oldest = scope.newer;
    else scope.older.newer = scope.newer;
    if (scope.newer === undefined) this.#newest = scope.older;
    else scope.newer.older = scope.older;
    scope.older = undefined;
    scope.newer = undefined;
    scope.registered = false;
    this.#size--;
  }

  /** First added first. The current scope may be removed while iterating. */
  *[Symbol.iterator](): Generator<Scope> {
    let scope = this.#oldest;
    while (scope !== undefined) {
      const next: Scope | undefined = scope.newer;
      yield scope;
      scope = next;
    }
  }
}
