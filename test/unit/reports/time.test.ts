import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTime } from '../../../src/reports/moment.ts';
import { checkZone, fromZone, parseDuration, stepsOf, toZone, tryDuration } from '../../../src/reports/time.ts';

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
  ['2026-11-22T14:30-0530', 'UTC', Date.UTC(2026, 10, 22, 20)],
  ['-1h', 'UTC', now - HOUR],
  ['now-1h30m', 'UTC', now - 1.5 * HOUR],
  ['15m ago', 'UTC', now - 15 * 60_000],
  ['today', 'Europe/Berlin', Date.UTC(2026, 10, 21, 23)],
  ['yesterday', 'UTC', Date.UTC(2026, 10, 21)],
  ['yesterday 07:39', 'America/New_York', Date.UTC(2026, 10, 21, 12, 39)],
  ['today 16:00', 'UTC', Date.UTC(2026, 10, 22, 16)],
  // It is 14:00 in UTC, 15:00 in Berlin, 19:30 in Kolkata, 9:00 in New York.
  ['07:39', 'UTC', Date.UTC(2026, 10, 22, 7, 39)],
  ['7:39:12', 'UTC', Date.UTC(2026, 10, 22, 7, 39, 12)],
  ['14:00', 'UTC', now],
  ['14:01', 'UTC', Date.UTC(2026, 10, 21, 14, 1)],
  ['14:30', 'Europe/Berlin', Date.UTC(2026, 10, 22, 13, 30)],
  ['09:30', 'America/New_York', Date.UTC(2026, 10, 21, 14, 30)],
  ['07:39Z', 'Asia/Kolkata', Date.UTC(2026, 10, 22, 7, 39)],
  ['01:00+05:30', 'UTC', Date.UTC(2026, 10, 21, 19, 30)],
])('time %s in %s', (text, tz, ms) => expect(parseTime(text, '--from', now, tz)).toBe(ms));

test.each([
  '24:00',
  '7',
  '07:60',
  'tomorrow',
  '22.11.2026',
  '2026-13-01',
  '2026-02-30',
  '2026-11-22T25:00',
  '2026-11-22T14',
  '',
])('no time: %j', (text) => {
  expect(() => parseTime(text, '--from', now, 'UTC')).toThrow(expect.objectContaining({ code: 'ATTR_USAGE' }));
});

test('a time of day ends a range after its begin', () => {
  const from = parseTime('23:50', '--from', now, 'UTC');
  expect(from).toBe(Date.UTC(2026, 10, 21, 23, 50));
  expect(parseTime('00:10', '--to', now, 'UTC', from)).toBe(Date.UTC(2026, 10, 22, 0, 10));
  // A little after midnight: the end is still to come.
  const midnight = Date.UTC(2026, 10, 22, 0, 5);
  expect(parseTime('00:10', '--to', midnight, 'UTC', parseTime('23:50', '--from', midnight, 'UTC'))).toBe(
    Date.UTC(2026, 10, 22, 0, 10),
  );
  // Neither before its begin nor in the future: the range is empty, and says so.
  expect(parseTime('07:30', '--to', now, 'UTC', parseTime('07:39', '--from', now, 'UTC'))).toBe(
    Date.UTC(2026, 10, 22, 7, 30),
  );
});

test('a time of day on the days on which the clock changes', () => {
  const morning = Date.UTC(2026, 9, 25, 8);
  expect(parseTime('01:30', '--from', morning, 'Europe/Berlin')).toBe(Date.UTC(2026, 9, 24, 23, 30));
  expect(parseTime('03:30', '--from', morning, 'Europe/Berlin')).toBe(Date.UTC(2026, 9, 25, 2, 30));
  expect(parseTime('09:30', '--from', morning, 'Europe/Berlin')).toBe(Date.UTC(2026, 9, 24, 7, 30));
});

test('who gives a moment for a duration is told the option', () => {
  expect(() => parseDuration('07:39', '--since')).toThrow(/--from 07:39/);
});

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
    const midnights = [
      Date.UTC(2026, 9, 23, 22),
      Date.UTC(2026, 9, 24, 22),
      Date.UTC(2026, 9, 25, 23),
      Date.UTC(2026, 9, 26, 23),
      Date.UTC(2026, 9, 27, 23),
    ];
    const steps = stepsOf(from, from + 3 * DAY, DAY, 'Europe/Berlin');
    expect(steps).toEqual(midnights.slice(1).map((to, i) => ({ from: midnights[i], to })));
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
          const steps = stepsOf(from, from + length, step, 'Europe/Berlin');
          expect(steps[0]!.from <= from && steps[0]!.to > from).toBe(true);
          for (const [i, { from: begin, to }] of steps.entries()) {
            expect(begin < to).toBe(true);
            if (i > 0) expect(begin).toBe(steps[i - 1]!.to);
          }
          expect(steps.at(-1)!.from < from + length && steps.at(-1)!.to >= from + length).toBe(true);
        },
      ),
    );
  });
});
