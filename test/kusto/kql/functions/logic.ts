/** Conditions, nulls and conversions. */
import { converted } from '../dynamic.ts';
import { semantic } from '../errors.ts';
import type { Expr } from '../scope.ts';
import { constant } from '../scope.ts';
import { Boxed, isArray, isBag, type Type, type Value } from '../values.ts';
import { call, cast, type Functions, type ScalarFunction, scalar, unified } from './scalar.ts';

function conversion(to: Type): ScalarFunction {
  return {
    compile: ([arg, ...more]) =>
      arg === undefined || more.length > 0 ? semantic(`to ${to}: one argument`) : cast(arg, to),
  };
}

/** Evaluates only the branch that it takes. */
function branches(conditions: readonly Expr[], results: readonly Expr[]): Expr {
  const bools = conditions.map((condition) => cast(condition, 'bool'));
  const type = unified(results.map((result) => result.type));
  const values = results.map((result) => cast(result, type));
  const all = [...bools, ...values];
  const expr: Expr = {
    type,
    constant: all.every((part) => part.constant),
    window: all.some((part) => part.window),
    value: (row, index, rows) => {
      for (let i = 0; i < bools.length; i++) {
        if (bools[i]!.value(row, index, rows) === true) return values[i]!.value(row, index, rows);
      }
      return values[bools.length]!.value(row, index, rows);
    },
  };
  return expr.constant ? constant(expr.value([], 0, []), type) : expr;
}

const iff: ScalarFunction = {
  compile: (args) => (args.length === 3 ? branches([args[0]!], args.slice(1)) : semantic('iff(condition, then, else)')),
};

const choose: ScalarFunction = {
  compile: (args) => {
    if (args.length < 3 || args.length % 2 === 0) semantic('case(condition, then, …, else)');
    return branches(
      args.filter((_, i) => i % 2 === 0 && i < args.length - 1),
      args.filter((_, i) => i % 2 === 1 || i === args.length - 1),
    );
  },
};

const coalesce: ScalarFunction = {
  compile: (args) => {
    const type = unified(args.map((arg) => arg.type));
    const empty = type === 'string' ? '' : null;
    const first = (...values: Value[]): Value => values.find((value) => value !== empty) ?? empty;
    return call(
      args.map((arg) => cast(arg, type)),
      type,
      first,
      true,
    );
  },
};

const isEmpty = (value: Value): boolean => value === null || value === '';
const test = (value: (value: Value) => boolean): ScalarFunction =>
  scalar({ takes: ['any'], gives: 'bool', nulls: true, value });

export function typeName(value: Value, type: Type): string {
  if (value === null) return 'null';
  if (type !== 'dynamic') return type;
  if (isArray(value)) return 'array';
  if (isBag(value)) return 'dictionary';
  if (value instanceof Boxed) return value.type;
  if (typeof value === 'number') return Number.isInteger(value) ? 'long' : 'real';
  return typeof value === 'bigint' ? 'long' : typeof value === 'boolean' ? 'bool' : 'string';
}

export const logicFunctions: Functions = {
  iff,
  iif: iff,
  case: choose,
  coalesce,
  not: scalar({ takes: ['bool'], gives: 'bool', value: (value: boolean) => !value }),
  isnull: scalar({ takes: ['any'], gives: 'bool', nulls: true, value: (value) => value === null }),
  isnotnull: scalar({ takes: ['any'], gives: 'bool', nulls: true, value: (value) => value !== null }),
  isempty: test(isEmpty),
  isnotempty: test((value) => !isEmpty(value)),
  notempty: test((value) => !isEmpty(value)),
  tostring: conversion('string'),
  tolong: conversion('long'),
  toint: conversion('int'),
  toreal: conversion('real'),
  todouble: conversion('real'),
  tobool: conversion('bool'),
  toboolean: conversion('bool'),
  todatetime: conversion('datetime'),
  totimespan: conversion('timespan'),
  toguid: conversion('guid'),
  gettype: scalar({
    takes: ['any'],
    gives: 'string',
    nulls: true,
    value: () => '',
    typed:
      ([type]) =>
      (value) =>
        typeName(value, type!),
  }),
};

/** For functions whose last argument is `typeof(…)`. */
export function convertedText(text: string, to: Type): Value {
  return converted(text, 'string', to);
}
