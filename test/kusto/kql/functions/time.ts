import { unsupported } from '../errors.ts';
import {
  addTimes,
  floorTo,
  type Long,
  longOf,
  millisecondsOf,
  subtractTimes,
  type Time,
  type Type,
  ticksOf,
  timeOf,
  type Value,
} from '../values.ts';
import { type Functions, type ScalarFunction, scalar } from './scalar.ts';
import { formatDate, formatSpan } from './time-format.ts';

type Part =
  | 'year'
  | 'quarter'
  | 'month'
  | 'week'
  | 'day'
  | 'hour'
  | 'minute'
  | 'second'
  | 'millisecond'
  | 'microsecond'
  | 'nanosecond';

/** Ticks of 100 ns, for parts of one length. */
const partTicks: Readonly<Partial<Record<Part, bigint>>> = {
  day: 864_000_000_000n,
  hour: 36_000_000_000n,
  minute: 600_000_000n,
  second: 10_000_000n,
  millisecond: 10_000n,
  microsecond: 10n,
};

const partMonths: Readonly<Partial<Record<Part, number>>> = { year: 12, quarter: 3, month: 1 };

function partNamed(name: string): Part {
  const part = name.toLowerCase().replace(/^weeks$/, 'week') as Part;
  if (part in partTicks || part in partMonths || part === 'week' || part === 'nanosecond') return part;
  return unsupported(`the part ${name} of a time`);
}

function dateOf(time: Time): Date {
  return new Date(Math.floor(millisecondsOf(time)));
}

function utc(year: number, month: number, day = 1): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date.getTime();
}

/** Beginning of the calendar part that holds a time, moved by so many parts. */
function startOf(part: Part, time: Time, offset: number): Time {
  const date = dateOf(time);
  const months = partMonths[part];
  if (months !== undefined) {
    const month = Math.floor(date.getUTCMonth() / months) * months + offset * months;
    return utc(date.getUTCFullYear(), month);
  }
  const days = part === 'week' ? date.getUTCDay() : 0;
  const step = part === 'week' ? 864_000_000_000n * 7n : partTicks[part]!;
  const size = part === 'week' ? 864_000_000_000n : step;
  return timeOf(floorTo(ticksOf(time), size) - BigInt(days) * 864_000_000_000n + BigInt(offset) * step);
}

const starts = (part: Part): ScalarFunction =>
  scalar({
    takes: ['datetime', 'long'],
    least: 1,
    gives: 'datetime',
    value: (time: Time, offset: Long = 0) => startOf(part, time, Number(offset)),
  });

const ends = (part: Part): ScalarFunction =>
  scalar({
    takes: ['datetime', 'long'],
    least: 1,
    gives: 'datetime',
    value: (time: Time, offset: Long = 0) => timeOf(ticksOf(startOf(part, time, Number(offset) + 1)) - 1n),
  });

