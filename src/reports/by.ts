import type { SqlParams } from './report.ts';
import { usage } from './time.ts';
import { attributeSql, jsonPointer } from './where.ts';

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

/**
 * What to group by, as fixed texts: `key` with `key_service` beside it, `unattributed` (true for the row that names nobody), and
 * `block`, the target of a table of its own ('' when targets are what is compared).
 */
export function bySql(by: By): { text: Readonly<Record<string, string>>; params: SqlParams } {
  const block = 'target';
  switch (by.kind) {
    case 'origin':
      return {
        text: {
          key_service: "CASE WHEN origin = '(unattributed)' THEN '' ELSE origin_service END",
          key: 'origin',
          unattributed: "key = '(unattributed)'",
          block,
        },
        params: {},
      };
    case 'target':
      return { text: { key_service: "''", key: 'target', unattributed: 'false', block: "''" }, params: {} };
    case 'service':
      return { text: { key_service: "''", key: 'service', unattributed: 'false', block }, params: {} };
    case 'attribute':
      return {
        text: {
          key_service: "''",
          key: `coalesce(${attributeSql('$by_path')}, '${NONE}')`,
          unattributed: `key = '${NONE}'`,
          block,
        },
        params: { by_path: jsonPointer(by.name) },
      };
  }
}
