import { expect, test } from 'vitest';
import { Dictionary } from '../../../src/core/aggregate/dictionary.ts';
import { SumTable } from '../../../src/core/aggregate/sum-table.ts';
import { BlockedSeconds } from '../../../src/observe/blocked-seconds.ts';
import type { SessionOrigin } from '../../../src/observe/join.ts';
import type { LockWait } from '../../../src/observe/lock-observer.ts';

const origin = (name: string): SessionOrigin => ({ service: 'shop', origin: name, basis: 'time', pid: 1 });
const origins = new Map(['job', 'other', 'first', 'second'].map((name) => [name, origin(name)]));

function books() {
  const dictionary = new Dictionary();
  const table = new SumTable({ dictionary, windowSeconds: 60 });
  const blocked = new BlockedSeconds('postgresql://db/shop', { table, dictionary });
  return {
    blocked,
    look: (atMs: number, waits: readonly LockWait[]) => blocked.add({ atMs, sessions: [], waits }, origins, atMs),
    rows: () => {
      const frozen = table.rotate();
      return Array.from({ length: frozen.size }, (_, i) => frozen.row(i)).map(
        ({ window, origin, measure, value, count }) => ({
          window,
          holder: origin.origin,
          event: measure.event,
          victim: (JSON.parse(measure.attributes) as { victim: string }).victim,
          value,
          count,
        }),
      );
    },
  };
}

test('a look stands for the time since the one before; one wait is one, however its begin is told', () => {
  const { look, rows } = books();
  look(0, []);
  look(1_000, [{ waiter: 'first', blockers: ['job'], sinceMs: 500 }]);
  look(3_000, [{ waiter: 'first', blockers: ['job'], sinceMs: 501.5 }]);
  look(4_000, [{ waiter: 'first', blockers: ['job'], sinceMs: 3_700 }]);
  look(5_000, []);
  expect(rows()).toEqual([
    { window: 0, holder: 'job', event: 'db.client.blocked.duration', victim: 'first', value: 4, count: 2 },
  ]);
});

test('what victims wait and what holders are charged with are the same seconds', () => {
  const { look, rows, blocked } = books();
  look(0, []);
  look(2_000, [
    { waiter: 'first', blockers: ['job', 'other'], sinceMs: 100 },
    { waiter: 'second', blockers: ['first'], sinceMs: 200 },
  ]);
  const all = rows();
  expect(all.map(({ holder, victim, value, count }) => [victim, holder, value, count])).toEqual([
    ['first', 'job', 1, 0.5],
    ['first', 'other', 1, 0.5],
    ['second', 'job', 1, 0.5],
    ['second', 'other', 1, 0.5],
  ]);
  expect(blocked.sums.reduce((sum, { seconds }) => sum + seconds, 0)).toBe(4);
});

test('seconds lie in the windows they were waited in', () => {
  const { look, rows } = books();
  look(59_000, []);
  look(62_000, [{ waiter: 'first', blockers: ['nobody we know'], sinceMs: 0 }]);
  expect(rows().map(({ window, holder, value, count }) => [window, holder, value, count])).toEqual([
    [0, '(unknown session)', 1, 0],
    [1, '(unknown session)', 2, 1],
  ]);
});
