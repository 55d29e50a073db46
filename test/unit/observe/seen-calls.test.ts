import { expect, test } from 'vitest';
import { SeenCalls, type ToldCalls, unseenOf } from '../../../src/observe/seen-calls.ts';

const told = (process: string, calls: number, more: Partial<ToldCalls> = {}): ToldCalls => ({
  process,
  startedMs: 0,
  calls: { db: calls, other: 1_000 },
  inDoubt: {},
  inFlight: [],
  ...more,
});
const seenCalls = (): SeenCalls => new SeenCalls((target) => target === 'db');

test('what was seen before the first look is no part of it', () => {
  const seen = seenCalls();
  expect(seen.look([told('a', 100), told('b', 7)], 1_000).seen).toBe(0);
  expect(seen.look([told('a', 130), told('b', 8)], 2_000).seen).toBe(31);
});

test('a process that began since the last look has made all its calls since then', () => {
  const seen = seenCalls();
  seen.look([told('a', 100)], 1_000);
  expect(seen.look([told('a', 100), told('b', 5, { startedMs: 1_500 })], 2_000).seen).toBe(5);
});

test('one that was there and did not answer before tells nothing by its sum', () => {
  const seen = seenCalls();
  seen.look([], 1_000);
  expect(seen.look([told('a', 500)], 2_000).seen).toBe(0);
  expect(seen.look([told('a', 501)], 3_000).seen).toBe(1);
});

test('one that stood still for a look catches up; one that ended is lost', () => {
  const seen = seenCalls();
  seen.look([told('a', 0), told('b', 0)], 1_000);
  seen.look([told('b', 1)], 2_000);
  expect([...seen.lost]).toEqual(['a']);
  expect(seen.look([told('a', 9)], 3_000).seen).toBe(9);
  expect([...seen.lost]).toEqual(['b']);
});

test('what is in flight or in doubt is not lost', () => {
  const waits = { inDoubt: { db: 2, other: 9 }, inFlight: [{ target: 'db', operations: 3 }] };
  const look = seenCalls().look([told('a', 10, waits)], 1_000);
  expect(look.waiting).toBe(5);
  expect(unseenOf(5, look)).toBe(0);
  expect(unseenOf(9, look)).toBe(4);
  expect(unseenOf(0, { seen: 3, waiting: 0 })).toBe(0);
});
