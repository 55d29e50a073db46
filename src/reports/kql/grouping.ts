/** What to group by, in KQL. See `bySql`. */
import type { KqlParameters } from '../../core/contracts/store.ts';
import { UNATTRIBUTED } from '../../core/model.ts';
import { type By, byOrigin, KEYS_MAX, type Key, NONE } from '../by.ts';
import { joinedKeys, KEY_SEPARATOR } from '../keys.ts';
import { attributeKql, string } from './texts.ts';

/** A `type`, because its texts fill placeholders by name. */
export type Grouping = {
  readonly block: string;
  readonly keyService: string;
  readonly key: string;
  /** Of the key alone: true where it names nobody. */
  readonly nobody: string;
};

const ORIGIN_SERVICE = `iff(Origin == '${UNATTRIBUTED}', '', OriginService)`;

export function byKql(by: By): { text: Grouping; values: KqlParameters } {
  const keys = by.map(keyKql);
  const nobody = keys.flatMap((one) => one.nobody ?? []);
  const names = (kind: Key['kind']): boolean => by.some((key) => key.kind === kind);
  return {
    text: {
      block: names('target') ? "''" : 'Target',
      keyService: names('origin') ? ORIGIN_SERVICE : "''",
      key:
        keys.length === 1
          ? keys[0]!.key
          : `strcat(${keys.map(({ key }) => escaped(key)).join(`, '${KEY_SEPARATOR}', `)})`,
      nobody: nobody.length === keys.length ? `Key == '${joinedKeys(nobody)}'` : 'false',
    },
    values: Object.fromEntries(
      by.flatMap((key, i) => (key.kind === 'attribute' ? [[`_byAttribute${i}`, string(key.name)]] : [])),
    ),
  };
}

function keyKql(key: Key, i: number): { readonly key: string; readonly nobody?: string } {
  switch (key.kind) {
    case 'origin':
      return { key: 'Origin', nobody: UNATTRIBUTED };
    case 'target':
      return { key: 'Target' };
    case 'service':
      return { key: 'Service' };
    case 'attribute':
      return { key: byAttribute(`_byAttribute${i}`), nobody: NONE };
  }
}

export const groupedByOrigin: Grouping = byKql(byOrigin).text;

/** The same of the argument `By` of a stored function, after `BY_LETS`; the engine folds these when the call names the keys. */
export const BY_ARGUMENT: Grouping = {
  block: "iff(_byTarget, '', Target)",
  keyService: `iff(_byOrigins, ${ORIGIN_SERVICE}, '')`,
  key: `iff(_by1 == '', ${argumentKey(0)}, strcat(${places((i) =>
    i === 0
      ? escaped(argumentKey(0))
      : `iff(_by${i} == '', '', strcat('${KEY_SEPARATOR}', ${escaped(argumentKey(i))}))`,
  ).join(',\n        ')}))`,
  nobody: 'Key == _byNobody and not(_byTarget) and not(_byServices)',
};

/** Reads `By`: at most `KEYS_MAX` keys, joined by commas. */
export const BY_LETS = `let _byKeys = split(By, ',');
${places((i) => `let _by${i} = trim(' ', tostring(_byKeys[${i}]));\n`).join('')}let _byOrigins = ${any('origin')};
let _byTarget = ${any('target')};
let _byServices = ${any('service')};
let _byNobody = strcat(${places((i) => {
  const nobody = `iff(_by${i} == 'origin', '${UNATTRIBUTED}', '${NONE}')`;
  return i === 0 ? nobody : `iff(_by${i} == '', '', strcat('${KEY_SEPARATOR}', ${nobody}))`;
}).join(', ')});
`;

function places<T>(text: (i: number) => T): T[] {
  return Array.from({ length: KEYS_MAX }, (_, i) => text(i));
}

function any(name: string): string {
  return places((i) => `_by${i} == '${name}'`).join(' or ');
}

function argumentKey(i: number): string {
  return `case(_by${i} == 'origin', Origin, _by${i} == 'target', Target, _by${i} == 'service', Service,
        ${byAttribute(`extract('(?s)^attributes?[.](.+)$', 1, _by${i})`)})`;
}

/** To coalesce, an empty string is as good as none. */
function byAttribute(name: string): string {
  return `coalesce(${attributeKql(name)}, '${NONE}')`;
}

function escaped(key: string): string {
  return `replace_string(replace_string(${key}, '~', '~0'), '${KEY_SEPARATOR}', '~1')`;
}
