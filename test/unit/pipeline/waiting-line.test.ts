import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Delivery, deliveryOf } from '../../../src/pipeline/delivery.ts';
import { WaitingLine } from '../../../src/pipeline/waiting-line.ts';

const delivery = (sequence: number, sealedAt = 0, attempts = 0): Delivery => ({
  ...deliveryOf({
    id: `i-${sequence}`,
    instance: 'i',
    sequence,
    sealedAt,
    state: 'waiting',
    since: undefined,
    missed: undefined,
    durable: false,
  }),
  attempts,
});

/** The plain way: who failed three times more waits behind those who did not, else by age. */
function plain(all: readonly Delivery[]): Delivery[] {
  const level = (one: Delivery): number => Math.floor(one.attempts / 3);
  return [...all].sort(
    (a, b) => level(a) - level(b) || a.part.sealedAt - b.part.sealedAt || a.part.sequence - b.part.sequence,
  );
}

test('whatever is added and taken, the next one is the oldest of those that failed least', () => {
  const step = fc.record({ take: fc.boolean(), sealedAt: fc.nat(5), attempts: fc.nat(7) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const line = new WaitingLine();
      let model: Delivery[] = [];
      for (const [sequence, { take, sealedAt, attempts }] of steps.entries()) {
        if (take) {
          const [first, ...rest] = plain(model);
          expect(line.next()).toBe(first);
          model = rest;
        } else {
          const one = delivery(sequence, sealedAt, attempts);
          line.add(one);
          model.push(one);
        }
        expect(line.size).toBe(model.length);
      }
      const even = line.takeWhere(({ part }) => part.sequence % 2 === 0);
      expect(new Set(even)).toEqual(new Set(model.filter(({ part }) => part.sequence % 2 === 0)));
      const rest = line.takeAll();
      expect(rest.map(({ part }) => part.sealedAt)).toEqual(
        rest.map(({ part }) => part.sealedAt).sort((a, b) => a - b),
      );
      expect(rest.length + even.length).toBe(model.length);
      expect(line.next()).toBeUndefined();
    }),
  );
});

test('a line of 100,000 costs each step no more than a few comparisons', () => {
  const line = new WaitingLine();
  for (let i = 0; i < 100_000; i++) line.add(delivery((i * 7_919) % 100_000));
  const start = performance.now();
  const taken: Delivery[] = [];
  for (let one = line.next(); one !== undefined; one = line.next()) {
    taken.push(one);
    if (one.attempts === 0 && one.part.sequence % 10 === 0) line.add({ ...one, attempts: 3 });
  }
  expect(performance.now() - start).toBeLessThan(1_500);
  expect(taken.slice(0, 100_000).every(({ part }, i) => part.sequence === i)).toBe(true);
  expect(taken.slice(100_000).every(({ part }, i) => part.sequence === 10 * i)).toBe(true);
  expect(taken).toHaveLength(110_000);
});
