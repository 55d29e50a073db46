/** Dynamic arrays and bags. */
import { comparison } from '../compare.ts';
import { boxed, heldType, parseJson, sameDynamic } from '../dynamic.ts';
import { semantic, unsupported } from '../errors.ts';
import { constant } from '../scope.ts';
import { jsonText, textOf } from '../text.ts';
import {
  addTimes,
  type Bag,
  Boxed,
  compareTimes,
  isArray,
  isBag,
  type Long,
  type Time,
  type Type,
  type Value,
} from '../values.ts';
import { hasKey, withKey, withoutKey } from './paths.ts';
import { call, cast, type Functions, type ScalarFunction, scalar } from './scalar.ts';

/** Values as dynamic ones, each with its own type. */
function packed(pack: (values: readonly Value[]) => Value, least: number): ScalarFunction {
  return {
    compile: (args) => {
      if (args.length < least) semantic(`at least ${least} arguments are expected`);
      const types = args.map((arg) => arg.type);
      return call(args, 'dynamic', (...values) => pack(values.map((value, i) => boxed(value, types[i]!))), true);
    },
  };
}

const packArray = packed((values) => values, 0);
const packBag = packed((values) => {
  if (values.length % 2 !== 0) semantic('bag_pack(name, value, …)');
  const entries: [string, Value][] = [];
  for (let i = 0; i < values.length; i += 2) entries.push([textOf(values[i]!, 'dynamic'), values[i + 1]!]);
  return Object.fromEntries(entries);
}, 2);

/** The first of several that have a key keeps it. */
function merged(...bags: Value[]): Value {
  const all = bags.filter((bag) => bag !== null);
  if (all.length === 0) return null;
  const result: Record<string, Value> = {};
  for (const bag of all) {
    if (isBag(bag))
      for (const [key, value] of Object.entries(bag)) if (!Object.hasOwn(result, key)) result[key] = value;
  }
  return result;
}

function removedKeys(bag: Value, keys: Value): Value {
  if (!isBag(bag) || !isArray(keys)) return null;
  return keys.reduce<Bag>((rest, key) => withoutKey(rest, textOf(key, 'dynamic')), bag);
}

function place(index: Long, length: number): number {
  return Number(index) < 0 ? Math.max(0, length + Number(index)) : Number(index);
}

function slice(items: Value, start: Long, end: Long): Value {
  if (!isArray(items)) return null;
  return items.slice(place(start, items.length), (Number(end) < 0 ? items.length + Number(end) : Number(end)) + 1);
}

/** Where a value lies in an array; -1 if nowhere. */
function arrayIndex(items: Value, sought: Value, from: Long = 0, length: Long = -1, occurrence: Long = 1): Value {
  if (!isArray(items)) return null;
  const start = place(from, items.length);
  const end = Number(length) < 0 ? items.length : Math.min(items.length, start + Number(length));
  let left = Number(occurrence);
  for (let i = start; i < end; i++) if (sameDynamic(items[i]!, sought) && --left === 0) return i;
  return -1;
}

/** Distinct values in the order of their first appearance. */
export function distinct(items: readonly Value[]): Value[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const key = `${heldType(item)}${jsonText(item)}`;
    return !seen.has(key) && seen.add(key);
  });
}

const keysOf = (items: readonly Value[]): Set<string> =>
  new Set(items.map((item) => `${heldType(item)}${jsonText(item)}`));

/** A set operation of two or more arrays. */
function sets(combine: (first: readonly Value[], others: readonly (readonly Value[])[]) => Value): ScalarFunction {
  return scalar({
    takes: ['dynamic'],
    least: 2,
    most: 64,
    gives: 'dynamic',
    value: (...all: Value[]) => (all.every(isArray) ? combine(all[0]!, all.slice(1)) : null),
  });
}

/** Scalars of one kind; others have no order. */
export function sorted(items: readonly Value[], sign: 1 | -1, nullsLast: boolean): number[] {
  const types = new Set(items.filter((item) => item !== null).map(heldType));
  if (types.has('long')) types.delete('real');
  if (types.size > 1) unsupported('sorting an array of mixed types');
  const compare = types.size === 0 ? () => 0 : comparison([...types][0]!);
  const bare = items.map((item) => (item instanceof Boxed ? item.value : item));
  return bare
    .map((_, i) => i)
    .sort((a, b) => {
      const [x, y] = [bare[a]!, bare[b]!];
      if (x === null || y === null) return x === y ? 0 : (x === null) === nullsLast ? 1 : -1;
      return sign * compare(x, y);
    });
}

/** Several arrays are sorted by the first one; the result is then an array of them. */
const sort = (sign: 1 | -1): ScalarFunction => ({
  compile: (args) => {
    const flag = args.length > 1 && args.at(-1)!.type === 'bool' ? args.at(-1)! : constant(true, 'bool');
    const arrays = args.filter((arg) => arg !== flag).map((arg) => cast(arg, 'dynamic'));
    if (arrays.length === 0) semantic('array_sort_asc(array, …, nulls_last)');
    const apply = (last: Value, ...all: Value[]): Value => {
      const [first] = all;
      if (!isArray(first!)) return null;
      const order = sorted(first, sign, last === true);
      const by = (items: Value): Value =>
        isArray(items) && items.length === first.length ? order.map((i) => items[i]!) : null;
      return all.length === 1 ? by(first) : all.map(by);
    };
    return call([flag, ...arrays], 'dynamic', apply, false);
  },
});

