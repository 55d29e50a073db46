import { didYouMean, nearMiss } from './near-miss.ts';
import { usage } from './time.ts';

const kinds = ['origin', 'target', 'service'] as const;

export type Key<Kind extends string = (typeof kinds)[number]> =
  | { readonly kind: Kind }
  | { readonly kind: 'attribute'; readonly name: string };

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
export const parseBy = (text: string): By => parseKeys(text, kinds);

/** The same with other keys beside attributes. */
export function parseKeys<Kind extends string>(text: string, known: readonly Kind[]): [Key<Kind>, ...Key<Kind>[]] {
  const names = [''];
  for (const [piece] of text.matchAll(/"(?:[^"\\]|\\.)*"|./gs)) {
    if (piece === ',') names.push('');
    else names[names.length - 1] += piece;
  }
  const keys = names.map((name) => keyOf(name.trim(), text, known));
  if (keys.length > KEYS_MAX) throw byError(text, `, ${keys.length} keys: at most ${KEYS_MAX}`, known);
  const twice = keys.map(keyName).find((name, i, all) => all.indexOf(name) !== i);
  if (twice !== undefined) throw byError(text, `, which names ${twice} twice`, known);
  return keys as [Key<Kind>, ...Key<Kind>[]];
}

/** As it is asked for. */
export const keyName = (key: Key<string>): string => ('name' in key ? `attribute.${key.name}` : key.kind);

function keyOf<Kind extends string>(text: string, whole: string, known: readonly Kind[]): Key<Kind> {
  const kind = known.find((name) => name === text);
  if (kind !== undefined) return { kind };
  const name = /^attributes?\.(.+)$/s.exec(text)?.[1];
  if (name === undefined) throw byError(whole, hint(text, known), known);
  const quoted = /^"(.*)"$/s.exec(name)?.[1];
  return { kind: 'attribute', name: quoted === undefined ? name : quoted.replaceAll(/\\(.)/gs, '$1') };
}

function hint(text: string, known: readonly string[]): string {
  if (text === 'event' || text === 'unit') return `: each ${text} has a table of its own, --measure <event> shows one`;
  return didYouMean(text === '' ? undefined : nearMiss(text, known));
}

const byError = (text: string, problem: string, known: readonly string[]) =>
  usage(
    `--by is ${JSON.stringify(text)}${problem}${problem.endsWith('?') ? ' Expected' : '. Expected'} ${known.join(', ')} or attribute.<name>, several joined by commas`,
  );
