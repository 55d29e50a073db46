/**
 * Values inside the evaluator.
 *
 * - long: a number, or a bigint where a number would not be exact; int, real: a number
 * - datetime, timespan: a number of milliseconds (since 1970) where that is exact, else a bigint of ticks of 100 ns
 * - string: never null
 * - dynamic: JSON values; what JSON cannot tell (a real without fraction, times, guids) is a `Boxed`
 */
export type Type =
  | 'bool'
  | 'int'
  | 'long'
  | 'real'
  | 'decimal'
  | 'datetime'
  | 'timespan'
  | 'string'
  | 'guid'
  | 'dynamic';

export type Value = null | boolean | number | bigint | string | Boxed | readonly Value[] | Bag;

export interface Bag {
  readonly [key: string]: Value;
}

/** A typed scalar within a dynamic value. */
export class Boxed {
  readonly type: 'real' | 'datetime' | 'timespan' | 'guid';
  readonly value: number | bigint | string;

  constructor(type: Boxed['type'], value: number | bigint | string) {
    this.type = type;
    this.value = value;
  }
}

export type Time = number | bigint;
export type Long = number | bigint;

const typeNames: Readonly<Record<string, Type>> = {
  bool: 'bool',
  boolean: 'bool',
  int: 'int',
  int32: 'int',
  long: 'long',
  int64: 'long',
  real: 'real',
  double: 'real',
  decimal: 'decimal',
  datetime: 'datetime',
  date: 'datetime',
  timespan: 'timespan',
  time: 'timespan',
  string: 'string',
  guid: 'guid',
  uniqueid: 'guid',
  uuid: 'guid',
  dynamic: 'dynamic',
};

export function typeNamed(name: string): Type | undefined {
  return typeNames[name];
}

export function isNumeric(type: Type): boolean {
  return type === 'int' || type === 'long' || type === 'real' || type === 'decimal';
}

export function isArray(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isBag(value: Value): value is Bag {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Boxed);
}

/** Ticks per millisecond. */
const TICKS = 10_000n;

export function ticksOf(time: Time): bigint {
  if (typeof time === 'bigint') return time;
  return Number.isInteger(time) ? BigInt(time) * TICKS : BigInt(Math.round(time * 10_000));
}

export function timeOf(ticks: bigint): Time {
  return ticks % TICKS === 0n ? Number(ticks / TICKS) : ticks;
}

/** Milliseconds, which are not exact for a time with ticks. */
export function millisecondsOf(time: Time): number {
  return typeof time === 'number' ? time : Number(time / TICKS) + Number(time % TICKS) / 10_000;
}

export function compareTimes(a: Time, b: Time): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [x, y] = [ticksOf(a), ticksOf(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

export function addTimes(a: Time, b: Time): Time {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  return timeOf(ticksOf(a) + ticksOf(b));
}

export function subtractTimes(a: Time, b: Time): Time {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return timeOf(ticksOf(a) - ticksOf(b));
}

/** As a 64-bit integer would hold it. */
export function longOf(value: bigint): Long {
  const wrapped = BigInt.asIntN(64, value);
  const small = Number(wrapped);
  return Number.isSafeInteger(small) ? small : wrapped;
}

/** A long or real as a whole number; null where it has none. */
export function wholeOf(value: number): Long | null {
  if (!Number.isFinite(value)) return null;
  const whole = Math.trunc(value);
  if (Number.isSafeInteger(whole)) return whole === 0 ? 0 : whole;
  return Math.abs(whole) < 2 ** 63 ? BigInt(whole) : null;
}

/** Greatest multiple of `size` up to `value`: all are bigints, `size` above zero. */
export function floorTo(value: bigint, size: bigint): bigint {
  const rest = value % size;
  return rest < 0n ? value - rest - size : value - rest;
}
