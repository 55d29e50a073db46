import { describe, expect, it } from 'vitest';
import { firstWindowOf, spread, windowOf } from '../../../src/core/windows.ts';

function spreadOf(endMs: number, seconds: number, windowSeconds = 60, max?: number): [number, number, boolean][] {
  const shares: [number, number, boolean][] = [];
  spread(endMs, seconds, windowSeconds, (...share) => shares.push(share), max);
  return shares;
}

describe('windowOf', () => {
  it.each([
    [0, 60, 0],
    [59_999.999, 60, 0],
    [60_000, 60, 1],
    [1_800_000_000_123, 60, 30_000_000],
    [1_800_000_000_123, 1, 1_800_000_000],
    [-1, 60, 0],
    [Number.NaN, 60, 0],
  ])('%d ms in windows of %d s is window %d', (ms, width, window) => {
    expect(windowOf(ms, width)).toBe(window);
  });
});

describe('spread', () => {
  it.each([
    ['within one window', 90_000, 20, [[1, 20, true]]],
    ['from the very start of a window', 90_000, 30, [[1, 30, true]]],
    [
      'over two windows',
      90_000,
      40,
      [
        [0, 10, false],
        [1, 30, true],
      ],
    ],
    [
      'over whole windows',
      210_000,
      200,
      [
        [0, 50, false],
        [1, 60, false],
        [2, 60, false],
        [3, 30, true],
      ],
    ],
    [
      'ending on a boundary',
      120_000,
      90,
      [
        [0, 30, false],
        [1, 60, false],
        [2, 0, true],
      ],
    ],
    ['negative', 90_000, -5, [[1, 0, true]]],
    ['zero', 120_000, 0, [[2, 0, true]]],
    [
      'from before the epoch',
      90_000,
      500,
      [
        [0, 470, false],
        [1, 30, true],
      ],
    ],
  ])('%s', (_, endMs, seconds, expected) => {
    expect(spreadOf(endMs, seconds)).toEqual(expected);
  });

  it('is bounded: what is older joins the first window', () => {
    expect(spreadOf(6_030_000, 6_000, 60, 3)).toEqual([
      [98, 5_910, false],
      [99, 60, false],
      [100, 30, true],
    ]);
    expect(spreadOf(1.8e12, 86_400 * 365).length).toBe(1_440);
    expect(spreadOf(6_030_000, 6_000, 60, 1)).toEqual([[100, 6_000, true]]);
  });

  it.each([Number.POSITIVE_INFINITY, 1e300])('does not spread %d s: the caller decides', (seconds) => {
    expect(spreadOf(1.8e12, seconds)).toEqual([[30_000_000, seconds, true]]);
  });

  it('says beforehand whether there is anything to spread', () => {
    expect(firstWindowOf(90_000, 30, 60)).toBe(1);
    expect(firstWindowOf(90_000, 30.001, 60)).toBe(0);
    expect(firstWindowOf(90_000, Number.NaN, 60)).toBe(1);
  });
});
