import type { Dictionary, Measure, Origin } from './dictionary.ts';
import {
  CHUNK_MASK,
  CHUNK_SHIFT,
  COMPENSATION,
  COUNT,
  MAX,
  MEASURE,
  MIN,
  ORIGIN,
  ROW_INTS,
  ROW_REALS,
  Rows,
  SAMPLES,
  VALUE,
  WINDOW,
} from './rows.ts';

/** One row of a frozen table. */
export interface FrozenRow {
  /** windowStart in seconds / windowSeconds. */
  readonly window: number;
  readonly origin: Origin;
  readonly measure: Measure;
  /** Σ weight · value. */
  readonly value: number;
  /** Σ weight. */
  readonly count: number;
  readonly samples: number;
  /** null when the row holds only a share of a duration that ended in a later window. */
  readonly min: number | null;
  readonly max: number | null;
  /** '' for none. */
  readonly traceId: string;
}

/** The rows of one generation of a `SumTable`, until `release`. */
export class FrozenTable {
  readonly dictionary: Dictionary;
  readonly windowSeconds: number;
  readonly #epoch: number;
  #rows: Rows;

  constructor(dictionary: Dictionary, epoch: number, windowSeconds: number, rows: Rows) {
    this.dictionary = dictionary;
    this.windowSeconds = windowSeconds;
    this.#epoch = epoch;
    this.#rows = rows;
  }

  /** 0 once released. */
  get size(): number {
    return this.#rows.size;
  }

  row(i: number): FrozenRow {
    if (!(i >= 0 && i < this.#rows.size)) throw new RangeError(`row ${i} of a frozen table of ${this.#rows.size} rows`);
    const ints = this.#rows.ints[i >>> CHUNK_SHIFT]!;
    const reals = this.#rows.reals[i >>> CHUNK_SHIFT]!;
    const at = (i & CHUNK_MASK) * ROW_INTS;
    const r = (i & CHUNK_MASK) * ROW_REALS;
    const samples = reals[r + SAMPLES]!;
    return {
      window: ints[at + WINDOW]! >>> 0,
      // Ids are given to nobody else before `release`.
      origin: this.dictionary.originById(ints[at + ORIGIN]!)!,
      measure: this.dictionary.measureById(ints[at + MEASURE]!)!,
      value: totalOf(reals[r + VALUE]!, reals[r + COMPENSATION]!),
      count: reals[r + COUNT]!,
      samples,
      min: samples > 0 ? reals[r + MIN]! : null,
      max: samples > 0 ? reals[r + MAX]! : null,
      traceId: this.#rows.traceId(i),
    };
  }

  *rows(): Generator<FrozenRow, void> {
    for (let i = 0; i < this.size; i++) yield this.row(i);
  }

  /** Chunks of the rows, for the sealer: see `rows.ts`. */
  get chunks(): Pick<Rows, 'ints' | 'reals' | 'traceId'> {
    return this.#rows;
  }

  /** The rows have been sealed, or are given up: their memory goes, and their strings may be forgotten. Idempotent. */
  release(): void {
    this.#rows = new Rows();
    this.dictionary.closeEpoch(this.#epoch);
  }
}

/** At the very end of the range of doubles the last rounding may overflow where the sum itself did not. */
export function totalOf(value: number, compensation: number): number {
  const total = value + compensation;
  return total - total === 0 ? total : value;
}
