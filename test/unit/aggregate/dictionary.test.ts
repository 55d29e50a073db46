import { describe, expect, it } from 'vitest';
import { Dictionary } from '../../../src/core/aggregate/dictionary.ts';
import { SumTable } from '../../../src/core/aggregate/sum-table.ts';

const hostile = ['', '__proto__', 'constructor', 'toString', '\0', 'a\0b', '\ud800', '\udc00', '0', '-0', 'null', '…'];

/** A pass over all ids, as sealing makes after each rotation. */
function sweep(dictionary: Dictionary): void {
  while (!dictionary.sweep(7));
}

describe('Dictionary', () => {
  it('gives the same object for the same strings and different ones for others', () => {
    const d = new Dictionary();
    expect(d.measure('t', 'e', 'u')).toBe(d.measure('t', 'e', 'u', ''));
    expect(d.origin('s', 'os', 'o')).toBe(d.origin('s', 'os', 'o', ''));
    const all = [d.measure('a', 'b', 'c', 'd'), d.measure('b', 'a', 'c', 'd'), d.measure('a', 'b', 'd', 'c')];
    expect(new Set(all).size).toBe(3);
    expect(new Set(all.map((m) => m.id)).size).toBe(3);
  });

  it('never confuses strings that would be equal when joined, nor hostile ones', () => {
    const d = new Dictionary();
    const seen = new Set<unknown>();
    for (const a of hostile)
      for (const b of hostile)
        for (const c of hostile) {
          const m = d.measure(a, b, c);
          const o = d.origin(a, b, c);
          expect([m.target, m.event, m.unit, o.service, o.originService, o.origin]).toEqual([a, b, c, a, b, c]);
          seen.add(m).add(o);
        }
    expect(seen.size).toBe(2 * hostile.length ** 3);
    for (const a of hostile) expect(seen.has(d.measure(a, '\0', '__proto__'))).toBe(true);
    expect(d.size).toBe(seen.size);
  });

  it('finds one of thousands that share their first string', () => {
    const d = new Dictionary();
    const made = Array.from({ length: 5_000 }, (_, i) => d.origin('s', 's', 'GET /', `{"tenant":${i}}`));
    for (let i = 0; i < made.length; i += 97) expect(d.origin('s', 's', 'GET /', `{"tenant":${i}}`)).toBe(made[i]);
    expect(d.size).toBe(5_000);
  });

  it('finds all when there are more names than one Map takes', () => {
    const d = new Dictionary();
    const made = Array.from({ length: 40_000 }, (_, i) => d.origin('s', 's', `user:${i}`));
    for (let i = 0; i < made.length; i += 331) expect(d.origin('s', 's', `user:${i}`)).toBe(made[i]);
    expect(new Set(made.map((o) => o.id)).size).toBe(40_000);
  });

  it('cuts long strings at a character, marks them and counts each new key once', () => {
    let cuts = 0;
    const d = new Dictionary({ nameChars: 8, onCut: () => cuts++ });
    expect(d.measure('12345678', 'e', 'u').target).toBe('12345678');
    expect(cuts).toBe(0);
    const m = d.measure('123456789', 'e', 'u');
    expect(m.target).toBe('1234567…');
    expect(d.measure('123456789', 'e', 'u')).toBe(m);
    expect(cuts).toBe(1);
    // The seventh unit is the first half of a pair: half a character would be no character.
    expect(d.origin('s', 's', '123456😀😀').origin).toBe('123456…');
    expect(d.origin('s', 's', `12345\ud800${'x'.repeat(1_000_000)}`).origin).toBe('12345\ud800x…');
    expect(cuts).toBe(3);
  });

  it('forgets what two rotations did not use, and gives its id away only after release', () => {
    const d = new Dictionary();
    const table = new SumTable({ dictionary: d, windowSeconds: 60 });
    const [dead, alive, m] = [d.origin('s', 's', 'dead'), d.origin('s', 's', 'alive'), d.measure('t', 'e', 'u')];
    table.add(1, dead, m, 1);
    const first = table.rotate();
    for (let i = 0; i < 3; i++) {
      table.add(1, alive, m, 1);
      table.rotate().release();
      sweep(d);
      expect(dead.id).toBeGreaterThanOrEqual(0);
    }
    expect([...first.rows()].map((r) => r.origin.origin)).toEqual(['dead']);
    first.release();
    const freed = dead.id;
    sweep(d);
    expect([dead.id, alive.id >= 0, m.id >= 0, d.size]).toEqual([-1, true, true, 2]);
    expect(d.origin('s', 's', 'next').id).toBe(freed);
  });

  it('keeps what the last rotation used, even when everything is released', () => {
    const d = new Dictionary();
    const table = new SumTable({ dictionary: d, windowSeconds: 60 });
    const o = d.origin('s', 's', 'o');
    table.add(1, o, d.measure('t', 'e', 'u'), 1);
    table.rotate().release();
    sweep(d);
    expect(o.id).toBeGreaterThanOrEqual(0);
    table.rotate().release();
    sweep(d);
    expect(o.id).toBe(-1);
  });

  it('interns a forgotten object again when it is added, or uses the one that took its place', () => {
    const d = new Dictionary();
    const table = new SumTable({ dictionary: d, windowSeconds: 60 });
    const rotate = () => {
      const rows = [...table.rotate().rows()].map((r) => `${r.origin.origin} ${r.measure.target} ${r.value}`);
      return rows;
    };
    const [o, m] = [d.origin('s', 's', 'o'), d.measure('t', 'e', 'u')];
    const forget = () => {
      for (let i = 0; i < 3; i++) table.rotate().release();
      sweep(d);
    };
    forget();
    expect([o.id, m.id, d.size]).toEqual([-1, -1, 0]);
    // Ids that others take meanwhile must not be mistaken for theirs.
    const other = d.origin('s', 's', 'other');
    table.add(1, other, d.measure('t2', 'e', 'u'), 5);
    table.add(1, o, m, 1);
    expect(d.origin('s', 's', 'o')).toBe(o);
    expect(table.size).toBe(2);
    table.rotate().release();
    forget();
    const successor = d.origin('s', 's', 'o');
    expect(successor).not.toBe(o);
    table.add(1, o, m, 1);
    table.add(1, successor, m, 2);
    table.add(1, o, m, 4);
    expect(rotate()).toEqual(['o t 7']);
  });

  it('does not keep the strings of dead rows for ever', () => {
    const d = new Dictionary();
    const table = new SumTable({ dictionary: d, windowSeconds: 60 });
    let largest = 0;
    for (let turn = 0; turn < 40; turn++) {
      const m = d.measure(`target-${turn}`, 'e', 'u');
      for (let i = 0; i < 500; i++) table.add(turn, d.origin('s', 's', `user-${turn}-${i}`), m, 1);
      table.rotate().release();
      sweep(d);
      largest = Math.max(largest, d.size);
    }
    expect(largest).toBeLessThanOrEqual(3 * 501);
    for (let i = 0; i < 3; i++) table.rotate().release();
    sweep(d);
    expect(d.size).toBe(0);
  });

  it('lets the garbage collector have dead strings', async () => {
    const d = new Dictionary();
    const table = new SumTable({ dictionary: d, windowSeconds: 60 });
    table.add(1, d.origin('s', 's', 'dead'), d.measure('t', 'e', 'u'), 1);
    const ref = new WeakRef(d.origin('s', 's', 'dead'));
    for (let i = 0; i < 3; i++) table.rotate().release();
    sweep(d);
    const { setFlagsFromString } = await import('node:v8');
    const { runInNewContext } = await import('node:vm');
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    for (let i = 0; i < 10 && ref.deref() !== undefined; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      gc();
    }
    expect(ref.deref()).toBeUndefined();
  });
});
