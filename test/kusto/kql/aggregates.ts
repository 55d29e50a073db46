/** Aggregates: each is a value of the rows of a group. Nulls do not count, where nothing else is said. */
import { type Aggregate, extremePlace, valuesOf } from './aggregate-values.ts';
import { comparison, keyText } from './compare.ts';
import { boxed } from './dynamic.ts';
import { semantic } from './errors.ts';
import { distinct } from './functions/bags.ts';
import { constantValue, type Expr, type Row } from './scope.ts';
import { addTimes, isArray, isBag, type Long, longOf, type Time, ticksOf, timeOf, type Value } from './values.ts';

type Compile = (args: readonly Expr[]) => Aggregate;

function one(args: readonly Expr[], name: string): Expr {
  if (args.length !== 1) semantic(`${name} takes one argument`);
  return args[0]!;
}

/** Of nothing: zero. */
const sum: Compile = (args) => {
  const of = one(args, 'sum');
  switch (of.type) {
    case 'int':
    case 'long':
      return { type: 'long', value: (rows) => longSum(valuesOf(of, rows) as Long[]) };
    case 'real':
      return { type: 'real', value: (rows) => realSum(valuesOf(of, rows) as number[]) };
    case 'timespan':
      return { type: 'timespan', value: (rows) => (valuesOf(of, rows) as Time[]).reduce(addTimes, 0) };
    default:
      return semantic(`sum of ${of.type}`);
  }
};

function longSum(values: readonly Long[]): Long {
  let fast = 0;
  for (const value of values) {
    if (typeof value === 'bigint' || !Number.isSafeInteger(fast + value)) {
      return longOf(values.reduce<bigint>((total, next) => total + BigInt(next), 0n));
    }
    fast += value;
  }
  return fast;
}

/** In order and without compensation, as the engine adds. */
function realSum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Of no numbers: NaN; of no times: null. */
const avg: Compile = (args) => {
  const of = one(args, 'avg');
  if (of.type === 'datetime' || of.type === 'timespan') {
    return {
      type: of.type,
      value: (rows) => {
        const ticks = (valuesOf(of, rows) as Time[]).map(ticksOf);
        return ticks.length === 0 ? null : timeOf(ticks.reduce((a, b) => a + b, 0n) / BigInt(ticks.length));
      },
    };
  }
  return { type: 'real', value: (rows) => mean(numbersOf(of, rows)) };
};

function numbersOf(of: Expr, rows: readonly Row[]): number[] {
  if (of.type !== 'int' && of.type !== 'long' && of.type !== 'real') semantic(`${of.type} is no number`);
  return valuesOf(of, rows).map(Number);
}

function mean(numbers: readonly number[]): number {
  return realSum(numbers) / numbers.length;
}

/** The sample's, or with `population` the whole population's; 0 for fewer than two values. */
function spread(population: boolean, root: boolean): Compile {
  return (args) => {
    const of = one(args, 'variance');
    return {
      type: 'real',
      value: (rows) => {
        const numbers = numbersOf(of, rows);
        if (numbers.length < 2) return 0;
        const middle = mean(numbers);
        const squares = realSum(numbers.map((x) => (x - middle) ** 2));
        const variance = squares / (population ? numbers.length : numbers.length - 1);
        return root ? Math.sqrt(variance) : variance;
      },
    };
  };
}

function extreme(sign: 1 | -1): Compile {
  return (args) => {
    const of = one(args, 'min or max');
    const compare = comparison(of.type);
    return {
      type: of.type,
      value: (rows) => {
        const place = extremePlace(of, rows, sign, compare);
        return place < 0 ? (of.type === 'string' ? '' : null) : of.value(rows[place]!, place, rows);
      },
    };
  };
}

const count: Compile = () => ({ type: 'long', value: (rows) => rows.length });

const distinctCount: Compile = ([of]) => {
  if (of === undefined) return semantic('dcount(column)');
  return { type: 'long', value: (rows) => new Set(valuesOf(of, rows).map(keyText)).size };
};

function list(unique: boolean, nulls = false): Compile {
  return ([of, limit, ...more]) => {
    if (of === undefined || more.length > 0) return semantic('make_list(column, limit)');
    const most = limit === undefined ? 1_048_576 : Number(constantValue(limit, 'the limit'));
    return {
      type: 'dynamic',
      value: (rows) => {
        const values = nulls ? rows.map((row, i) => of.value(row, i, rows)) : valuesOf(of, rows);
        const items = values.map((value) => boxed(value, of.type));
        // A set of arrays is the set of what they hold.
        return (unique ? distinct(items.flatMap((item) => (isArray(item) ? item : [item]))) : items).slice(0, most);
      },
    };
  };
}

/** The first that has a key gives its value. */
const bag: Compile = (args) => {
  const of = one(args, 'make_bag');
  return {
    type: 'dynamic',
    value: (rows) => {
      const result: Record<string, Value> = {};
      for (const value of valuesOf(of, rows)) {
        if (isBag(value))
          for (const [key, item] of Object.entries(value)) if (!Object.hasOwn(result, key)) result[key] = item;
      }
      return result;
    },
  };
};

function bits(combine: (a: bigint, b: bigint) => bigint): Compile {
  return (args) => {
    const of = one(args, 'binary_all');
    return {
      type: 'long',
      value: (rows) => {
        const values = (valuesOf(of, rows) as Long[]).map(BigInt);
        return values.length === 0 ? null : longOf(values.reduce(combine));
      },
    };
  };
}

/** `xif(…, condition)`: the aggregate over the rows for which the condition is true. */
function conditional(compile: Compile, place: number): Compile {
  return (args) => {
    const condition = args[place];
    if (condition === undefined) return semantic('a condition is missing');
    if (condition.type !== 'bool') return semantic(`a condition of type ${condition.type}`);
    const inner = compile(args.toSpliced(place, 1));
    return {
      type: inner.type,
      value: (rows) => inner.value(rows.filter((row, i) => condition.value(row, i, rows) === true)),
    };
  };
}

export const singleAggregates: Readonly<Record<string, Compile>> = {
  avg,
  avgif: conditional(avg, 1),
  binary_all_and: bits((a, b) => a & b),
  binary_all_or: bits((a, b) => a | b),
  binary_all_xor: bits((a, b) => a ^ b),
  count,
  count_distinct: distinctCount,
  count_distinctif: conditional(distinctCount, 1),
  countif: conditional(count, 0),
  dcount: distinctCount,
  dcountif: conditional(distinctCount, 1),
  make_bag: bag,
  make_bag_if: conditional(bag, 1),
  make_list: list(false),
  make_list_if: conditional(list(false), 1),
  make_list_with_nulls: list(false, true),
  make_set: list(true),
  make_set_if: conditional(list(true), 1),
  max: extreme(1),
  maxif: conditional(extreme(1), 1),
  min: extreme(-1),
  minif: conditional(extreme(-1), 1),
  stdev: spread(false, true),
  stdevif: conditional(spread(false, true), 1),
  stdevp: spread(true, true),
  sum,
  sumif: conditional(sum, 1),
  variance: spread(false, false),
  varianceif: conditional(spread(false, false), 1),
  variancep: spread(true, false),
  variancepif: conditional(spread(true, false), 1),
};
