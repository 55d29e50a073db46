/**
 * Calls to each target in all since the start, whatever has become of them since: what a target's own counters are compared
 * with. They are counted when a scope is committed, once for each of its sums; what open scopes hold is added when somebody asks.
 */
import type { Measure } from '../aggregate/dictionary.ts';
import { limits } from '../limits.ts';
import type { PendingSums } from './pending-sums.ts';
import type { Scope } from './scope.ts';

/** The event of which there is one per call; others of the same span are no further calls. */
const CALL = 'db.client.operation.duration';

export interface CallsTold {
  /** By target. */
  readonly calls: Readonly<Record<string, number>>;
  /** Those that have ended, and may yet turn out to be the same as another. */
  readonly inDoubt: Readonly<Record<string, number>>;
}

export class TargetCalls {
  readonly #cells = new Map<string, { n: number }>();
  readonly #most: number;
  readonly #onFull: () => void;

  /** `onFull` hears of each target beyond `most`: its calls are told nowhere. */
  constructor(onFull: () => void, most: number = limits.countedTargets) {
    this.#onFull = onFull;
    this.#most = most;
  }

  add(measure: Measure, count: number): void {
    measure.calls ??= this.#cellOf(measure);
    measure.calls.n += count;
  }

  tell(scopes: Iterable<Scope>): CallsTold {
    const calls = new Map([...this.#cells].map(([target, { n }]) => [target, n]));
    const inDoubt = new Map<string, number>();
    for (const { pending, undecided, waiting } of scopes) {
      addCalls(pending, calls);
      for (const { sums } of undecided ?? []) addCalls(sums, inDoubt);
      for (const { below } of waiting ?? []) if (below?.own !== undefined) addCalls(below.own.sums, inDoubt);
    }
    return { calls: Object.fromEntries(calls), inDoubt: Object.fromEntries(inDoubt) };
  }

  #cellOf({ target, event }: Measure): { n: number } {
    const known = event === CALL ? this.#cells.get(target) : undefined;
    const cell = known ?? { n: 0 };
    if (event !== CALL || known !== undefined) return cell;
    if (this.#cells.size < this.#most) this.#cells.set(target, cell);
    else this.#onFull();
    return cell;
  }
}

function addCalls(sums: PendingSums, to: Map<string, number>): void {
  for (const { measure, count } of sums) {
    if (measure.event === CALL) to.set(measure.target, (to.get(measure.target) ?? 0) + count);
  }
}
