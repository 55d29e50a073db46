/** The judge of the truth run must be able to say no: each kind of error is put in on purpose and found. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare, wrong } from '../truth/compare.ts';
import type { Count } from '../truth/tally.ts';

const at = (origin: string, operations: number, service = 'shop', originService = service): Count => ({
  target: 'pg',
  cause: { service, originService, origin },
  operations,
});

describe('compare', () => {
  it('finds nothing wrong where both sides are equal, rows split or not', () => {
    const result = compare([at('GET /a', 5), at('job:b', 3)], [at('GET /a', 2), at('job:b', 3), at('GET /a', 3)]);
    expect(result).toEqual({ operations: 8, attributed: 8, misattributed: 0, lost: 0, doubled: 0, differences: [] });
    expect(wrong(result)).toBe(false);
  });

  it('calls operations under another origin misattributed', () => {
    const result = compare([at('GET /a', 5), at('GET /b', 5)], [at('GET /a', 7), at('GET /b', 3)]);
    expect(result).toMatchObject({ attributed: 8, misattributed: 2, lost: 0, doubled: 0 });
    expect(result.differences).toHaveLength(2);
    expect(wrong(result)).toBe(true);
  });

  it.each(['(unattributed)', '(detached)', '(other)'])(
    'takes %s for a wrong origin where a name was expected',
    (origin) => {
      expect(compare([at('GET /a', 1)], [at(origin, 1)])).toMatchObject({ attributed: 0, misattributed: 1, lost: 0 });
    },
  );

  it('calls operations in no row lost', () => {
    const result = compare([at('GET /a', 5)], [at('GET /a', 4)]);
    expect(result).toMatchObject({ attributed: 4, misattributed: 0, lost: 1, doubled: 0 });
    expect(wrong(result)).toBe(true);
  });

  it('calls everything lost where there are no rows', () => {
    expect(compare([at('GET /a', 5)], [])).toMatchObject({ operations: 5, attributed: 0, lost: 5 });
  });

  it('calls more rows than operations doubled', () => {
    const result = compare([at('GET /a', 5)], [at('GET /a', 6)]);
    expect(result).toMatchObject({ attributed: 5, misattributed: 0, lost: 0, doubled: 1 });
    expect(wrong(result)).toBe(true);
  });

  it('calls rows without any operation doubled', () => {
    expect(compare([], [at('GET /a', 2)])).toMatchObject({ operations: 0, doubled: 2 });
  });

  it('does not set a lost operation off against one too many beyond what could have been exchanged', () => {
    expect(compare([at('GET /a', 5), at('GET /b', 5)], [at('GET /a', 1), at('GET /b', 6)])).toMatchObject({
      attributed: 6,
      misattributed: 1,
      lost: 3,
      doubled: 0,
    });
  });

  it.each([
    ['service', at('GET /a', 1, 'billing')],
    ['origin service', at('GET /a', 1, 'shop', 'storefront')],
  ])('does not take the same origin of another %s for the right one', (_what, got) => {
    expect(compare([at('GET /a', 1)], [got])).toMatchObject({ attributed: 0, misattributed: 1 });
  });

  it('accounts for every operation and every row, whatever they are', () => {
    const counts = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 1, max: 20 })));
    fc.assert(
      fc.property(counts, counts, (expected, got) => {
        const total = (side: [string, number][]) => side.reduce((sum, [, n]) => sum + n, 0);
        const build = (side: [string, number][]) => side.map(([origin, n]) => at(origin, n));
        const result = compare(build(expected), build(got));
        expect(result.attributed + result.misattributed + result.lost).toBe(total(expected));
        expect(result.attributed + result.misattributed + result.doubled).toBe(total(got));
        expect(wrong(result)).toBe(result.differences.length > 0);
      }),
    );
  });
});
