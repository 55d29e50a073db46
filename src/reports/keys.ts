/** The keys of a row. Queries give several as one text, which is taken apart here. */
import { type By, keyName, NONE } from './by.ts';
import type { Column } from './columns.ts';
import type { Cell } from './page.ts';

export interface Keyed {
  readonly kind: string;
  readonly keyService: string;
  readonly key: string;
}

/** Joins the values of several keys in the texts of queries; in a value it is written `~1`, and `~` is written `~0`. */
export const KEY_SEPARATOR = '|';

export const joinedKeys = (values: readonly string[]): string =>
  values.map((value) => value.replaceAll('~', '~0').replaceAll(KEY_SEPARATOR, '~1')).join(KEY_SEPARATOR);

const valuesOf = (key: string): string[] =>
  key.split(KEY_SEPARATOR).map((value) => value.replaceAll('~1', KEY_SEPARATOR).replaceAll('~0', '~'));

/** One per key; of a row that stands for many, such as `(rest)`, what it is called and nothing more. */
function keyValues({ kind, key }: Keyed, by: By): string[] {
  if (by.length === 1) return [key];
  return kind === 'rest' || kind === 'total' ? [key, ...by.slice(1).map(() => '')] : valuesOf(key);
}

const summary = ({ kind }: Keyed): boolean => kind === 'rest' || kind === 'total';

/** `storefront  GET /search`, or the key alone; several beside one another. */
export function keyCell(row: Keyed, by: By): Cell {
  if (summary(row) || (by.length === 1 && row.keyService === '')) return row.key;
  const values = keyValues(row, by);
  return by.flatMap(({ kind }, i) => (kind === 'origin' ? [row.keyService, values[i]!] : [values[i]!]));
}

/** Attributes that no row has a value of. */
export function attributesNowhere(rows: readonly Keyed[], by: By): string[] {
  const named = rows.filter(({ kind }) => kind === 'key' || kind === 'unattributed').map((row) => keyValues(row, by));
  return by.flatMap((key, i) =>
    key.kind === 'attribute' && named.length > 0 && named.every((values) => values[i] === NONE) ? [key.name] : [],
  );
}

/** Above them. */
export function keyHead(by: By): Cell {
  const [only] = by;
  if (by.length === 1) return keyName(only);
  return by.flatMap((key) => (key.kind === 'origin' ? ['origin', ''] : [keyName(key)]));
}

/**
 * For machines: several keys are a field each, called as they are asked for, beside `origin` its service. They take the place of
 * `keyService` and `key`; a key `target` that of the block's target, which there is none of then.
 */
export function withKeyFields(
  columns: readonly Column[],
  rows: readonly Readonly<Record<string, unknown>>[],
  by: By | undefined,
): { readonly columns: readonly Column[]; readonly rows: readonly Readonly<Record<string, unknown>>[] } {
  if (by === undefined || by.length === 1) return { columns, rows };
  const added = by
    .flatMap((key) => (key.kind === 'origin' ? ['originService', 'origin'] : [keyName(key)]))
    .filter((name) => name !== 'target')
    .map((name): Column => ({ name, type: 'string', unit: '' }));
  return {
    columns: columns.flatMap((column) =>
      column.name === 'keyService' ? added : column.name === 'key' ? [] : [column],
    ),
    rows: rows.map((row) => {
      const keyed = row as typeof row & Keyed;
      const values = keyValues(keyed, by);
      const fields = by.map((key, i) => [keyName(key), values[i]]);
      return { ...row, originService: keyed.keyService, ...Object.fromEntries(fields) };
    }),
  };
}
