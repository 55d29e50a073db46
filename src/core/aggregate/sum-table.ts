import { limits } from '../limits.ts';
import type { Dictionary, Measure, Origin } from './dictionary.ts';
import { FrozenTable } from './frozen-table.ts';
import { findRow, KeyIndex, MAX_ROWS } from './key-index.ts';
import { addValue, hashKey, Rows } from './rows.ts';

export type { FrozenRow, FrozenTable } from './frozen-table.ts';

/** What has been summed under one key. `min` = +Infinity and `max` = -Infinity when `samples` is 0. */
export interface Sums {
  /** Σ weight · value = `value` + `compensation` (Neumaier's summation). */
  value: number;
  compensation: number;
  /** Σ weight. */
  count: number;
  samples: number;
  min: number;
  max: number;
  /** Trace of the largest sampled value, '' for none; its value is taken to be `max`. */
  traceId: string;
}

export interface SumTableOptions {
  readonly dictionary: Dictionary;
  /** Width of a window; only passed on to readers. */
  readonly windowSeconds: number;
  /** Rows at which `full` asks for a rotation; default `limits.tableRows`. Adding goes on beyond. */
  readonly maxRows?: number;
}

/**
 * Sums by (window, origin, measure). The window is part of the key, so one table holds all live windows and a late
 * measurement is just another row.
 *
 * Exactness: integers are exact while the sums stay within 2^53; other values are summed with compensation, with an error of
 * about one rounding of the result whatever the number of additions. A value that is not finite, or that would take the
 * sum out of the range of doubles, is refused and changes nothing.
 */
export class SumTable {
  readonly windowSeconds: number;
  readonly #dictionary: Dictionary;
  readonly #maxRows: number;
  #rows = new Rows();
  #index = new KeyIndex();
  #epoch: number;
  // What a known key touches, kept at hand: see `findRow`.
  #ints = this.#rows.ints;
  #reals = this.#rows.reals;
  #directory = this.#index.directory;
  #shift = this.#index.shift;

  constructor(options: SumTableOptions) {
    this.windowSeconds = options.windowSeconds;
    this.#dictionary = options.dictionary;
    this.#maxRows = Math.min(options.maxRows ?? limits.tableRows, MAX_ROWS);
    this.#epoch = this.#dictionary.openEpoch();
  }

  get size(): number {
    return this.#rows.size;
  }

  /** Time to rotate early. */
  get full(): boolean {
    return this.#rows.size >= this.#maxRows;
  }

  /**
   * Adds one measurement. `window` = windowStart in seconds / windowSeconds (see `windowOf`).
   * Never throws. False, and nothing is changed, when `value` or `weight · value` is not finite, `weight` is not positive,
   * the sum would overflow, `window` is not an unsigned 32-bit integer, or the table holds 2^24 rows.
   */
  add(window: number, origin: Origin, measure: Measure, value: number, weight = 1, traceId = ''): boolean {
    const x = weight * value;
    // x - x is NaN unless x is finite.
    if (x - x !== 0 || !(weight > 0)) return false;
    const row = this.#row(window, origin, measure);
    if (row < 0) return false;
    if (!addValue(this.#reals, row, x, 0, weight, 1, value, value)) return false;
    if (traceId !== '') this.#rows.offerExemplar(row, value, traceId);
    return true;
  }

  /** Adds what has been summed elsewhere, such as in a scope. Refuses as `add` does. */
  merge(window: number, origin: Origin, measure: Measure, sums: Sums): boolean {
    const { value: x, count, samples } = sums;
    if (x - x !== 0 || sums.compensation - sums.compensation !== 0) return false;
    if (count - count !== 0 || !(count >= 0) || !(samples >= 0)) return false;
    const row = this.#row(window, origin, measure);
    if (row < 0) return false;
    if (!addValue(this.#reals, row, x, sums.compensation, count, samples, sums.min, sums.max)) return false;
    if (sums.traceId !== '') this.#rows.offerExemplar(row, sums.max, sums.traceId);
    return true;
  }

  /** Freezes the rows so far and goes on empty. O(1): no row is touched. */
  rotate(): FrozenTable {
    const frozen = new FrozenTable(this.#dictionary, this.#epoch, this.windowSeconds, this.#rows);
    this.#rows = new Rows();
    this.#index = new KeyIndex();
    this.#ints = this.#rows.ints;
    this.#reals = this.#rows.reals;
    this.#directory = this.#index.directory;
    this.#shift = this.#index.shift;
    this.#epoch = this.#dictionary.openEpoch();
    return frozen;
  }

  /** The row of the key, made if needed; -1 when there cannot be one. */
  #row(window: number, origin: Origin, measure: Measure): number {
    const w = window | 0;
    const o = origin.id;
    const m = measure.id;
    if (window !== w >>> 0) return -1;
    if ((o | m) < 0) return this.#rowOfForgotten(window, origin, measure);
    const hash = hashKey(w, o, m);
    const row = findRow(this.#directory, this.#shift, this.#ints, hash, w, o, m);
    return row >= 0 ? row : this.#insert(hash, w, origin, measure);
  }

  #insert(hash: number, window: number, origin: Origin, measure: Measure): number {
    if (this.#rows.size >= MAX_ROWS) return -1;
    if (origin.used < this.#epoch) origin.used = this.#epoch;
    if (measure.used < this.#epoch) measure.used = this.#epoch;
    const row = this.#rows.append(window, origin.id, measure.id);
    this.#index.insert(hash, row, this.#rows.ints);
    this.#directory = this.#index.directory;
    this.#shift = this.#index.shift;
    return row;
  }

  /** The dictionary forgot one of the two since the caller got it. */
  #rowOfForgotten(window: number, origin: Origin, measure: Measure): number {
    return this.#row(window, this.#dictionary.currentOrigin(origin), this.#dictionary.currentMeasure(measure));
  }
}
