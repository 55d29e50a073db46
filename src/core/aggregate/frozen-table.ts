import type { Dictionary, Measure, Origin } from './dictionary.ts';
import { Rows } from './rows.ts';

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
    const rows = this.#rows;
    if (!(i >= 0 && i < rows.size)) throw new RangeError(`row ${i} of a frozen table of ${rows.size} rows`);
    return {
      window: rows.window(i),
      // Ids are given to nobody else before `release`.
      origin: this.dictionary.originById(rows.originId(i))!,
      measure: this.dictionary.measureById(rows.measureId(i))!,
      value: rows.value(i),
      count: rows.count(i),
      samples: rows.samples(i),
      min: rows.min(i),
      max: rows.max(i),
      traceId: rows.traceId(i),
    };
  }

  *rows(): Generator<FrozenRow, void> {
    for (let i = 0; i < this.size; i++) yield this.row(i);
  }

  /** The rows have been sealed, or are given up: their memory goes, and their strings may be forgotten. Idempotent. */
  release(): void {
    this.#rows = new Rows();
    this.dictionary.closeEpoch(this.#epoch);
  }
}
