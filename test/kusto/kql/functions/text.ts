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

/** Where a text lies in another, by code points; -1 if nowhere, null for a start that makes no sense. */
function indexOf(text: string, sought: string, from: Long = 0, length: Long = -1, occurrence: Long = 1): Value {
  const all = points(text);
  const start = Number(from) < 0 ? Math.max(0, all.length + Number(from)) : Number(from);
  const end = Number(length) < 0 ? all.length : start + Number(length);
  const within = part(text, start, end);
  let at = -1;
  for (let i = 0; i < Number(occurrence); i++) {
    at = within.indexOf(sought, at + 1);
    if (at < 0) return -1;
  }
  return start + points(within.slice(0, at)).length;
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

function extractAll(pattern: string, text: string): Value {
  const matches = [...text.matchAll(regex(pattern, 'g'))];
  if (matches.length === 0) return null;
  return matches.map(([whole, ...groups]) => {
    if (groups.length === 0) return unsupported(`extract_all without a group (${whole.slice(0, 20)})`);
    return groups.length === 1 ? (groups[0] ?? '') : groups.map((found) => found ?? '');
  });
}

function countOf(text: string, sought: string, kind = 'normal'): number {
  if (kind === 'regex') return [...text.matchAll(regex(sought, 'g'))].length;
  if (kind !== 'normal' || sought === '') return unsupported(`countof with kind ${kind} or an empty text`);
  let count = 0;
  for (let at = text.indexOf(sought); at >= 0; at = text.indexOf(sought, at + 1)) count++;
  return count;
}

function replaceStrings(text: string, sought: Value, replacements: Value): Value {
  if (!isArray(sought) || !isArray(replacements) || sought.length !== replacements.length) {
    return unsupported('replace_strings without two arrays of the same length');
  }
  return sought.reduce<string>(
    (result, from, i) => result.replaceAll(textOf(from, 'dynamic'), () => textOf(replacements[i] ?? null, 'dynamic')),
    text,
  );
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
  extract_all: scalar({ takes: ['string', 'string'], gives: 'dynamic', value: extractAll }),
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
};
