/** What to group by, in SQL. */
import { UNATTRIBUTED } from '../../core/model.ts';
import { type By, type Key, NONE } from '../by.ts';
import { joinedKeys, KEY_SEPARATOR } from '../keys.ts';
import { attributeSql, jsonPointer, type Texts } from './texts.ts';

/**
 * `key` with `key_service` beside it, `unattributed` (true for the row that names nobody), and `block`, the target of a table of its own
 * ('' when targets are what is compared). Several keys are one text: see `joinedKeys`.
 */
export function bySql(by: By): Texts {
  const keys = by.map(keySql);
  const nobody = keys.flatMap((one) => one.nobody ?? []);
  const names = (kind: Key['kind']): boolean => by.some((key) => key.kind === kind);
  return {
    text: {
      key_service: names('origin') ? `CASE WHEN origin = '${UNATTRIBUTED}' THEN '' ELSE origin_service END` : "''",
      key: keys.length === 1 ? keys[0]!.key : keys.map(({ key }) => escaped(key)).join(` || '${KEY_SEPARATOR}' || `),
      // Only a row of which each key names nobody.
      unattributed: nobody.length === keys.length ? `key = '${joinedKeys(nobody)}'` : 'false',
      block: names('target') ? "''" : 'target',
    },
    params: Object.fromEntries(
      by.flatMap((key, i) => (key.kind === 'attribute' ? [[`by_path_${i}`, jsonPointer(key.name)]] : [])),
    ),
  };
}

function keySql(key: Key, i: number): { readonly key: string; readonly nobody?: string } {
  switch (key.kind) {
    case 'origin':
      return { key: 'origin', nobody: UNATTRIBUTED };
    case 'attribute':
      return { key: `coalesce(nullif(${attributeSql(`$by_path_${i}`)}, ''), '${NONE}')`, nobody: NONE };
    default:
      return { key: key.kind };
  }
}

const escaped = (key: string): string => `replace(replace(${key}, '~', '~0'), '${KEY_SEPARATOR}', '~1')`;
