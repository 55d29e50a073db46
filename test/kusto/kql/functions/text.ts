import { compareTexts } from '../compare.ts';
import { unsupported } from '../errors.ts';
import { regex } from '../regex.ts';
import { textOf } from '../text.ts';
import { isArray, type Long, type Value } from '../values.ts';
import { type Functions, type ScalarFunction, scalar } from './scalar.ts';

const surrogates = /[\ud800-\udfff]/;

/** Text by code points, so that positions are the engine's. */
function points(text: string): readonly string[] | string {
  return surrogates.test(text) ? Array.from(text) : text;
}

function part(text: string, start: number, end?: number): string {
  const all = points(text);
  return typeof all === 'string' ? all.slice(start, end) : all.slice(start, end).join('');
}

function substring(text: string, from: Long, count?: Long): string {
  const length = points(text).length;
  const start = Number(from) < 0 ? Math.max(0, length + Number(from)) : Number(from);
  if (count === undefined) return part(text, start);
  return Number(count) < 0 ? part(text, start, Math.max(start, length)) : part(text, start, start + Number(count));
}

/** Where a text lies in another, by code points; -1 if nowhere. The length limits where it may begin, as recorded. */
function indexOf(text: string, sought: string, from: Long = 0, length: Long = -1, occurrence: Long = 1): Value {
  const all = points(text);
  const start = Number(from) < 0 ? Math.max(0, all.length + Number(from)) : Number(from);
  const within = part(text, start);
  let at = -1;
  for (let i = 0; i < Number(occurrence); i++) {
    at = within.indexOf(sought, at + 1);
    if (at < 0) return -1;
  }
  const place = points(within.slice(0, at)).length;
  return Number(length) >= 0 && place >= Number(length) ? -1 : start + place;
}

function split(text: string, delimiter: string, index?: Long): Value {
  const parts = delimiter === '' ? [text] : text.split(delimiter);
  if (index === undefined) return parts;
  const found = parts[Number(index)];
  return found === undefined ? [] : [found];
}

function trimmed(pattern: string, text: string, start: boolean, end: boolean): string {
  const rest = start ? text.replace(regex(`^(?:${pattern})`), '') : text;
  return end ? rest.replace(regex(`(?:${pattern})$`), '') : rest;
}

/** Of what is percent-encoded; nothing is known of how the engine reads `+` and sequences that are no UTF-8. */
function urlDecoded(text: string): string {
  if (text.includes('+') || /%(?![\da-f]{2})/i.test(text)) return unsupported('url_decode of this text');
  return decodeURIComponent(text);
}

const trim = (start: boolean, end: boolean): ScalarFunction =>
  scalar({
    takes: ['string', 'string'],
    gives: 'string',
    value: (pattern: string, text: string) => trimmed(pattern, text, start, end),
  });

/** `\1` and `\0` of RE2 as JavaScript writes them. */
function replacement(rewrite: string): string {
  return rewrite
    .replaceAll('$', '$$$$')
    .replaceAll(/\\(\d)/g, (_, group: string) => (group === '0' ? '$&' : `$${group}`));
}

function extract(pattern: string, group: Long, text: string): string {
  return regex(pattern).exec(text)?.[Number(group)] ?? '';
}

/** The groups of each match, or some of them by number or name; one group alone is no array. */
function extractAll(pattern: string, ...more: Value[]): Value {
  const text = more.at(-1) as string;
  const wanted = more.length === 2 ? more[0]! : undefined;
  const matches = [...text.matchAll(regex(pattern, 'g'))];
  if (matches.length === 0) return null;
  return matches.map((match) => {
    const groups = isArray(wanted ?? null) ? (wanted as readonly Value[]) : match.slice(1).map((_, i) => i + 1);
    if (groups.length === 0) return unsupported('extract_all without a group');
    const found = groups.map(
      (group) => (typeof group === 'string' ? match.groups?.[group] : match[Number(group)]) ?? '',
    );
    return found.length === 1 ? found[0]! : found;
  });
}

function countOf(text: string, sought: string, kind = 'normal'): number {
  if (kind === 'regex') return [...text.matchAll(regex(sought, 'g'))].length;
  if (kind !== 'normal' || sought === '') return unsupported(`countof with kind ${kind} or an empty text`);
  let count = 0;
  for (let at = text.indexOf(sought); at >= 0; at = text.indexOf(sought, at + 1)) count++;
  return count;
}

