import { describe, expect, test } from 'vitest';
import { coveredSeconds, coveredText, isPartial, within } from '../../../src/reports/covered.ts';

const covered = [
  { from: 10_000, to: 20_000 },
  { from: 50_000, to: 90_000 },
];

test.each([
  [{ from: 0, to: 100_000 }, 50],
  [{ from: 15_000, to: 60_000 }, 15],
  [{ from: 10_000, to: 20_000 }, 10],
  // Not covered at all: the whole time, rather than a division by nothing.
  [{ from: 20_000, to: 50_000 }, 30],
  [{ from: 7, to: 7 }, 0.001],
])('seconds of %j', (period, seconds) => expect(coveredSeconds(covered, period)).toBe(seconds));

test('what lies within', () =>
  expect(within(covered, { from: 15_000, to: 60_000 })).toEqual([
    { from: 15_000, to: 20_000 },
    { from: 50_000, to: 60_000 },
  ]));

describe('what is said of it', () => {
  test.each([
    [1_800, 44_640 * 60, '30 of 44,640 min'],
    [2, 60, '2 of 60 s'],
    [29, 30 * 86_400, '0.5 of 43,200 min'],
    [2, 7_200, '0.03 of 120 min'],
    [3 * 3_600, 86_400, '3 of 24 h'],
    [5_400, 86_400, '1.5 of 24 h'],
    [3 * 86_400, 31 * 86_400, '3 of 31 d'],
    [1_190, 1_200, '19.8 of 20 min'],
    [900, 900, undefined],
    // Grown to whole windows; and the second between two runs of a deploy.
    [960, 900, undefined],
    [3_599, 3_600, undefined],
  ])('%d of %d s: %s', (seconds, asked, text) => {
    expect(coveredText({ seconds, asked })).toBe(text);
    expect(isPartial(seconds, asked)).toBe(text !== undefined);
  });
});
