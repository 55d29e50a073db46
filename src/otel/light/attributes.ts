/** Attributes and links as the SDK takes them in: what it refuses is refused, and copied is what a caller could change later. */
import type { Attributes, Link } from '@opentelemetry/api';

export interface Limits {
  readonly attributeCountLimit: number;
  readonly attributeValueLengthLimit: number;
  readonly linkCountLimit: number;
}

type Value = NonNullable<Attributes[string]>;

/** @returns how many were taken */
export function takeAll(into: Attributes, from: Attributes | undefined): number {
  let count = 0;
  if (typeof from !== 'object' || from === null) return count;
  for (const key in from) {
    if (key === '' || !Object.hasOwn(from, key)) continue;
    const taken = copied(from[key]);
    if (taken === undefined) continue;
    into[key] = taken;
    count++;
  }
  return count;
}

/** What the SDK would keep of attributes that a span begins with. */
export function withinLimits(attributes: Attributes, count: number, limits: Limits): Attributes {
  const { attributeCountLimit: most, attributeValueLengthLimit: longest } = limits;
  if (count <= most && longest === Number.POSITIVE_INFINITY) return attributes;
  const entries = Object.entries(attributes).slice(0, most);
  return Object.fromEntries(entries.map(([key, value]) => [key, shortened(value!, longest)]));
}

/** One that comes later, to `count` that are there. @returns how many more there are now: 1 or 0 */
export function takeOne(into: Attributes, count: number, key: string, value: unknown, limits: Limits): number {
  if (value === undefined || key === '') return 0;
  const isNew = !Object.hasOwn(into, key);
  if (isNew && count >= limits.attributeCountLimit) return 0;
  const taken = copied(value);
  if (taken === undefined) return 0;
  into[key] = shortened(taken, limits.attributeValueLengthLimit);
  return isNew ? 1 : 0;
}

/** As many as the SDK would keep, the last ones; undefined for none. */
export function lastLinks(links: readonly Link[] | undefined, limits: Limits): readonly Link[] | undefined {
  if (links === undefined || links.length === 0) return undefined;
  // slice(-0) is all of them.
  const first = Math.max(0, links.length - limits.linkCountLimit);
  return links.slice(first).filter((link) => link?.context !== undefined);
}

/** Undefined for what is no value of an attribute. Nothing below the first level is read by a rule: it is copied flat. */
function copied(value: unknown): Value | undefined {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value;
    case 'object':
      return (Array.isArray(value) ? value.slice() : value) as Value;
    default:
      return undefined;
  }
}

function shortened(value: Value, longest: number): Value {
  return typeof value === 'string' && longest > 0 && value.length > longest ? value.slice(0, longest) : value;
}
