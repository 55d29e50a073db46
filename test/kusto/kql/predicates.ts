/** Comparisons, logic and the operators on strings, each as a compiled boolean. */
import { commonType, comparison, equality } from './compare.ts';
import { converted, heldType } from './dynamic.ts';
import { KqlError, semantic } from './errors.ts';
import { call, cast } from './functions/scalar.ts';
import { regex } from './regex.ts';
import type { Expr } from './scope.ts';
import { Boxed, isArray, isBag, type Type, type Value } from './values.ts';

/** Equality yields null for two nulls, false for one; an order with a null yields null. */
export function compared(operator: string, left: Expr, right: Expr): Expr {
  const type = comparisonType(left, right);
  if (operator === '==' || operator === '!=') {
    const equal = type === undefined ? equalHeld(left.type, right.type) : equality(type);
    const wanted = operator === '==';
    return call(
      [left, right],
      'bool',
      (a, b) => (a === null || b === null ? (a === b ? null : !wanted) : equal(a, b) === wanted),
      true,
    );
  }
  if (type === undefined) throw new KqlError('semantic', `${left.type} ${operator} ${right.type}: cast one of them`);
  const compare = comparison(type);
  const verdict = orders[operator] ?? semantic(`operator ${operator}`);
  const real = type === 'real';
  return call(
    [left, right],
    'bool',
    (a, b) => (real && (Number.isNaN(a) || Number.isNaN(b)) ? false : verdict(compare(a, b))),
    false,
  );
}

const orders: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/** Undefined for a dynamic and a typed value, which are compared by what the dynamic one holds. */
function comparisonType({ type: a }: Expr, { type: b }: Expr): Type | undefined {
  const common = commonType(a, b);
  if (common === undefined && a !== 'dynamic' && b !== 'dynamic') semantic(`${a} and ${b} cannot be compared`);
  return common;
}

function equalHeld(a: Type, b: Type): (a: Value, b: Value) => boolean {
  return a === 'dynamic' ? (x, y) => sameHeld(x, y, b) : (x, y) => sameHeld(y, x, a);
}

function sameHeld(dynamic: Value, value: Value, type: Type): boolean {
  if (isArray(dynamic) || isBag(dynamic)) return false;
  const held = heldType(dynamic);
  const common = commonType(held, type);
  if (common === undefined) {
    throw new KqlError('unsupported', `the evaluator does not compare a dynamic ${held} with ${type}: cast it first`);
  }
  return equality(common)(dynamic instanceof Boxed ? dynamic.value : dynamic, value);
}

/** As the engine: false and anything is false, true or anything is true; else null if one is. */
export function conjunction(left: Expr, right: Expr): Expr {
  return logical(left, right, false);
}

export function disjunction(left: Expr, right: Expr): Expr {
  return logical(left, right, true);
}

function logical(left: Expr, right: Expr, decisive: boolean): Expr {
  if (left.type !== 'bool' || right.type !== 'bool') semantic(`and/or of ${left.type} and ${right.type}`);
  if (left.constant && right.constant) {
    return call([left, right], 'bool', (a, b) => decide(a, b, decisive), true);
  }
  return {
    type: 'bool',
    constant: false,
    window: left.window || right.window,
    value: (row, index, rows) => {
      const a = left.value(row, index, rows);
      return a === decisive ? decisive : decide(a, right.value(row, index, rows), decisive);
    },
  };
}

function decide(a: Value, b: Value, decisive: boolean): Value {
  if (a === decisive || b === decisive) return decisive;
  return a === null || b === null ? null : !decisive;
}

type Test = (text: string, part: string) => boolean;

const wordBefore = /[\p{L}\p{N}]$/u;
const wordAfter = /^[\p{L}\p{N}]/u;

/** A whole term of letters and digits, or several. */
const hasTerm: Test = (text, part) => {
  if (part === '') return true;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
    if (!wordBefore.test(text.slice(0, at)) && !wordAfter.test(text.slice(at + part.length))) return true;
  }
  return false;
};

const tests: Readonly<Record<string, Test>> = {
  has: hasTerm,
  contains: (text, part) => text.includes(part),
  startswith: (text, part) => text.startsWith(part),
  endswith: (text, part) => text.endsWith(part),
};

/** `startswith`, `!contains_cs`, `=~` and so on; undefined where it is none of them. */
export function textTest(operator: string, left: Expr, right: Expr): Expr | undefined {
  const args = (): Expr[] => [cast(left, 'string'), cast(right, 'string')];
  if (operator === '=~' || operator === '!~') {
    const wanted = operator === '=~';
    return call(args(), 'bool', (a, b) => (fold(a) === fold(b)) === wanted, true);
  }
  if (operator === 'matches regex') return call(args(), 'bool', (a, b) => regex(b as string).test(a as string), true);
  const match = /^(!?)(has|contains|startswith|endswith)(_cs)?$/.exec(operator);
  if (match === null) return undefined;
  const test = tests[match[2]!]!;
  const wanted = match[1] === '';
  return match[3] === undefined
    ? call(args(), 'bool', (a, b) => test(fold(a), fold(b)) === wanted, true)
    : call(args(), 'bool', (a, b) => test(a as string, b as string) === wanted, true);
}

export function fold(text: Value): string {
  return (text as string).toLowerCase();
}

/** `in`, `!in`, `in~`, `!in~`: `items` are values of any number of expressions; dynamic arrays among them are spread. */
export function membership(operator: string, left: Expr, items: readonly Expr[]): Expr {
  const wanted = !operator.startsWith('!');
  const loose = operator.endsWith('~');
  const type = loose ? 'string' : left.type;
  const subject = loose ? cast(left, 'string') : left;
  const key = (value: Value): Value => (loose && value !== null ? fold(value) : value);
  const keysOf = (values: readonly Value[]): Set<Value> => new Set(values.map(key));
  const spread = items.map((item) => spreadItem(item, type));
  const verdict = (keys: ReadonlySet<Value>, value: Value): Value =>
    value === null ? !wanted : keys.has(key(value)) === wanted;
  if (items.every((item) => item.constant)) {
    const keys = keysOf(spread.flatMap((item) => item([], 0, [])));
    return call([subject], 'bool', (value) => verdict(keys, value), true);
  }
  return {
    type: 'bool',
    constant: false,
    window: subject.window || items.some((item) => item.window),
    value: (row, index, rows) =>
      verdict(keysOf(spread.flatMap((item) => item(row, index, rows))), subject.value(row, index, rows)),
  };
}

function spreadItem(item: Expr, type: Type): (...at: Parameters<Expr['value']>) => readonly Value[] {
  if (item.type !== 'dynamic') {
    if (item.type !== type && commonType(item.type, type) === undefined) semantic(`${type} in (${item.type})`);
    return (...at) => [item.value(...at)];
  }
  return (...at) => {
    const value = item.value(...at);
    if (value === null) return [];
    return (isArray(value) ? value : [value]).map((held) => converted(held, 'dynamic', type));
  };
}
