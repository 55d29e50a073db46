import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Part } from '../../../src/core/model.ts';
import { PartMemory } from '../../../src/spool/part-memory.ts';

const part = (id: number, bytes: number): Part => ({
  id: `i-${id}`,
  instance: 'i',
  sequence: id,
  sealedAt: 0,
  rows: 1,
  body: new Uint8Array(bytes),
});

test('whoever holds and releases what: the bound holds, shared parts count once, and all comes back', () => {
  const step = fc.record({ holder: fc.nat(2), id: fc.nat(15), release: fc.boolean() });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 200 }),
      fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 16, maxLength: 16 }),
      (steps, sizes) => {
        const memory = new PartMemory(1_000);
        const held = [0, 1, 2].map(() => new Map<number, Part>());
        for (const { holder, id, release } of steps) {
          const mine = held[holder]!;
          const existing = mine.get(id);
          if (release && existing) {
            memory.release(existing);
            mine.delete(id);
          } else if (!release && !existing) {
            const own = [...mine.values()].reduce((sum, p) => sum + p.body.length, 0);
            const next = part(id, sizes[id]!);
            if (memory.tryHold(next, own)) mine.set(id, next);
          }
          const distinct = new Map(held.flatMap((parts) => [...parts]));
          expect(memory.bytes).toBe([...distinct.values()].reduce((sum, p) => sum + p.body.length, 0));
          expect(memory.bytes).toBeLessThanOrEqual(1_000);
        }
        for (const parts of held) for (const p of parts.values()) memory.release(p);
        expect(memory.bytes).toBe(0);
      },
    ),
  );
});

test('the last eighth is for those with a small backlog', () => {
  const memory = new PartMemory(800);
  for (let i = 0; i < 7; i++) expect(memory.tryHold(part(i, 100), i * 100)).toBe(true);
  expect(memory.tryHold(part(7, 100), 700)).toBe(false);
  expect(memory.tryHold(part(8, 100), 0)).toBe(true);
  expect(memory.tryHold(part(9, 100), 0)).toBe(false);
});

test('a part released by one who does not hold it changes nothing', () => {
  const memory = new PartMemory(800);
  memory.release(part(1, 100));
  expect(memory.bytes).toBe(0);
});
