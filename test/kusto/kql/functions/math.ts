import { comparison } from '../compare.ts';
import { semantic, unsupported } from '../errors.ts';
import { floorTo, type Long, longOf, type Time, type Type, ticksOf, timeOf, type Value } from '../values.ts';
import { call, cast, type Functions, numeric, type ScalarFunction, scalar, unified } from './scalar.ts';

const real = (value: (...numbers: number[]) => number | null, count = 1): ScalarFunction =>
  scalar({ takes: Array<Type>(count).fill('real'), gives: 'real', value });

/** Of int and long: long. */
const wider = (type: Type): Type => (type === 'int' ? 'long' : type);

/** The real that is nearest to a decimal with so many places; halves go away from zero. */
function rounded(value: number, places: Long): number {
  const factor = 10 ** Math.abs(Number(places));
  const scaled = Number(places) < 0 ? value / factor : value * factor;
  if (!Number.isFinite(scaled)) return value;
  const whole = Math.sign(scaled) * Math.round(Math.abs(scaled));
  return Number(places) < 0 ? whole * factor : whole / factor;
}

/** Ticks from the year 1 to 1970: bins of times are counted from there. */
const EPOCH = 621_355_968_000_000_000n;

function binned(value: Type, size: Type): { type: Type; apply: (value: Value, size: Value) => Value } {
  if (value === 'datetime' || value === 'timespan') {
    if (size !== 'timespan') semantic(`bin(${value}, ${size})`);
    const offset = value === 'datetime' ? EPOCH : 0n;
    return { type: value, apply: (time, width) => binTime(time as Time, width as Time, offset) };
  }
  const [a, b] = [numeric(value), numeric(size)];
  if (a === 'dynamic' || b === 'dynamic') semantic('bin of a dynamic value: cast it first');
  return a === 'real' || b === 'real'
    ? { type: 'real', apply: (x, y) => (Number(y) > 0 ? Math.floor(Number(x) / Number(y)) * Number(y) : null) }
    : { type: 'long', apply: (x, y) => (Number(y) > 0 ? longOf(floorTo(BigInt(x as Long), BigInt(y as Long))) : null) };
}

/** Whole milliseconds on both sides are the common case and need no big numbers. */
function binTime(time: Time, width: Time, offset: bigint): Value {
  const size = ticksOf(width);
  if (size <= 0n) return null;
  if (typeof time === 'number' && typeof width === 'number' && Number.isInteger(time) && 86_400_000 % width === 0) {
    return Math.floor(time / width) * width;
  }
  return timeOf(floorTo(ticksOf(time) + offset, size) - offset);
}

const bin: ScalarFunction = {
  compile: (args) => {
    const [value, size] = args;
    if (value === undefined || size === undefined || args.length > 2) return semantic('bin(value, size)');
    const { type, apply } = binned(value.type, size.type);
    return call([value, size], type, apply, false);
  },
};

const binAt: ScalarFunction = {
  compile: (args) => {
    const [value, size, at] = args;
    if (value === undefined || size === undefined || at === undefined || args.length > 3)
      return semantic('bin_at(value, size, at)');
    if (value.type === 'datetime' || value.type === 'timespan') {
      const apply = (time: Value, width: Value, fixed: Value): Value =>
        ticksOf(width as Time) > 0n ? binTimeAt(time as Time, width as Time, fixed as Time) : null;
      return call([value, cast(size, 'timespan'), cast(at, value.type)], value.type, apply, false);
    }
    const apply = (x: Value, y: Value, z: Value): Value =>
      (y as number) > 0
        ? Math.floor(((x as number) - (z as number)) / (y as number)) * (y as number) + (z as number)
        : null;
    if (value.type !== 'real') unsupported('bin_at(long)');
    return call([value, cast(size, 'real'), cast(at, 'real')], 'real', apply, false);
  },
};

function binTimeAt(time: Time, width: Time, fixed: Time): Time {
  return timeOf(floorTo(ticksOf(time) - ticksOf(fixed), ticksOf(width)) + ticksOf(fixed));
}

/** Nulls do not count, unless there is nothing else. */
function extreme(sign: 1 | -1): ScalarFunction {
  return {
    compile: (args) => {
      const type = unified(args.map((arg) => arg.type));
      const compare = comparison(type);
      const better = (a: Value, b: Value): Value => (a === null || (b !== null && sign * compare(b, a) > 0) ? b : a);
      return call(
        args.map((arg) => cast(arg, type)),
        type,
        (...values) => values.reduce(better, null),
        true,
      );
    },
  };
}

const sameNumber = (long: (value: Long) => Long, double: (value: number) => number): ScalarFunction => ({
  compile: (args) => {
    const [arg] = args;
    if (arg === undefined || args.length > 1) return semantic('one argument is expected');
    const type = wider(numeric(arg.type));
    return type === 'long'
      ? call([arg], type, (value) => long(value as Long), false)
      : call([cast(arg, 'real')], 'real', (value) => double(value as number), false);
  },
});

const absolute: ScalarFunction = {
  compile: (args) =>
    args[0]?.type === 'timespan'
      ? call(
          args,
          'timespan',
          (value) => timeOf(ticksOf(value as Time) < 0n ? -ticksOf(value as Time) : ticksOf(value as Time)),
          false,
        )
      : sameNumber((value) => (value < 0 ? longOf(-BigInt(value)) : value), Math.abs).compile(args),
};

const bits = (value: (a: bigint, b: bigint) => bigint): ScalarFunction =>
  scalar({ takes: ['long', 'long'], gives: 'long', value: (a: Long, b: Long) => longOf(value(BigInt(a), BigInt(b))) });

const positive = (value: (x: number) => number) => (x: number) => (x < 0 ? null : value(x));

export const mathFunctions: Functions = {
  abs: absolute,
  acos: real(Math.acos),
  asin: real(Math.asin),
  atan: real(Math.atan),
  atan2: real(Math.atan2, 2),
  bin,
  bin_at: binAt,
  binary_and: bits((a, b) => a & b),
  binary_or: bits((a, b) => a | b),
  binary_xor: bits((a, b) => a ^ b),
  ceiling: real(Math.ceil),
  cos: real(Math.cos),
  cot: real((x) => 1 / Math.tan(x)),
  degrees: real((x) => (x * 180) / Math.PI),
  exp: real(Math.exp),
  exp10: real((x) => 10 ** x),
  exp2: real((x) => 2 ** x),
  floor: bin,
  isfinite: scalar({ takes: ['real'], gives: 'bool', value: (x: number) => Number.isFinite(x) }),
  isinf: scalar({ takes: ['real'], gives: 'bool', value: (x: number) => !Number.isFinite(x) && !Number.isNaN(x) }),
  isnan: scalar({ takes: ['real'], gives: 'bool', value: (x: number) => Number.isNaN(x) }),
  log: real(positive(Math.log)),
  log10: real(positive(Math.log10)),
  log2: real(positive(Math.log2)),
  max_of: extreme(1),
  min_of: extreme(-1),
  pi: scalar({ takes: [], gives: 'real', value: () => Math.PI }),
  pow: real((x, y) => x ** y, 2),
  radians: real((x) => (x / 180) * Math.PI),
  round: scalar({
    takes: ['real', 'long'],
    least: 1,
    gives: 'real',
    value: (x: number, places: Long = 0) => rounded(x, places),
  }),
  sign: real(Math.sign),
  sin: real(Math.sin),
  sqrt: real(positive(Math.sqrt)),
  tan: real(Math.tan),
};
