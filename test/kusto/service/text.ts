/** Reading KQL texts without a grammar: strings, comments and brackets are respected, nothing else is understood. */
import { syntaxError } from './service-error.ts';

const OPEN: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/**
 * Where a string literal or comment that begins at `at` ends; `at` itself where none begins there. Literals: `'…'`, `"…"` with
 * backslashes, `@'…'` with doubled quotes, and three backticks.
 */
export function skipLiteral(text: string, at: number): number {
  if (text.startsWith('//', at)) {
    const end = text.indexOf('\n', at);
    return end === -1 ? text.length : end;
  }
  if (text.startsWith('```', at)) return after(text, '```', at + 3);
  const verbatim = text[at] === '@' && (text[at + 1] === "'" || text[at + 1] === '"');
  const start = verbatim ? at + 1 : at;
  const quote = text[start];
  if (quote !== "'" && quote !== '"') return at;
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\' && !verbatim) i += 1;
    else if (text[i] === quote && verbatim && text[i + 1] === quote) i += 1;
    else if (text[i] === quote) return i + 1;
  }
  throw syntaxError(`a string that begins at ${at} does not end`);
}

function after(text: string, end: string, from: number): number {
  const at = text.indexOf(end, from);
  if (at === -1) throw syntaxError(`${end} is missing`);
  return at + end.length;
}

/** Index behind the bracket that closes the one at `at`. */
export function skipBrackets(text: string, at: number): number {
  const closers = [OPEN[text[at]!]!];
  for (let i = at + 1; i < text.length; ) {
    const skipped = skipLiteral(text, i);
    if (skipped > i) {
      i = skipped;
      continue;
    }
    const character = text[i]!;
    if (OPEN[character] !== undefined) closers.push(OPEN[character]);
    else if (character === closers.at(-1)) closers.pop();
    i += 1;
    if (closers.length === 0) return i;
  }
  throw syntaxError(`${closers.at(-1)} is missing`);
}

/** Parts between separators that are in no string, comment or bracket. A pattern must be sticky. */
export function splitTop(text: string, separator: string | RegExp): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; ) {
    const skipped = skipLiteral(text, i);
    const length = skipped > i ? 0 : separatorLength(text, separator, i);
    if (length > 0) {
      parts.push(text.slice(start, i));
      start = i + length;
      i = start;
    } else if (skipped > i) i = skipped;
    else i = OPEN[text[i]!] === undefined ? i + 1 : skipBrackets(text, i);
  }
  parts.push(text.slice(start));
  return parts;
}

function separatorLength(text: string, separator: string | RegExp, at: number): number {
  if (typeof separator === 'string') return text.startsWith(separator, at) ? separator.length : 0;
  separator.lastIndex = at;
  return separator.exec(text)?.[0].length ?? 0;
}

/** The value of a string literal as it stands in a text, with or without `h` or `@` before it. */
export function literalValue(literal: string): string {
  const text = /^[hH]?@?['"`]/.test(literal) ? literal.replace(/^[hH]/, '') : literal;
  if (text.startsWith('```')) return text.slice(3, -3);
  if (text.startsWith('@')) return text.slice(2, -1).replaceAll(text[1]! + text[1]!, text[1]!);
  return text.slice(1, -1).replaceAll(/\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[\s\S])/g, (_, escaped: string) => {
    if (escaped.length > 1) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    return { n: '\n', r: '\r', t: '\t', '0': '\0', a: '\x07', b: '\b', f: '\f', v: '\v' }[escaped] ?? escaped;
  });
}
