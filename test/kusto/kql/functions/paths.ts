/** Keys of bags that are paths into them: `$.a.b`. */
import { unsupported } from '../errors.ts';
import { type Bag, isBag, type Value } from '../values.ts';

/** A plain key is a path of one step. */
function stepsOf(key: string): string[] {
  if (!key.startsWith('$.')) return [key];
  const steps = key.slice(2).split('.');
  return steps.every((step) => /^[A-Za-z_]\w*$/.test(step)) ? steps : unsupported(`the path ${key}`);
}

export function hasKey(bag: Value, key: string): Value {
  if (!isBag(bag)) return null;
  let at: Value = bag;
  for (const step of stepsOf(key)) {
    if (!isBag(at) || !Object.hasOwn(at, step)) return false;
    at = at[step]!;
  }
  return true;
}

export function withKey(bag: Value, key: string, value: Value): Value {
  return isBag(bag) ? set(bag, stepsOf(key), value) : null;
}

function set(bag: Bag, [step, ...rest]: readonly string[], value: Value): Bag {
  const inner = Object.hasOwn(bag, step!) ? bag[step!]! : {};
  return { ...bag, [step!]: rest.length === 0 ? value : set(isBag(inner) ? inner : {}, rest, value) };
}

export function withoutKey(bag: Bag, key: string): Bag {
  return remove(bag, stepsOf(key));
}

function remove(bag: Bag, [step, ...rest]: readonly string[]): Bag {
  const inner = Object.hasOwn(bag, step!) ? bag[step!]! : undefined;
  if (inner === undefined) return bag;
  if (rest.length > 0) return isBag(inner) ? { ...bag, [step!]: remove(inner, rest) } : bag;
  return Object.fromEntries(Object.entries(bag).filter(([key]) => key !== step));
}
