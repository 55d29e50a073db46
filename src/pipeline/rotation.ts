import type { Accounts } from '../core/accounts.ts';
import type { Dictionary } from '../core/aggregate/dictionary.ts';
import type { FrozenTable } from '../core/aggregate/frozen-table.ts';
import { type SealedPart, seal } from '../core/aggregate/seal.ts';
import type { SumTable } from '../core/aggregate/sum-table.ts';
import type { Logger } from '../core/logger.ts';
import { addAccountRows } from './account-rows.ts';

export interface RotationOptions {
  readonly dictionary: Dictionary;
  readonly accounts: Accounts;
  /** Name of the emitting service, asked at each rotation: it may become known late. */
  readonly service: () => string;
  readonly mappingHash: string;
  readonly packageVersion: string;
  readonly logger: Logger;
  /** When the instance began to record, milliseconds since the Unix epoch. Default: now. */
  readonly startedAt?: number;
  /**
   * Asked before each swap, for a record that the part queue stores together with the parts. Changes nothing; when it throws, the swap waits
   * for a later call. Default: none.
   */
  readonly note?: () => unknown;
}

/** The rows of one swap on their way to become parts. */
export interface Rotated {
  readonly frozen: FrozenTable;
  readonly steps: Iterator<SealedPart | undefined>;
  readonly note: unknown;
}

/** Swaps the table: without I/O, and at a cost that does not depend on its size. */
export class Rotation {
  readonly #table: SumTable;
  readonly #options: RotationOptions;
  readonly #now: () => number;
  readonly #instance: () => string;
  readonly #startedAt: number;
  readonly #hooks: (() => void)[] = [];
  #sequence = 0;
  #rotating = false;
  #refused = false;
  /** Whether any table was swapped, and whether the latest was the last of this instance. */
  #rotated = false;
  #final = false;

  /** `now`: milliseconds since the epoch. */
  constructor(table: SumTable, options: RotationOptions, now: () => number, instance: () => string) {
    this.#table = table;
    this.#options = options;
    this.#now = now;
    this.#instance = instance;
    this.#startedAt = options.startedAt ?? now();
  }

  /** The latest swap did not come about for want of its note. */
  get refused(): boolean {
    return this.#refused;
  }

  /** `hook` runs before each swap. */
  before(hook: () => void): void {
    this.#hooks.push(hook);
  }

  /** Undefined when there is nothing to make a part of. `final`: the last part says that the instance ends with it. */
  swap(final: boolean): Rotated | undefined {
    // A hook commits measurements, which may fill the table: no rotation within a rotation.
    if (this.#rotating) return undefined;
    this.#rotating = true;
    try {
      this.#runHooks();
      return this.#swap(final);
    } finally {
      this.#rotating = false;
    }
  }

  #runHooks(): void {
    for (const hook of this.#hooks) {
      try {
        hook();
      } catch (error) {
        this.failed('before_rotate', error);
      }
    }
  }

  #swap(final: boolean): Rotated | undefined {
    const { accounts, dictionary, service, mappingHash, packageVersion } = this.#options;
    const table = this.#table;
    // The books about parts alone are no reason for a part: an idle process would seal for ever.
    const last = final && this.#rotated && !this.#final;
    if (table.size === 0 && !accounts.hasNews() && !last) return undefined;
    // Before anything is changed: without its note the table stays as it is.
    const noted = this.#note();
    if (noted === undefined) return undefined;
    const sealedAt = this.#now();
    addAccountRows(table, dictionary, accounts.drain(), Math.floor(sealedAt / 1000 / table.windowSeconds), service());
    if (table.size === 0 && !last) return undefined;
    this.#rotated = true;
    this.#final = final;
    const frozen = table.rotate();
    const steps = seal(frozen, {
      instance: this.#instance(),
      nextSequence: () => ++this.#sequence,
      sealedAt,
      startedAt: this.#startedAt,
      package: packageVersion,
      mapping: mappingHash,
      ...(final && { final }),
    });
    return { frozen, steps, ...noted };
  }

  #note(): { readonly note: unknown } | undefined {
    const { note } = this.#options;
    try {
      const noted = { note: note?.() };
      this.#refused = false;
      return noted;
    } catch (error) {
      this.#refused = true;
      this.failed('note', error);
      return undefined;
    }
  }

  /** A callback of the owner's threw: it is counted, and stops nothing. */
  failed(hook: string, error: unknown): void {
    const { accounts, logger } = this.#options;
    accounts.count('attribution.hook.failed', hook);
    logger.debug(`The hook ${hook} failed: ${error instanceof Error ? error.stack : error}`);
  }
}
