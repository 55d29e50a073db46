/** Moves the sums of a scope into the sum table, under its origin. */
import type { Accounts } from '../accounts.ts';
import type { Dictionary } from '../aggregate/dictionary.ts';
import type { SumTable } from '../aggregate/sum-table.ts';
import { mergeAttributes } from '../attributes.ts';
import { limits } from '../limits.ts';
import { DETACHED_ORIGIN, type NamedOrigin } from './named-origin.ts';
import type { Scope } from './scope.ts';
import { TargetCalls } from './target-calls.ts';

export interface CommitterOptions {
  readonly dictionary: Dictionary;
  readonly table: SumTable;
  readonly accounts: Accounts;
  /** The table is full: seal it now, at no loss. */
  readonly rotate: () => void;
}

export class Committer {
  readonly calls: TargetCalls;
  readonly #o: CommitterOptions;

  constructor(options: CommitterOptions) {
    this.#o = options;
    this.calls = new TargetCalls(() => options.accounts.count('attribution.limit.reached', 'counted_targets'));
  }

  /** `origin` serves all sums that have no name of their own; its attributes are those of the whole scope. */
  commit(scope: Scope, origin: NamedOrigin): void {
    const { dictionary, table, accounts } = this.#o;
    for (const sum of scope.pending.drain()) {
      this.calls.add(sum.measure, sum.count);
      const by = sum.named ?? origin;
      // What the request was about (its tenant, say) is not what a timer is about that it left behind.
      const ofScope =
        by === DETACHED_ORIGIN ? by.attributes : mergeAttributes(origin.attributes, by.attributes, limits);
      const key = dictionary.origin(
        scope.service,
        by.originService || scope.service,
        by.origin,
        mergeAttributes(ofScope, sum.attributes, limits),
      );
      if (!table.merge(sum.window, key, sum.measure, sum)) {
        accounts.count('attribution.measurement.refused', 'not_finite', sum.samples);
      }
    }
    if (table.full) this.#o.rotate();
  }
}
