import { Accounts } from '../../../src/core/accounts.ts';
import { Dictionary } from '../../../src/core/aggregate/dictionary.ts';
import { recordView } from '../../../src/core/mapping/attribute-view.ts';
import { compileMapping, type MappingOptions } from '../../../src/core/mapping/compile.ts';
import { PlainSpan } from '../../../src/core/mapping/plain-facts.ts';
import type { Mapped, Mapping } from '../../../src/core/mapping/types.ts';

export const INTERNAL = 0;
export const SERVER = 1;
export const CLIENT = 2;
export const PRODUCER = 3;
export const CONSUMER = 4;

export type Attributes = Record<string, unknown>;

export function span(kind: number, attributes: Attributes, name = 'a span', service = 'storefront'): PlainSpan {
  return new PlainSpan({ name, kind, attributes, service, scopeName: '' });
}

export function mapping(options: MappingOptions & { maxEntries?: number } = {}): {
  mapping: Mapping;
  accounts: Accounts;
} {
  const accounts = new Accounts();
  return { mapping: compileMapping({ dictionary: new Dictionary(), accounts, ...options }), accounts };
}

/** What a span maps to, as text: `target | event unit attributes = value | ...`, or undefined. */
export function mapped(
  kind: number,
  attributes: Attributes,
  options: MappingOptions & { name?: string; seconds?: number; service?: string } = {},
): { readonly result: Mapped; readonly rows: readonly string[] } | undefined {
  const result = mapping(options).mapping.match(span(kind, attributes, options.name, options.service));
  if (result === undefined) return undefined;
  const rows = result.measures.flatMap((measure, i) => {
    const value = result.read(i, recordView(attributes), options.seconds ?? 0.5);
    const on = measure.target === result.target ? '' : ` on ${measure.target}`;
    return Number.isNaN(value) ? [] : [`${measure.event}${measure.attributes}${on} ${value} ${measure.unit}`];
  });
  return { result, rows };
}

export function targetOf(kind: number, attributes: Attributes, service?: string): string | undefined {
  return mapped(kind, attributes, service === undefined ? {} : { service })?.result.target;
}
