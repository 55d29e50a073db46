/** One figure of the bench, beside that of a peer measured in the same run. */
export interface BenchRow {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  /** The same work without this package or by what it is compared with; null when there is none. */
  readonly peer: number | null;
  readonly peerName: string;
  /** The number the goal speaks about, such as peer / ours (how many times better ours is); null when there is no peer. */
  readonly ratio: number | null;
  /** The goal in words, '' when there is none. */
  readonly goal: string;
  /** True too for a row without a goal. */
  readonly met: boolean;
  /** What limits a figure short of its goal; how it was measured. */
  readonly note?: string;
}

export interface BenchOptions {
  /** A life check: small sizes, few repetitions, figures that mean nothing. */
  readonly brief: boolean;
}

/** Results that must not be optimised away are added here, and printed at the end by `main`. */
export const sink = { value: 0 };

/** Seeded pseudo-random numbers in [0, 1): mulberry32. */
export function prng(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >>> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Milliseconds that `run` takes. */
export function timed(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

/**
 * Medians of alternating runs, so that a busy neighbour disturbs all candidates alike. Each candidate returns nanoseconds per
 * operation; the first `warmup` rounds are dropped.
 */
export function alternate(candidates: readonly (() => number)[], rounds: number, warmup = 2): number[] {
  const results: number[][] = candidates.map(() => []);
  for (let round = -warmup; round < rounds; round++) {
    for (const [i, candidate] of candidates.entries()) {
      const ns = candidate();
      if (round >= 0) results[i]!.push(ns);
    }
  }
  return results.map(median);
}

/** Bytes held: heap, and memory outside it that belongs to JavaScript objects (array buffers are counted in `external`). */
export function heldBytes(): number {
  const gc = globalThis.gc;
  if (gc === undefined) throw new Error('bench: memory is measured with node --expose-gc');
  for (let i = 0; i < 4; i++) gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** A row for two figures of which less is better, with a goal of `atLeast` times better. */
export function lessIsBetter(
  row: { name: string; unit: string; ours: number; peer: number | null; peerName: string; note?: string },
  atLeast?: number,
): BenchRow {
  const ratio = row.peer === null ? null : row.peer / row.ours;
  return {
    ...row,
    ours: round(row.ours),
    peer: row.peer === null ? null : round(row.peer),
    ratio: ratio === null ? null : round(ratio),
    goal: atLeast === undefined ? '' : `ratio >= ${atLeast}`,
    met: atLeast === undefined || ratio === null || ratio >= atLeast,
  };
}

export function round(x: number): number {
  return Number(x.toPrecision(4));
}
