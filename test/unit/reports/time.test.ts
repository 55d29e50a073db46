import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkZone,
  fromZone,
  parseDuration,
  parseTime,
  stepEdges,
  toZone,
  tryDuration,
} from '../../../src/reports/time.ts';

const now = Date.UTC(2026, 10, 22, 14);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

test.each([
  ['90s', 90_000],
  ['15m', 900_000],
  ['1h', HOUR],
  ['1h30m', 1.5 * HOUR],
  ['7d', 7 * DAY],
  ['2w', 14 * DAY],
  ['0.5h', HOUR / 2],
])('duration %s', (text, ms) => expect(tryDuration(text)).toBe(ms));

test.each(['', '15', 'm', '-1h', '1h ', '1.5.2h', '0s', '99999999w', '1y', '١h'])('no duration: %j', (text) => {
  expect(tryDuration(text)).toBeUndefined();
  expect(() => parseDuration(text, '--since')).toThrow(/--since is .*15m, 1h, 7d/);
});

test.each([
  ['now', 'UTC', now],
  ['2h', 'UTC', now - 2 * HOUR],
  ['2026-11-22', 'UTC', Date.UTC(2026, 10, 22)],
  ['2026-11', 'UTC', Date.UTC(2026, 10, 1)],
  ['2026-11-22T14:30', 'Europe/Berlin', Date.UTC(2026, 10, 22, 13, 30)],
  ['2026-11-22 14:30:05', 'Asia/Kolkata', Date.UTC(2026, 10, 22, 9, 0, 5)],
  ['2026-07-01T12:00', 'America/New_York', Date.UTC(2026, 6, 1, 16)],
  ['2026-11-22T14:30Z', 'America/New_York', Date.UTC(2026, 10, 22, 14, 30)],
  ['2026-11-22T14:30+02:00', 'UTC', Date.UTC(2026, 10, 22, 12, 30)],
])('time %s in %s', (text, tz, ms) => expect(parseTime(text, '--from', now, tz)).toBe(ms));

test.each(['yesterday', '22.11.2026', '2026-13-01', '2026-02-30', '2026-11-22T25:00', '2026-11-22T14', ''])(
  'no time: %j',
  (text) => {
    expect(() => parseTime(text, '--from', now, 'UTC')).toThrow(expect.objectContaining({ code: 'ATTR_USAGE' }));
  },
);

test('an unknown zone names examples', () => {
  expect(() => checkZone('Mars/Olympus')).toThrow(/Europe\/Berlin/);
  expect(checkZone(undefined)).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
});

test('the clock of a zone and back, except in the hour that a clock skips', () => {
  const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia'];
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), fc.constantFrom(...zones), (seconds, tz) => {
      const ms = seconds * 1000;
      const wall = toZone(ms, tz);
      expect(toZone(fromZone(wall, tz), tz)).toBe(wall);
    }),
  );
});

describe('steps', () => {
  test('days begin at midnight of the zone, also where a day has 23 or 25 hours', () => {
    const from = Date.UTC(2026, 9, 24, 12);
    const edges = stepEdges(from, from + 3 * DAY, DAY, 'Europe/Berlin');
    expect(edges).toEqual([from, Date.UTC(2026, 9, 24, 22), Date.UTC(2026, 9, 25, 23), Date.UTC(2026, 9, 26, 23)]);
  });

  test('they cover the range from its begin, in order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 31 }),
        fc.integer({ min: 1, max: 10 * DAY }),
        fc.constantFrom(60_000, 300_000, HOUR, 6 * HOUR, DAY, 7 * DAY),
        (seconds, length, step) => {
          const from = seconds * 1000;
          if (length / step > 3_000) return;
          const edges = stepEdges(from, from + length, step, 'Europe/Berlin');
          expect(edges[0]).toBe(from);
          for (let i = 1; i < edges.length; i++) expect(edges[i]! > edges[i - 1]!).toBe(true);
          expect(edges.at(-1)! < from + length).toBe(true);
        },
      ),
    );
  });
});
