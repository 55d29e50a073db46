import { hashRow, isRowOf } from './rows.ts';

/**
 * (window, origin id, measure id) → row, by extendible hashing: a directory of small open-addressing segments. A full
 * segment is split alone, so no insert does work proportional to the number of keys; the directory (one pointer per
 * ~380 keys) is the only thing that doubles.
 *
 * A hash is used from both ends: high bits choose the segment, low bits the first slot, and eight bits between are kept in
 * the slot as a tag, so that rows of other keys (a cache miss each) are hardly ever looked at.
 *
 * Segment: 2^k slots, then the number of slots in use and the local depth. Slot: 0 empty, else tag << 24 | row + 1.
 */
const SEGMENT_SLOTS = 1024;
const META = 2;
/** More directory levels than 2^24 rows need; beyond, a segment grows instead. Only equal hashes ever get there. */
const MAX_DEPTH = 16;
const ROW_BITS = 0x00ffffff;
const TAG_BITS = 0xff000000 | 0;

/** Most rows an index can hold: what 24 bits can name. */
export const MAX_ROWS = ROW_BITS - 1;

export class KeyIndex {
  /** Read by `findRow`; replaced when it doubles. */
  directory: Int32Array[];
  /** 32 - depth of the directory; the depth is at least 1, because a shift by 32 is a shift by 0. */
  shift = 31;

  constructor() {
    const segment = newSegment(SEGMENT_SLOTS, 0);
    this.directory = [segment, segment];
  }

  /** Adds a row whose key is not in the index. */
  insert(hash: number, row: number, ints: readonly Int32Array[]): void {
    for (;;) {
      const segment = this.directory[hash >>> this.shift]!;
      const slots = segment.length - META;
      if (segment[slots]! * 2 < slots) {
        place(segment, hash, row);
        return;
      }
      this.#makeRoom(segment, hash, ints);
    }
  }

  #makeRoom(segment: Int32Array, hash: number, ints: readonly Int32Array[]): void {
    const slots = segment.length - META;
    const depth = segment[slots + 1]!;
    if (depth === MAX_DEPTH) {
      this.#replace(segment, depth, hash, [newSegment(slots * 2, depth)], ints);
      return;
    }
    if (depth === 32 - this.shift) {
      // Each entry becomes two neighbours that share the segment.
      const doubled: Int32Array[] = new Array(this.directory.length * 2);
      for (let i = 0; i < this.directory.length; i++) doubled[2 * i] = doubled[2 * i + 1] = this.directory[i]!;
      this.directory = doubled;
      this.shift--;
    }
    this.#replace(segment, depth, hash, [newSegment(slots, depth + 1), newSegment(slots, depth + 1)], ints);
  }

  /** Puts one or two segments in the place of one, and moves its slots. */
  #replace(old: Int32Array, depth: number, hash: number, fresh: Int32Array[], ints: readonly Int32Array[]): void {
    const run = 1 << (32 - this.shift - depth);
    // `hash >>> 32` would be `hash >>> 0`: depth 0 starts at entry 0.
    const start = depth === 0 ? 0 : (hash >>> (32 - depth)) * run;
    const part = run / fresh.length;
    for (let i = 0; i < run; i++) this.directory[start + i] = fresh[Math.floor(i / part)]!;
    const slots = old.length - META;
    for (let i = 0; i < slots; i++) {
      if (old[i] === 0) continue;
      const row = (old[i]! & ROW_BITS) - 1;
      const moved = hashRow(ints, row);
      place(this.directory[moved >>> this.shift]!, moved, row);
    }
  }
}

/**
 * The row of the key, or -1. A free function over the index's and the rows' arrays, which the table keeps at hand: each
 * object between the table and its arrays costs a known key a nanosecond or two.
 */
export function findRow(
  directory: readonly Int32Array[],
  shift: number,
  ints: readonly Int32Array[],
  hash: number,
  window: number,
  originId: number,
  measureId: number,
): number {
  const segment = directory[hash >>> shift]!;
  const mask = segment.length - META - 1;
  const tag = hash << 10;
  for (let i = hash & mask; ; i = (i + 1) & mask) {
    const slot = segment[i]!;
    if (slot === 0) return -1;
    if (((slot ^ tag) & TAG_BITS) !== 0) continue;
    const row = (slot & ROW_BITS) - 1;
    if (isRowOf(ints, row, window, originId, measureId)) return row;
  }
}

function newSegment(slots: number, depth: number): Int32Array {
  const segment = new Int32Array(slots + META);
  segment[slots + 1] = depth;
  return segment;
}

function place(segment: Int32Array, hash: number, row: number): void {
  const slots = segment.length - META;
  const mask = slots - 1;
  let i = hash & mask;
  while (segment[i] !== 0) i = (i + 1) & mask;
  segment[i] = ((hash << 10) & TAG_BITS) | (row + 1);
  segment[slots]!++;
}
