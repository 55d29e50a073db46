/**
 * Row layout: 64 bytes, one cache line's worth, in one ArrayBuffer per chunk.
 *
 *   int32   0 window (uint32)   1 origin id   2 measure id   3 exemplar (0 = none, else index + 1)
 *   float64 2 value             3 compensation               4 count   5 samples   6 min   7 max
 */
export const ROW_INTS = 16;
export const ROW_REALS = 8;
export const WINDOW = 0;
export const ORIGIN = 1;
export const MEASURE = 2;
export const EXEMPLAR = 3;
export const VALUE = 2;
export const COMPENSATION = 3;
export const COUNT = 4;
export const SAMPLES = 5;
export const MIN = 6;
export const MAX = 7;

/** Rows per chunk: 64 KiB, so that an idle process pays little and growing never copies. */
export const CHUNK_SHIFT = 10;
export const CHUNK_ROWS = 1 << CHUNK_SHIFT;
export const CHUNK_MASK = CHUNK_ROWS - 1;

const EXEMPLARS_PER_PAGE = 1024;

interface ExemplarPage {
  readonly traceIds: string[];
  readonly values: number[];
}

/** The rows of one table generation, and their sparse exemplars. */
export class Rows {
  readonly ints: Int32Array[] = [];
  readonly reals: Float64Array[] = [];
  readonly #pages: ExemplarPage[] = [];
  #exemplars = 0;
  size = 0;

  /** A new row with nothing summed yet; its index. */
  append(window: number, originId: number, measureId: number): number {
    const row = this.size++;
    const chunk = row >>> CHUNK_SHIFT;
    if (chunk === this.ints.length) {
      const buffer = new ArrayBuffer(CHUNK_ROWS * ROW_INTS * 4);
      this.ints.push(new Int32Array(buffer));
      this.reals.push(new Float64Array(buffer));
    }
    const ints = this.ints[chunk]!;
    const at = (row & CHUNK_MASK) * ROW_INTS;
    ints[at + WINDOW] = window;
    ints[at + ORIGIN] = originId;
    ints[at + MEASURE] = measureId;
    const reals = this.reals[chunk]!;
    const r = (row & CHUNK_MASK) * ROW_REALS;
    reals[r + MIN] = Number.POSITIVE_INFINITY;
    reals[r + MAX] = Number.NEGATIVE_INFINITY;
    return row;
  }

  /** Keeps `traceId` if `value` is the largest that came to this row with a trace id. */
  offerExemplar(row: number, value: number, traceId: string): void {
    const ints = this.ints[row >>> CHUNK_SHIFT]!;
    const at = (row & CHUNK_MASK) * ROW_INTS + EXEMPLAR;
    const known = ints[at]!;
    if (known === 0) {
      const index = this.#exemplars++;
      if (index % EXEMPLARS_PER_PAGE === 0) this.#pages.push({ traceIds: [], values: [] });
      const page = this.#pages[Math.floor(index / EXEMPLARS_PER_PAGE)]!;
      page.traceIds.push(traceId);
      page.values.push(value);
      ints[at] = index + 1;
      return;
    }
    const page = this.#pages[Math.floor((known - 1) / EXEMPLARS_PER_PAGE)]!;
    const slot = (known - 1) % EXEMPLARS_PER_PAGE;
    if (value <= page.values[slot]!) return;
    page.values[slot] = value;
    page.traceIds[slot] = traceId;
  }

  /** '' when no sampled value came. */
  traceId(row: number): string {
    const known = this.ints[row >>> CHUNK_SHIFT]![(row & CHUNK_MASK) * ROW_INTS + EXEMPLAR]!;
    if (known === 0) return '';
    return this.#pages[Math.floor((known - 1) / EXEMPLARS_PER_PAGE)]!.traceIds[(known - 1) % EXEMPLARS_PER_PAGE]!;
  }
}
