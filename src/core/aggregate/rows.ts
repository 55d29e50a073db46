/**
 * Row layout: 64 bytes, one cache line's worth, in one ArrayBuffer per chunk.
 *
 *   int32   0 window (uint32)   1 origin id   2 measure id   3 exemplar (0 = none, else index + 1)
 *   float64 2 value             3 compensation               4 count   5 samples   6 min   7 max
 *
 * The constants are not exported: V8 folds a module's own constants into the hot functions, but loads imported ones (3 ns an add).
 */
const ROW_INTS = 16;
const ROW_REALS = 8;
const WINDOW = 0;
const ORIGIN = 1;
const MEASURE = 2;
const EXEMPLAR = 3;
const VALUE = 2;
const COMPENSATION = 3;
const COUNT = 4;
const SAMPLES = 5;
const MIN = 6;
const MAX = 7;

/** Rows per chunk: 64 KiB, so that an idle process pays little and growing never copies. */
const CHUNK_SHIFT = 10;
const CHUNK_ROWS = 1 << CHUNK_SHIFT;
const CHUNK_MASK = CHUNK_ROWS - 1;

const EXEMPLARS_PER_PAGE = 1024;

interface ExemplarPage {
  readonly traceIds: string[];
  readonly values: number[];
}

/** The rows of one table generation, and their sparse exemplars. */
export class Rows {
  /** Chunks; `reals` are views on the same buffers. */
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

  window(row: number): number {
    return this.#int(row, WINDOW) >>> 0;
  }

  originId(row: number): number {
    return this.#int(row, ORIGIN);
  }

  measureId(row: number): number {
    return this.#int(row, MEASURE);
  }

  /** Σ weight · value, compensation included. */
  value(row: number): number {
    const value = this.#real(row, VALUE);
    const total = value + this.#real(row, COMPENSATION);
    // At the very end of the range of doubles the last rounding may overflow where the sum itself did not.
    return total - total === 0 ? total : value;
  }

  count(row: number): number {
    return this.#real(row, COUNT);
  }

  samples(row: number): number {
    return this.#real(row, SAMPLES);
  }

  /** null when no measurement ended in the row. */
  min(row: number): number | null {
    return this.#real(row, SAMPLES) > 0 ? this.#real(row, MIN) : null;
  }

  max(row: number): number | null {
    return this.#real(row, SAMPLES) > 0 ? this.#real(row, MAX) : null;
  }

  /** '' when no sampled value came. */
  traceId(row: number): string {
    const known = this.#int(row, EXEMPLAR);
    if (known === 0) return '';
    return this.#pages[Math.floor((known - 1) / EXEMPLARS_PER_PAGE)]!.traceIds[(known - 1) % EXEMPLARS_PER_PAGE]!;
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

  #int(row: number, column: number): number {
    return this.ints[row >>> CHUNK_SHIFT]![(row & CHUNK_MASK) * ROW_INTS + column]!;
  }

  #real(row: number, column: number): number {
    return this.reals[row >>> CHUNK_SHIFT]![(row & CHUNK_MASK) * ROW_REALS + column]!;
  }
}

/** Whether a row has this key. `window` as int32. */
export function isRowOf(
  ints: readonly Int32Array[],
  row: number,
  window: number,
  originId: number,
  measureId: number,
): boolean {
  const chunk = ints[row >>> CHUNK_SHIFT]!;
  const at = (row & CHUNK_MASK) * ROW_INTS;
  return chunk[at + MEASURE] === measureId && chunk[at + ORIGIN] === originId && chunk[at + WINDOW] === window;
}

/** Hash of the key of a row. */
export function hashRow(ints: readonly Int32Array[], row: number): number {
  const chunk = ints[row >>> CHUNK_SHIFT]!;
  const at = (row & CHUNK_MASK) * ROW_INTS;
  return hashKey(chunk[at + WINDOW]!, chunk[at + ORIGIN]!, chunk[at + MEASURE]!);
}

/** All arguments are int32; so is the result. */
export function hashKey(window: number, originId: number, measureId: number): number {
  let h = (Math.imul(originId, 0x9e3779b1) + Math.imul(measureId, 0x85ebca77) + Math.imul(window, 0xc2b2ae3d)) | 0;
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return h ^ (h >>> 15);
}

/**
 * Adds a finite `x` = weight · value by Neumaier's compensated summation. False, and nothing is changed, when the sum would
 * leave the range of doubles: from there on the compensation would be NaN, and the row lost.
 */
export function addValue(
  reals: readonly Float64Array[],
  row: number,
  x: number,
  compensation: number,
  count: number,
  samples: number,
  min: number,
  max: number,
): boolean {
  const chunk = reals[row >>> CHUNK_SHIFT]!;
  const at = (row & CHUNK_MASK) * ROW_REALS;
  const sum = chunk[at + VALUE]!;
  const total = sum + x;
  if (total - total !== 0) return false;
  const lost = Math.abs(sum) >= Math.abs(x) ? sum - total + x : x - total + sum;
  chunk[at + COMPENSATION] = chunk[at + COMPENSATION]! + (lost + compensation);
  chunk[at + VALUE] = total;
  chunk[at + COUNT] = chunk[at + COUNT]! + count;
  chunk[at + SAMPLES] = chunk[at + SAMPLES]! + samples;
  // -0 + 0 is 0: a stored -0 would print as a value nobody measured.
  if (min < chunk[at + MIN]!) chunk[at + MIN] = min + 0;
  if (max > chunk[at + MAX]!) chunk[at + MAX] = max + 0;
  return true;
}
