/** RE2 patterns as JavaScript ones, kept while they are in use. */
import { KqlError } from './errors.ts';

const PATTERNS_MAX = 500;
const patterns = new Map<string, RegExp>();

/** @throws KqlError `runtime` for a pattern that is none */
export function regex(pattern: string, flags = ''): RegExp {
  const key = `${flags}/${pattern}`;
  let found = patterns.get(key);
  if (found === undefined) {
    found = compile(pattern, flags);
    if (patterns.size >= PATTERNS_MAX) patterns.clear();
    patterns.set(key, found);
  }
  found.lastIndex = 0;
  return found;
}

function compile(pattern: string, flags: string): RegExp {
  const [, inline = '', body = pattern] = /^\(\?([ims]+)\)(.*)$/s.exec(pattern) ?? [];
  const source = body.replaceAll('(?P<', '(?<').replaceAll('\\A', '^').replaceAll('\\z', '$');
  const all = [...new Set(`${flags}${inline}`)].join('');
  for (const unicode of ['u', '']) {
    try {
      return new RegExp(source, `${all}${unicode}`);
    } catch {
      // An escape that only RE2 allows: without `u` JavaScript allows it too.
    }
  }
  throw new KqlError('runtime', `not a regular expression: ${pattern.slice(0, 100)}`);
}
