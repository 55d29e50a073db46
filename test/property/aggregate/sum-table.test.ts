import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Dictionary } from '../../../src/core/aggregate/dictionary.ts';
import { SumTable } from '../../../src/core/aggregate/sum-table.ts';
import { spread, windowOf } from '../../../src/core/windows.ts';
import { abs, bound, exact } from './exact.ts';

/** Few names, so that keys meet; some of them hostile. */
const name = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('', '__proto__', '\0', 'a', 'a\0', '\ud800', 'constructor') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
);
const value = fc.oneof(
  fc.double(),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.integer(),
  fc.constantFrom(0, -0, 2 ** 53, -(2 ** 53), Number.MIN_VALUE, -Number.MIN_VALUE, Number.MAX_VALUE, 1e-310),
);
const measurement = fc.record({
  window: fc.oneof(fc.nat(3), fc.nat(2 ** 32 - 1)),
  origin: fc.tuple(name, name, name, name),
  measure: fc.tuple(name, name, name, name),
  value,
  weight: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.double({ min: 0, max: 1e6 }) }),
  traceId: fc.constantFrom('', '', 'aa', 'bb'),
});

interface Expected {
  sum: bigint;
  sumOfAbs: bigint;
  count: number;
  samples: number;
  min: number;
  max: number;
  exemplar: number;
  traceId: string;
}

describe('SumTable against a plain Map and exact sums', () => {
  it('holds for any measurements', () => {
    fc.assert(
      fc.property(fc.array(measurement, { maxLength: 200 }), (measurements) => {
        const dictionary = new Dictionary();
        const table = new SumTable({ dictionary, windowSeconds: 60 });
        const oracle = new Map<string, Expected>();
        for (const { window, origin, measure, value, weight, traceId } of measurements) {
          const x = weight * value;
          const key = JSON.stringify([window, origin, measure]);
          const known = oracle.get(key);
          const sum = (known?.sum ?? 0n) + exact(x);
          const took = table.add(
            window,
            dictionary.origin(...origin),
            dictionary.measure(...measure),
            value,
            weight,
            traceId,
          );
          if (!Number.isFinite(x) || !(weight > 0)) {
            expect(took).toBe(false);
            continue;
          }
          // Only a sum at the end of the range of doubles may be refused.
          if (!took) {
            expect(abs(sum) > exact(Number.MAX_VALUE / 2)).toBe(true);
            continue;
          }
          const e = known ?? {
            sum: 0n,
            sumOfAbs: 0n,
            count: 0,
            samples: 0,
            min: Number.POSITIVE_INFINITY,
            max: Number.NEGATIVE_INFINITY,
            exemplar: Number.NEGATIVE_INFINITY,
            traceId: '',
          };
          oracle.set(key, e);
          e.sum = sum;
          e.sumOfAbs += abs(exact(x));
          e.count += weight;
          e.samples++;
          e.min = Math.min(e.min, value);
          e.max = Math.max(e.max, value);
          if (traceId !== '' && value > e.exemplar) {
            e.exemplar = value;
            e.traceId = traceId;
          }
        }
        const frozen = table.rotate();
        expect(frozen.size).toBe(oracle.size);
        for (const r of frozen.rows()) {
          const { service, originService, origin, attributes } = r.origin;
          const { target, event, unit, attributes: own } = r.measure;
          const e = oracle.get(
            JSON.stringify([r.window, [service, originService, origin, attributes], [target, event, unit, own]]),
          )!;
          expect(abs(exact(r.value) - e.sum) <= bound(e.sum, e.sumOfAbs, e.samples)).toBe(true);
          expect([r.count, r.samples, r.min, r.max, r.traceId]).toEqual([
            e.count,
            e.samples,
            e.min! + 0,
            e.max! + 0,
            e.traceId,
          ]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is exact for integers while sums stay within 2^53', () => {
    const integers = fc.array(fc.integer({ min: -(2 ** 43), max: 2 ** 43 }), { maxLength: 1_000 });
    fc.assert(
      fc.property(integers, (values) => {
        const dictionary = new Dictionary();
        const table = new SumTable({ dictionary, windowSeconds: 60 });
        const [o, m] = [dictionary.origin('s', 's', 'o'), dictionary.measure('t', 'e', 'u')];
        for (const v of values) table.add(1, o, m, v);
        if (values.length > 0)
          expect(BigInt(table.rotate().row(0).value)).toBe(values.reduce((a, v) => a + BigInt(v), 0n));
      }),
      { numRuns: 100 },
    );
  });
});

describe('spread', () => {
  it('gives shares that add up exactly, in windows in order, never negative', () => {
    const end = fc.oneof(
      fc.double({ min: 0, max: 4e12, noNaN: true }),
      fc.integer({ min: 0, max: 4e9 }).map((s) => s * 1000),
    );
    const seconds = fc.oneof(
      fc.double({ min: -10, max: 1e4, noNaN: true }),
      fc.double({ min: 0, max: 1e9, noNaN: true }),
      fc.double({ min: 0, max: 2 ** 41, noNaN: true }),
    );
    fc.assert(
      fc.property(
        end,
        seconds,
        fc.constantFrom(1, 7, 60, 300),
        fc.integer({ min: 1, max: 50 }),
        (endMs, s, width, max) => {
          let total = 0n;
          let next = -1;
          let ends = 0;
          let windows = 0;
          spread(
            endMs,
            s,
            width,
            (window, share, end) => {
              expect(share).toBeGreaterThanOrEqual(0);
              if (next >= 0) expect(window).toBe(next);
              next = window + 1;
              total += exact(share);
              if (end) ends++;
              windows++;
            },
            max,
          );
          expect(total).toBe(exact(Math.max(s, 0)));
          expect([ends, next - 1]).toEqual([1, windowOf(endMs, width)]);
          expect(windows).toBeLessThanOrEqual(max);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
