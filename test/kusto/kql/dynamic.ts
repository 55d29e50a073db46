/** Between typed values and dynamic ones, and from JSON. */
import { KqlError } from './errors.ts';
import { boxedText, jsonText, parseDate, parseLong, parseReal, parseSpan, textOf } from './text.ts';
import { Boxed, isArray, isBag, type Type, type Value, wholeOf } from './values.ts';

/** A typed value as a dynamic one that remembers its type. */
export function boxed(value: Value, type: Type): Value {
  if (value === null || type === 'dynamic') return value;
  if (type === 'real' || type === 'decimal') {
    return Number.isInteger(value) || !Number.isFinite(value) ? new Boxed('real', value as number) : value;
  }
  if (type === 'datetime' || type === 'timespan') return new Boxed(type, value as number | bigint);
  if (type === 'guid') return new Boxed('guid', value as string);
  return value;
}

/** Type that a dynamic scalar holds; `dynamic` for arrays, bags and null. */
export function heldType(value: Value): Type {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'long';
    case 'number':
      return Number.isInteger(value) ? 'long' : 'real';
    default:
      return value instanceof Boxed ? value.type : 'dynamic';
  }
}

/** `toX(value)` for a value of a type: null (or the empty string) where there is none. */
export function converted(value: Value, from: Type, to: Type): Value {
  if (value === null) return to === 'string' ? '' : null;
  if (from === to) return value;
  if (to === 'dynamic') return boxed(value, from);
  if (from === 'dynamic') {
    if (to === 'string') return textOf(value, 'dynamic');
    if (isArray(value) || isBag(value)) return null;
    return converted(value instanceof Boxed ? value.value : value, heldType(value), to);
  }
  switch (to) {
    case 'string':
      return textOf(value, from);
    case 'int':
    case 'long':
      return whole(value, from, to);
    case 'real':
      return realOf(value, from);
    case 'bool':
      return boolOf(value, from);
    case 'datetime':
      return from === 'string' ? (parseDate(value as string) ?? null) : refused(from, to);
    case 'timespan':
      return from === 'string' ? (parseSpan(value as string) ?? null) : refused(from, to);
    case 'guid':
      return from === 'string' ? guidOf(value as string) : refused(from, to);
    default:
      return refused(from, to);
  }
}

function whole(value: Value, from: Type, to: 'int' | 'long'): Value {
  const long = longValue(value, from);
  if (long === null || to === 'long') return long;
  return typeof long === 'number' && long === (long | 0) ? long : null;
}

function longValue(value: Value, from: Type): number | bigint | null {
  switch (from) {
    case 'int':
    case 'long':
      return value as number | bigint;
    case 'bool':
      return value === true ? 1 : 0;
    case 'real':
      return wholeOf(value as number);
    case 'string': {
      const long = parseLong(value as string);
      if (long !== undefined) return long;
      const real = parseReal(value as string);
      return real === undefined ? null : wholeOf(real);
    }
    default:
      return refused(from, 'long');
  }
}

function realOf(value: Value, from: Type): Value {
  if (from === 'string') return parseReal(value as string) ?? null;
  if (from === 'bool') return value === true ? 1 : 0;
  return from === 'int' || from === 'long' ? Number(value) : refused(from, 'real');
}

function boolOf(value: Value, from: Type): Value {
  if (from === 'int' || from === 'long' || from === 'real') return Number(value) !== 0;
  if (from !== 'string') return refused(from, 'bool');
  const text = (value as string).trim().toLowerCase();
  if (text === 'true' || text === 'false') return text === 'true';
  const number = parseLong(text);
  return number === undefined ? null : Number(number) !== 0;
}

function guidOf(text: string): Value {
  const digits = text
    .trim()
    .replaceAll(/[-{}()]/g, '')
    .toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(digits)) return null;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function refused(from: Type, to: Type): never {
  throw new KqlError('unsupported', `the evaluator does not convert ${from} to ${to}`);
}

/** `parse_json`: a text that is no JSON is a dynamic string. */
export function parseJson(text: string): Value {
  if (text.trim() === '') return null;
  try {
    return /[.eE]|\d{16}/.test(text) ? JSON.parse(text, exactNumber) : JSON.parse(text);
  } catch {
    return text;
  }
}

function exactNumber(this: unknown, _: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== 'number' || source === undefined) return value;
  if (/^-?\d+$/.test(source)) return parseLong(source) ?? new Boxed('real', value);
  return Number.isInteger(value) ? new Boxed('real', value) : value;
}

/** As JSON outside the evaluator: no boxes. The same object where it has none. */
export function plain(value: Value): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Boxed) return value.type === 'real' ? value.value : boxedText(value);
  if (isArray(value)) {
    const items = value.map(plain);
    return items.every((item, i) => item === value[i]) ? value : items;
  }
  const entries = Object.entries(value).map(([key, item]) => [key, plain(item as Value)] as const);
  return entries.every(([key, item]) => item === (value as Record<string, unknown>)[key])
    ? value
    : Object.fromEntries(entries);
}

/** Equality of dynamic values, by what they hold. */
export function sameDynamic(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' && typeof b !== 'object') return typeof a === typeof b && a === b;
  return jsonText(a) === jsonText(b);
}
