/** Sums of what was done in a time, by whatever tells it apart. */
import type { Fact, Span } from './facts.ts';

export interface Sum {
  value: number;
  calls: number;
  max: number | null;
}

/** What of a deed falls into a time: a duration is spread over it, and it is counted where it ends. Undefined when nothing does. */
export function shareOf({ begin, end, value, unit }: Fact, { from, to }: Span): Sum | undefined {
  const ends = end >= from && end < to;
  const within = Math.min(end, to) - Math.max(begin, from);
  if (!ends && !(within > 0)) return undefined;
  const share = unit === 's' ? Math.max(0, within) / 1_000 : ends ? value : 0;
  return { value: share, calls: ends ? 1 : 0, max: ends ? value : null };
}

export function addTo(sum: Sum, { value, calls, max }: Sum): void {
  sum.value += value;
  sum.calls += calls;
  if (max !== null && (sum.max === null || max > sum.max)) sum.max = max;
}

export const nothing = (): Sum => ({ value: 0, calls: 0, max: null });

/** By the texts of `key`. */
export function sumsBy(
  facts: readonly Fact[],
  span: Span,
  key: (fact: Fact) => readonly string[],
): Map<string, Sum & { readonly key: readonly string[] }> {
  const sums = new Map<string, Sum & { readonly key: readonly string[] }>();
  for (const fact of facts) {
    const share = shareOf(fact, span);
    if (share === undefined) continue;
    const parts = key(fact);
    const id = JSON.stringify(parts);
    let sum = sums.get(id);
    if (sum === undefined) sums.set(id, (sum = { ...nothing(), key: parts }));
    addTo(sum, share);
  }
  return sums;
}

export type Kind = 'key' | 'unattributed' | 'rest' | 'total';

export interface Line extends Sum {
  readonly kind: Kind;
  readonly service: string;
  readonly key: string;
}

/** The largest, who is nobody, the rest, and all of it. `size`: by what they are ordered. */
export function ranked<L extends Line>(
  cells: readonly L[],
  limit: number,
  size: (cell: L) => number,
): { readonly head: L[]; readonly nobody: L[]; readonly rest: L[] } {
  const named = cells
    .filter(({ kind }) => kind === 'key')
    .sort((a, b) => size(b) - size(a) || compare(a.service, b.service) || compare(a.key, b.key));
  return {
    head: named.slice(0, limit),
    nobody: cells.filter(({ kind }) => kind === 'unattributed'),
    rest: named.slice(limit),
  };
}

export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Of what has no name. */
const NOBODY = '(unattributed)';

export type By = 'origin' | 'target' | 'service' | 'attribute.tenant' | 'origin,target' | 'attribute.tenant,origin';

/** Target of the table, its event and unit, whether it names nobody, and the key with its service. */
export function keyOf(by: By): (fact: Fact) => readonly string[] {
  const keys = by.split(',');
  return ({ service, originService, origin, tenant, target, event, unit }) => {
    const values: Readonly<Record<string, string>> = {
      origin,
      target,
      service,
      'attribute.tenant': tenant === '' ? '(none)' : tenant,
    };
    const nobody = (key: string): boolean =>
      key === 'origin' ? origin === NOBODY : key === 'attribute.tenant' && tenant === '';
    const keyService = keys.includes('origin') && origin !== NOBODY ? originService : '';
    // None of these names holds what joins them.
    const key = keys.map((name) => values[name]).join('|');
    return [
      keys.includes('target') ? '' : target,
      event,
      unit,
      keys.every(nobody) ? 'unattributed' : 'key',
      keyService,
      key,
    ];
  };
}
