import { didYouMean, nearMiss } from './near-miss.ts';
import { usage } from './time.ts';

const kinds = ['origin', 'target', 'service'] as const;

export type Key = { readonly kind: (typeof kinds)[number] } | { readonly kind: 'attribute'; readonly name: string };

/** What rows are grouped by, the first key first. */
export type By = readonly [Key, ...Key[]];

/** Shown for rows that lack the attribute they are grouped by. */
export const NONE = '(none)';

/** More of them make lists that nobody reads; the stored functions write out each. */
export const KEYS_MAX = 4;

export const byOrigin: By = [{ kind: 'origin' }];

/**
 * Keys, joined by commas. The name of an attribute with a comma is quoted: `attribute."a,b"`.
 * @throws AttributionError `ATTR_USAGE`
 */
export function parseBy(text: string): By {
  const names = [''];
  for (const [piece] of text.matchAll(/"(?:[^"\\]|\\.)*"|./gs)) {
    if (piece === ',') names.push('');
    else names[names.length - 1] += piece;
  }
  const keys = names.map((name) => keyOf(name.trim(), text));
  if (keys.length > KEYS_MAX) throw byError(text, `, ${keys.length} keys: at most ${KEYS_MAX}`);
  const twice = keys.map(keyName).find((name, i, all) => all.indexOf(name) !== i);
  if (twice !== undefined) throw byError(text, `, which names ${twice} twice`);
  return keys as [Key, ...Key[]];
}

/** As it is asked for. */
export const keyName = (key: Key): string => (key.kind === 'attribute' ? `attribute.${key.name}` : key.kind);

function keyOf(text: string, whole: string): Key {
  const kind = kinds.find((name) => name === text);
  if (kind !== undefined) return { kind };
  const name = /^attributes?\.(.+)$/s.exec(text)?.[1];
  if (name === undefined) throw byError(whole, hint(text));
  const quoted = /^"(.*)"$/s.exec(name)?.[1];
  return { kind: 'attribute', name: quoted === undefined ? name : quoted.replaceAll(/\\(.)/gs, '$1') };
}

function hint(text: string): string {
  if (text === 'event' || text === 'unit') return `: each ${text} has a table of its own, --measure <event> shows one`;
  return didYouMean(text === '' ? undefined : nearMiss(text, kinds));
}

const byError = (text: string, problem: string) =>
  usage(
    `--by is ${JSON.stringify(text)}${problem}${problem.endsWith('?') ? ' Expected' : '. Expected'} origin, target, service or attribute.<name>, several joined by commas`,
  );