function added(name: string, count: Long, time: Time): Time {
  const part = partNamed(name);
  const months = partMonths[part];
  if (months === undefined) {
    const ticks = part === 'week' ? 864_000_000_000n * 7n : part === 'nanosecond' ? undefined : partTicks[part];
    return ticks === undefined
      ? timeOf(ticksOf(time) + BigInt(count) / 100n)
      : timeOf(ticksOf(time) + BigInt(count) * ticks);
  }
  const date = dateOf(time);
  const month = date.getUTCMonth() + Number(count) * months;
  const lastDay = new Date(utc(date.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const day = utc(date.getUTCFullYear(), month, Math.min(date.getUTCDate(), lastDay));
  return addTimes(day, subtractTimes(time, startOf('day', time, 0)));
}

/** How many borders of a part lie between two times. */
function difference(name: string, later: Time, earlier: Time): Value {
  const part = partNamed(name);
  const months = partMonths[part];
  if (months !== undefined) return Math.floor(monthOf(later) / months) - Math.floor(monthOf(earlier) / months);
  if (part === 'nanosecond') return longOf((ticksOf(later) - ticksOf(earlier)) * 100n);
  const size = part === 'week' ? 864_000_000_000n * 7n : partTicks[part]!;
  return longOf((ticksOf(startOf(part, later, 0)) - ticksOf(startOf(part, earlier, 0))) / size);
}

function monthOf(time: Time): number {
  const date = dateOf(time);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function partOf(name: string, time: Time): number {
  const date = dateOf(time);
  const fraction = Number(ticksOf(time) - floorTo(ticksOf(time), 10_000_000n));
  switch (name.toLowerCase()) {
    case 'year':
      return date.getUTCFullYear();
    case 'quarter':
      return Math.floor(date.getUTCMonth() / 3) + 1;
    case 'month':
      return date.getUTCMonth() + 1;
    case 'weekofyear':
    case 'week_of_year':
      return isoWeek(date);
    case 'day':
      return date.getUTCDate();
    case 'dayofyear':
      return dayOfYear(date);
    case 'hour':
      return date.getUTCHours();
    case 'minute':
      return date.getUTCMinutes();
    case 'second':
      return date.getUTCSeconds();
    case 'millisecond':
      return Math.floor(fraction / 10_000);
    case 'microsecond':
      return Math.floor(fraction / 10);
    case 'nanosecond':
      return fraction * 100;
    default:
      return unsupported(`the part ${name} of a time`);
  }
}

function dayOfYear(date: Date): number {
  return (
    (utc(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) - utc(date.getUTCFullYear(), 0)) / 86_400_000 + 1
  );
}

function isoWeek(date: Date): number {
  const thursday = new Date(
    utc(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 4 - (date.getUTCDay() || 7)),
  );
  return Math.ceil(dayOfYear(thursday) / 7);
}

function makeDate(year: Long, month: Long, day: Long, hour: Long = 0, minute: Long = 0, second = 0): Value {
  const inside = (value: Long, low: number, high: number): boolean => Number(value) >= low && Number(value) <= high;
  if (!inside(year, 1, 9999) || !inside(month, 1, 12) || !inside(hour, 0, 23) || !inside(minute, 0, 59)) return null;
  if (!(second >= 0 && second < 60) || !inside(day, 1, new Date(utc(Number(year), Number(month), 0)).getUTCDate()))
    return null;
  const whole = utc(Number(year), Number(month) - 1, Number(day)) + (Number(hour) * 60 + Number(minute)) * 60_000;
  return timeOf(ticksOf(whole) + BigInt(Math.round(second * 1e7)));
}

function makeSpan(...parts: number[]): Value {
  const [days, hours, minutes, seconds] =
    parts.length === 4 ? parts : [0, ...parts, ...(parts.length === 2 ? [0] : [])];
  return timeOf(BigInt(Math.round((((days! * 24 + hours!) * 60 + minutes!) * 60 + seconds!) * 1e7)));
}

const unixTime = (ticks: number): ScalarFunction =>
  scalar({
    takes: ['any'],
    gives: 'datetime',
    value: (count: Long) =>
      typeof count === 'bigint' || Number.isInteger(count)
        ? timeOf(ticks >= 1 ? BigInt(count) * BigInt(ticks) : BigInt(count) / BigInt(Math.round(1 / ticks)))
        : timeOf(BigInt(Math.round(count * ticks))),
  });

const part = (name: string, gives: Type = 'long'): ScalarFunction =>
  scalar({ takes: ['datetime'], gives, value: (time: Time) => partOf(name, time) });

export const timeFunctions: Functions = {
  datetime_add: scalar({ takes: ['string', 'long', 'datetime'], gives: 'datetime', value: added }),
  datetime_diff: scalar({
    takes: ['string', 'datetime', 'datetime'],
    // Recorded from the engine: weeks come as a real.
    gives: (_, [name]) => (name!.constant && name!.value([], 0, []) === 'week' ? 'real' : 'long'),
    value: difference,
  }),
  datetime_part: scalar({ takes: ['string', 'datetime'], gives: 'long', value: partOf }),
  dayofmonth: part('day', 'int'),
  dayofweek: scalar({
    takes: ['datetime'],
    gives: 'timespan',
    value: (time: Time) => dateOf(time).getUTCDay() * 86_400_000,
  }),
  dayofyear: part('dayofyear', 'int'),
  endofday: ends('day'),
  endofmonth: ends('month'),
  endofweek: ends('week'),
  endofyear: ends('year'),
  format_datetime: scalar({ takes: ['datetime', 'string'], gives: 'string', value: formatDate }),
  format_timespan: scalar({ takes: ['timespan', 'string'], gives: 'string', value: formatSpan }),
  getmonth: part('month'),
  getyear: part('year'),
  hourofday: part('hour'),
  make_datetime: scalar({
    takes: ['long', 'long', 'long', 'long', 'long', 'real'],
    least: 3,
    gives: 'datetime',
    value: makeDate,
  }),
  make_timespan: scalar({ takes: ['real', 'real', 'real', 'real'], least: 2, gives: 'timespan', value: makeSpan }),
  monthofyear: part('month'),
  startofday: starts('day'),
  startofhour: starts('hour'),
  startofmonth: starts('month'),
  startofweek: starts('week'),
  startofyear: starts('year'),
  unixtime_microseconds_todatetime: unixTime(10),
  unixtime_milliseconds_todatetime: unixTime(10_000),
  unixtime_nanoseconds_todatetime: unixTime(0.01),
  unixtime_seconds_todatetime: unixTime(10_000_000),
  week_of_year: part('week_of_year'),
  weekofyear: part('week_of_year'),
};
