import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Dictionary, type Measure, type Origin } from '../../../src/core/aggregate/dictionary.ts';
import { seal } from '../../../src/core/aggregate/seal.ts';
import { type FrozenTable, SumTable } from '../../../src/core/aggregate/sum-table.ts';
import type { PartColumns } from '../../../src/core/part-columns.ts';

const NAMES = ['', '__proto__', 'a', 'b', 'c\0', '\ud800', 'd'];

type Step =
  | {
      do: 'add';
      table: number;
      window: number;
      origin: number;
      target: number;
      unit: number;
      value: number;
      stale: boolean;
    }
  | { do: 'rotate'; table: number }
  | { do: 'seal'; steps: number }
  | { do: 'sweep'; ids: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      table: fc.nat(1),
      window: fc.nat(2),
      origin: fc.nat(NAMES.length - 1),
      target: fc.nat(NAMES.length - 1),
      unit: fc.nat(1),
      // Multiples of 1/1024: sums are exact in any order.
      value: fc.integer({ min: -1_000_000, max: 1_000_000 }).map((n) => n / 1024),
      stale: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('rotate' as const), table: fc.nat(1) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('seal' as const), steps: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sweep' as const), ids: fc.integer({ min: 1, max: 20 }) }) },
);

/** Two tables on one dictionary, callers that hold objects for ever, sealing in pieces, sweeps at any moment. */
it('conserves every measurement under its own strings, however adds, rotations, seals and sweeps interleave', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
      const dictionary = new Dictionary();
      const tables = [0, 1].map(() => new SumTable({ dictionary, windowSeconds: 60 }));
      const expected = new Map<string, number>();
      const sealed = new Map<string, number>();
      const heldOrigins = new Map<number, Origin>();
      const heldMeasures = new Map<string, Measure>();
      const queue: { frozen: FrozenTable; parts: ReturnType<typeof seal> }[] = [];
      let sequence = 0;
      const ids: string[] = [];

      const rotate = (i: number) => {
        const frozen = tables[i]!.rotate();
        const meta = { instance: 'i', nextSequence: () => sequence++, sealedAt: 0, package: '0', mapping: 'm' };
        queue.push({ frozen, parts: seal(frozen, { ...meta, limits: { partRows: 3 } }) });
      };
      const sealStep = () => {
        const job = queue[0];
        if (job === undefined) return;
        const { value, done } = job.parts.next();
        if (done) {
          job.frozen.release();
          queue.shift();
        } else if (value !== undefined) {
          ids.push(value.id);
          const c = JSON.parse(value.json.join('')) as PartColumns;
          for (let r = 0; r < c.n; r++) {
            const key = [c.ws[r]! / 60_000, ...[c.origin, c.target, c.event, c.unit].map((col) => c.strs[col[r]!]!)];
            add(sealed, JSON.stringify(key), c.value[r]!);
          }
        }
      };

      for (const s of steps) {
        if (s.do === 'rotate') rotate(s.table);
        else if (s.do === 'seal') for (let i = 0; i < s.steps; i++) sealStep();
        else if (s.do === 'sweep') dictionary.sweep(s.ids);
        else {
          const [origin, target, unit] = [NAMES[s.origin]!, NAMES[s.target]!, NAMES[s.unit]!];
          const measureKey = `${s.target} ${s.unit}`;
          // A stale holder never looks its object up again, as a mapping's cache does.
          let o = s.stale ? heldOrigins.get(s.origin) : undefined;
          if (o === undefined) heldOrigins.set(s.origin, (o = dictionary.origin('s', 's', origin)));
          let m = s.stale ? heldMeasures.get(measureKey) : undefined;
          if (m === undefined) heldMeasures.set(measureKey, (m = dictionary.measure(target, 'e', unit)));
          expect(tables[s.table]!.add(s.window, o, m, s.value)).toBe(true);
          add(expected, JSON.stringify([s.window, origin, target, 'e', unit]), s.value);
        }
      }
      for (const i of [0, 1]) rotate(i);
      while (queue.length > 0) sealStep();
      expect(new Map([...sealed].sort())).toEqual(new Map([...expected].sort()));
      expect(new Set(ids).size).toBe(sequence);
      for (let i = 0; i < 6; i++) {
        rotate(i % 2);
        while (queue.length > 0) sealStep();
      }
      while (!dictionary.sweep(100));
      expect(dictionary.size).toBe(0);
    }),
    { numRuns: 500 },
  );
});

function add(sums: Map<string, number>, key: string, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}
