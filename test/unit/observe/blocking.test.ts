import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ChainLink, chainsOf, sharesOf, waitersBelow } from '../../../src/observe/blocking.ts';
import type { LockWait } from '../../../src/observe/lock-observer.ts';

/** `b<a` : b waits for a; `c<a,b`: for both. Older waits first. */
const waitsOf = (text: string): LockWait[] =>
  text.split(' ').map((one, i) => {
    const [waiter, blockers] = one.split('<') as [string, string];
    return { waiter, blockers: blockers.split(','), sinceMs: i };
  });

const textOf = ({ session, inCircle, waiters }: ChainLink): string =>
  `${session}${inCircle ? '*' : ''}${waiters.length > 0 ? `(${waiters.map(textOf).join(' ')})` : ''}`;

test.each([
  ['one waits', 'b<a', ['a(b)']],
  ['a chain', 'c<b b<a', ['a(b(c))']],
  ['a queue, of which each names all before him', 'b<a c<a,b d<a,b,c', ['a(b c d)']],
  ['two hold what one wants: he stands below both', 'c<a,b', ['a(c)', 'b(c)']],
  ['the one with more waiters first', 'b<a d<c e<d', ['c(d(e))', 'a(b)']],
  ['a circle of two begins with who waits longest', 'b<a a<b', ['b*(a)']],
  ['one who waits for a circle', 'a<b b<a c<a', ['a*(b c)']],
])('%s', (_, text, trees) => {
  expect(chainsOf(waitsOf(text)).map(textOf)).toEqual(trees);
});

const sharesText = (text: string): Record<string, Record<string, number>> =>
  Object.fromEntries([...sharesOf(waitsOf(text))].map(([waiter, shares]) => [waiter, Object.fromEntries(shares)]));

test.each([
  ['the holder', 'b<a', { b: { a: 1 } }],
  ['the root of a chain', 'c<b b<a', { b: { a: 1 }, c: { a: 1 } }],
  ['two holders, in equal parts', 'c<a,b', { c: { a: 0.5, b: 0.5 } }],
  ['a half passed on', 'c<a,b b<a', { b: { a: 1 }, c: { a: 1 } }],
  ['a circle: each other', 'a<b b<a', { a: { a: 1 }, b: { a: 1 } }],
])('charged is %s', (_, text, expected) => {
  expect(sharesText(text)).toEqual(expected);
});

test('a queue of 2,000 that names all before costs no more than it says', () => {
  const ids = Array.from({ length: 2_000 }, (_, i) => String(i));
  const waits = ids
    .slice(1)
    .map((waiter, i) => ({ waiter, blockers: ids.slice(Math.max(0, i - 30), i + 1), sinceMs: i }));
  const shares = sharesOf(waits);
  expect(shares.get('1999')).toEqual(new Map([['0', expect.closeTo(1, 9)]]));
  expect(waitersBelow(chainsOf(waits)[0]!)).toBe(1_999);
});

test('whatever waits for whatever: every waiter is in a tree, and his shares are 1 in all', () => {
  const edge = fc.record({ waiter: fc.nat(9), blockers: fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 4 }) });
  fc.assert(
    fc.property(fc.uniqueArray(edge, { selector: ({ waiter }) => waiter, maxLength: 10 }), (edges) => {
      const waits = edges.flatMap(({ waiter, blockers }, sinceMs) => {
        const others = blockers.filter((one) => one !== waiter).map(String);
        return others.length === 0 ? [] : [{ waiter: String(waiter), blockers: others, sinceMs }];
      });
      const sessions = new Set<string>();
      const visit = ({ session, waiters }: ChainLink): void => {
        sessions.add(session);
        waiters.forEach(visit);
      };
      chainsOf(waits).forEach(visit);
      const shares = sharesOf(waits);
      for (const { waiter } of waits) {
        expect(sessions).toContain(waiter);
        expect([...shares.get(waiter)!.values()].reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
      }
    }),
  );
});
