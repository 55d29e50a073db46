/** Order, equality and group keys of values. */
import { sameDynamic } from './dynamic.ts';
import { unsupported } from './errors.ts';
import { compareTimes, isNumeric, type Time, type Type, type Value } from './values.ts';

type Compare = (a: Value, b: Value) => number;

/** By code points, which is the order of UTF-8; plain `<` goes by UTF-16 units. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) {
      // Surrogates stand for code points above all others.
      const xHigh = x >= 0xd800 && x <= 0xdfff;
      const yHigh = y >= 0xd800 && y <= 0xdfff;
      return xHigh === yHigh ? x - y : xHigh ? 1 : -1;
    }
  }
  return a.length - b.length;
}

/** For two values that are neither null nor NaN. */
export function comparison(type: Type): Compare {
  switch (type) {
    case 'string':
    case 'guid':
      return (a, b) => compareTexts(a as string, b as string);
    case 'datetime':
    case 'timespan':
      return (a, b) => compareTimes(a as Time, b as Time);
    case 'dynamic':
      return unsupported('an order of dynamic values (cast them first)');
    default:
      return (a, b) => ((a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0);
  }
}

/** The type in which values of two types are compared; undefined where they cannot be. */
export function commonType(a: Type, b: Type): Type | undefined {
  if (a === b) return a;
  if (isNumeric(a) && isNumeric(b)) {
    if (a === 'decimal' || b === 'decimal') return 'decimal';
    return a === 'real' || b === 'real' ? 'real' : 'long';
  }
  return undefined;
}

/** `==` of two values of one type, neither of them null. */
export function equality(type: Type): (a: Value, b: Value) => boolean {
  if (type === 'dynamic') return sameDynamic;
  // Longs mix numbers and bigints, but never for the same value; so do times.
  return (a, b) => a === b;
}

/** Values that are the same key of a group or join have the same text; null is a key of its own in groups. */
export function keyText(value: Value): string {
  switch (typeof value) {
    case 'string':
      return `${value.length}:${value}`;
    case 'bigint':
      return `${value}n`;
    case 'object':
      return value === null ? '' : unsupported('a dynamic value as a key (cast it first)');
    default:
      return String(value === 0 ? 0 : value);
  }
}

/** Position of a row by several values, to group by. */
export function keyOf(values: readonly Value[]): string {
  return values.length === 1 ? keyText(values[0]!) : values.map(keyText).join('|');
}
