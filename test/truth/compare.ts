/** Ground truth against rows, per cell. Both sides are plain counts; no telemetry in here. */
import type { Count } from './tally.ts';
import type { Cause } from './token.ts';

export interface Result {
  /** Operations as the other side counted them. */
  readonly operations: number;
  /** Counted under the right origin. */
  readonly attributed: number;
  /** Counted under a wrong origin. */
  readonly misattributed: number;
  /** In no row at all. */
  readonly lost: number;
  /** In more rows than there were operations. */
  readonly doubled: number;
  /** Origins where both sides differ, largest first. */
  readonly differences: readonly Difference[];
}

export interface Difference extends Cause {
  readonly expected: number;
  readonly got: number;
}

const keyOf = (cause: Cause) => JSON.stringify([cause.service, cause.originService, cause.origin]);

/**
 * `expected` and `got` hold the counts of one target only. What one origin has too much and another too little is
 * misattributed; what remains is lost (too little) or doubled (too much). The three never cancel out: they are zero
 * together only if both sides are equal, origin by origin.
 */
export function compare(expected: readonly Count[], got: readonly Count[]): Result {
  const both = new Map<string, { cause: Cause; expected: number; got: number }>();
  for (const [side, counts] of [
    ['expected', expected],
    ['got', got],
  ] as const) {
    for (const { cause, operations } of counts) {
      const key = keyOf(cause);
      const entry = both.get(key) ?? { cause, expected: 0, got: 0 };
      entry[side] += operations;
      both.set(key, entry);
    }
  }
  let operations = 0;
  let attributed = 0;
  let missing = 0;
  let surplus = 0;
  const differences: Difference[] = [];
  for (const entry of both.values()) {
    operations += entry.expected;
    attributed += Math.min(entry.expected, entry.got);
    missing += Math.max(0, entry.expected - entry.got);
    surplus += Math.max(0, entry.got - entry.expected);
    if (entry.expected !== entry.got) differences.push({ ...entry.cause, expected: entry.expected, got: entry.got });
  }
  const misattributed = Math.min(missing, surplus);
  differences.sort((a, b) => Math.abs(b.expected - b.got) - Math.abs(a.expected - a.got));
  return {
    operations,
    attributed,
    misattributed,
    lost: missing - misattributed,
    doubled: surplus - misattributed,
    differences,
  };
}

export function wrong(result: Result): boolean {
  return result.misattributed + result.lost + result.doubled > 0;
}