/** As many values as the engine ever puts into one array. */
const RANGE_MAX = 1_048_576;

const range: ScalarFunction = {
  compile: (args) => {
    const [start, stop, step] = args;
    if (start === undefined || stop === undefined || args.length > 3) return semantic('range(start, stop, step)');
    const isTime = start.type === 'datetime' || start.type === 'timespan';
    const type = isTime ? start.type : [start, stop, step].some((arg) => arg?.type === 'real') ? 'real' : 'long';
    const by = step ?? { type: 'long', value: () => 1, constant: true, window: false };
    if (isTime && step === undefined) {
      const hour = { type: 'timespan', value: () => 3_600_000, constant: true, window: false } as const;
      return call([start, stop, hour], 'dynamic', (a, b, c) => times(a as Time, b as Time, c as Time, type), false);
    }
    return isTime
      ? call([start, cast(stop, type), by], 'dynamic', (a, b, c) => times(a as Time, b as Time, c as Time, type), false)
      : call(
          [start, stop, by].map((arg) => cast(arg, type)),
          'dynamic',
          (a, b, c) => numbers(Number(a), Number(b), Number(c), type),
          false,
        );
  },
};

function times(start: Time, stop: Time, step: Time, type: Type): Value {
  const result: Value[] = [];
  if (compareTimes(step, 0) <= 0) return unsupported('range with a step that does not rise');
  for (let at = start; compareTimes(at, stop) <= 0 && result.length < RANGE_MAX; at = addTimes(at, step)) {
    result.push(boxed(at, type));
  }
  return result;
}

function numbers(start: number, stop: number, step: number, type: Type): Value {
  const result: Value[] = [];
  if (step === 0) return unsupported('range with a step of zero');
  for (let i = 0; result.length < RANGE_MAX; i++) {
    const at = start + i * step;
    if (step > 0 ? at > stop : at < stop) break;
    result.push(boxed(at, type));
  }
  return result;
}

export const bagFunctions: Functions = {
  array_concat: sets((first, others) => [...first, ...others.flat()]),
  array_index_of: scalar({
    takes: ['dynamic', 'dynamic', 'long', 'long', 'long'],
    least: 2,
    gives: 'long',
    value: arrayIndex,
  }),
  array_length: scalar({
    takes: ['dynamic'],
    gives: 'long',
    value: (items: Value) => (isArray(items) ? items.length : null),
  }),
  array_reverse: scalar({
    takes: ['dynamic'],
    gives: 'dynamic',
    value: (items: Value) => (isArray(items) ? items.toReversed() : null),
  }),
  array_slice: scalar({ takes: ['dynamic', 'long', 'long'], gives: 'dynamic', value: slice }),
  array_sort_asc: sort(1),
  array_sort_desc: sort(-1),
  bag_has_key: scalar({ takes: ['dynamic', 'string'], gives: 'bool', value: hasKey }),
  bag_keys: scalar({
    takes: ['dynamic'],
    gives: 'dynamic',
    value: (bag: Value) => (isBag(bag) ? Object.keys(bag) : null),
  }),
  bag_merge: scalar({ takes: ['dynamic'], least: 2, most: 64, gives: 'dynamic', nulls: true, value: merged }),
  bag_pack: packBag,
  bag_remove_keys: scalar({ takes: ['dynamic', 'dynamic'], gives: 'dynamic', value: removedKeys }),
  bag_set_key: scalar({ takes: ['dynamic', 'string', 'dynamic'], gives: 'dynamic', nulls: true, value: withKey }),
  pack: packBag,
  pack_array: packArray,
  pack_dictionary: packBag,
  parse_json: {
    compile: ([arg, ...more]) => {
      if (arg === undefined || more.length > 0) return semantic('parse_json(text)');
      return arg.type === 'dynamic'
        ? arg
        : call([cast(arg, 'string')], 'dynamic', (text) => parseJson(text as string), false);
    },
  },
  range,
  set_difference: sets((first, others) => {
    const gone = keysOf(others.flat());
    return distinct(first).filter((item) => !gone.has(`${heldType(item)}${jsonText(item)}`));
  }),
  set_has_element: scalar({
    takes: ['dynamic', 'dynamic'],
    gives: 'bool',
    value: (items: Value, sought: Value) => (isArray(items) ? items.some((item) => sameDynamic(item, sought)) : null),
  }),
  set_intersect: sets((first, others) => {
    const keys = others.map(keysOf);
    return distinct(first).filter((item) => keys.every((held) => held.has(`${heldType(item)}${jsonText(item)}`)));
  }),
  set_union: sets((first, others) => distinct([...first, ...others.flat()])),
};
