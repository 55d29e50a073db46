import { usage } from './time.ts';

export type By =
  | { readonly kind: 'origin' | 'target' | 'service' }
  | { readonly kind: 'attribute'; readonly name: string };

/** Shown for rows that lack the attribute they are grouped by. */
export const NONE = '(none)';

/** @throws AttributionError `ATTR_USAGE` */
export function parseBy(text: string): By {
  if (text === 'origin' || text === 'target' || text === 'service') return { kind: text };
  const name = /^attributes?\.(.+)$/s.exec(text)?.[1];
  if (name !== undefined) return { kind: 'attribute', name };
  throw usage(`--by is ${JSON.stringify(text)}: expected origin, target, service or attribute.<name>`);
}
