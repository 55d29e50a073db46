/** One line of `npm run bench -- --json`. */
export interface BenchRow {
  /** What is measured, with its parameters. */
  readonly name: string;
  /** Of `ours` and `peer`: 'ns', 'ms', 'By', 'requests/s' ... */
  readonly unit: string;
  readonly ours: number;
  /** The same work without this package or by what it is compared with, measured in the same run; null when there is none. */
  readonly peer: number | null;
  readonly peerName: string;
  /** The number the goal speaks about; null when there is none. */
  readonly ratio: number | null;
  /** The goal in words, such as `ratio ≤ 1/8`; '' for a row that only informs. */
  readonly goal: string;
  readonly met: boolean;
  /** What limits it when the goal is not met, or what the row needs to be read rightly. */
  readonly note?: string;
}

export interface BenchOptions {
  /** A short run that proves the benchmark works; its numbers order things, no more. */
  readonly brief: boolean;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const mid = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[mid]! : (sorted[mid - 1]! + sorted[mid]!) / 2;
}