/**
 * Pair after pair of the lists; what was put in is not looked at again. Recorded: where the replacement is no string, the text stays as it
 * is but counts as replaced.
 */
function replaceStrings(text: string, sought: Value, replacements: Value): Value {
  if (!isArray(sought) || !isArray(replacements) || sought.length !== replacements.length) {
    return unsupported('replace_strings without two arrays of the same length');
  }
  let parts: { readonly text: string; readonly done: boolean }[] = [{ text, done: false }];
  sought.forEach((from, i) => {
    const [found, by] = [textOf(from, 'dynamic'), replacements[i]!];
    if (found === '') return;
    const replaced = { text: typeof by === 'string' ? by : found, done: true };
    parts = parts.flatMap((part) =>
      part.done
        ? [part]
        : part.text.split(found).flatMap((rest, at) => [...(at > 0 ? [replaced] : []), { text: rest, done: false }]),
    );
  });
  return parts.map((part) => part.text).join('');
}

/** Its parts are joined as text; null is the empty text. */
const strcat = scalar({
  takes: ['string'],
  least: 1,
  most: 64,
  gives: 'string',
  nulls: true,
  value: (...parts: string[]) => parts.join(''),
});

export const textFunctions: Functions = {
  countof: scalar({ takes: ['string', 'string', 'string'], least: 2, gives: 'long', value: countOf }),
  extract: scalar({ takes: ['string', 'long', 'string'], gives: 'string', value: extract }),
  extract_all: {
    compile: (args) =>
      scalar({
        takes: args.length === 3 ? ['string', 'dynamic', 'string'] : ['string', 'string'],
        gives: 'dynamic',
        value: extractAll,
      }).compile(args),
  },
  indexof: scalar({ takes: ['string', 'string', 'long', 'long', 'long'], least: 2, gives: 'long', value: indexOf }),
  regex_quote: scalar({
    takes: ['string'],
    gives: 'string',
    value: (text: string) => text.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&'),
  }),
  replace_regex: scalar({
    takes: ['string', 'string', 'string'],
    gives: 'string',
    value: (text: string, pattern: string, rewrite: string) =>
      text.replaceAll(regex(pattern, 'g'), replacement(rewrite)),
  }),
  replace_string: scalar({
    takes: ['string', 'string', 'string'],
    gives: 'string',
    value: (text: string, sought: string, by: string) => (sought === '' ? text : text.replaceAll(sought, () => by)),
  }),
  replace_strings: scalar({ takes: ['string', 'dynamic', 'dynamic'], gives: 'string', value: replaceStrings }),
  reverse: scalar({ takes: ['string'], gives: 'string', value: (text: string) => Array.from(text).reverse().join('') }),
  split: scalar({ takes: ['string', 'string', 'long'], least: 2, gives: 'dynamic', value: split }),
  strcat,
  strcat_array: scalar({
    takes: ['dynamic', 'string'],
    gives: 'string',
    value: (items: Value, delimiter: string) =>
      isArray(items) ? items.map((item) => textOf(item, 'dynamic')).join(delimiter) : null,
  }),
  strcat_delim: scalar({
    takes: ['string'],
    least: 2,
    most: 64,
    gives: 'string',
    nulls: true,
    value: (delimiter: string, ...parts: string[]) => parts.join(delimiter),
  }),
  strcmp: scalar({
    takes: ['string', 'string'],
    gives: 'long',
    value: (a: string, b: string) => Math.sign(compareTexts(a, b)),
  }),
  string_size: scalar({ takes: ['string'], gives: 'long', value: (text: string) => Buffer.byteLength(text) }),
  strlen: scalar({ takes: ['string'], gives: 'long', value: (text: string) => points(text).length }),
  strrep: scalar({
    takes: ['string', 'long', 'string'],
    least: 2,
    gives: 'string',
    value: (text: string, count: Long, delimiter = '') => Array<string>(Number(count)).fill(text).join(delimiter),
  }),
  substring: scalar({ takes: ['string', 'long', 'long'], least: 2, gives: 'string', value: substring }),
  tolower: scalar({ takes: ['string'], gives: 'string', value: (text: string) => text.toLowerCase() }),
  toupper: scalar({ takes: ['string'], gives: 'string', value: (text: string) => text.toUpperCase() }),
  trim: trim(true, true),
  trim_end: trim(false, true),
  trim_start: trim(true, false),
  url_decode: scalar({ takes: ['string'], gives: 'string', value: urlDecoded }),
};
