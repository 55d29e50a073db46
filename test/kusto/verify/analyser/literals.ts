/**
 * The strings and templates of a TypeScript source: of each the fixed pieces, between which values stand. Templates within a value are
 * found too. A lexer and no parser: enough for sources that are formatted by Biome.
 */
export function literalsOf(source: string): string[][] {
  const found: string[][] = [];
  read(source, 0, '', found);
  return found;
}

/** Reads code until `end` at the same depth of braces; the position after it. */
function read(source: string, from: number, end: string, found: string[][]): number {
  let depth = 0;
  let at = from;
  // The last thing that was no space: tells a division from a regular expression.
  let last = '';
  while (at < source.length) {
    const char = source[at]!;
    if (char === end && depth === 0) return at + 1;
    if (source.startsWith('//', at)) at = after(source, '\n', at);
    else if (source.startsWith('/*', at)) at = after(source, '*/', at);
    else if (char === '"' || char === "'") at = readString(source, at, found);
    else if (char === '`') at = readTemplate(source, at, found);
    else if (char === '/' && /[(,=:[!&|?{};>]|^$|return$/.test(last)) at = readRegex(source, at);
    else {
      if (char === '{') depth++;
      if (char === '}') depth--;
      at++;
    }
    if (/\w/.test(char)) last = /\w$/.test(last) ? (last + char).slice(-6) : char;
    // `value! / 2` is a division: the mark behind a value is part of it.
    else if (!/\s/.test(char) && !(char === '!' && /[\w)\]]$/.test(last))) last = char;
  }
  return at;
}

const after = (source: string, text: string, at: number): number => {
  const found = source.indexOf(text, at);
  return found < 0 ? source.length : found + text.length;
};

function readString(source: string, from: number, found: string[][]): number {
  let at = from + 1;
  while (source[at] !== source[from]) at = next(source, at, from);
  found.push([unescaped(source.slice(from + 1, at))]);
  return at + 1;
}

function readTemplate(source: string, from: number, found: string[][]): number {
  const pieces: string[] = [];
  let at = from + 1;
  let begin = at;
  while (source[at] !== '`') {
    if (source.startsWith('${', at)) {
      pieces.push(unescaped(source.slice(begin, at)));
      at = begin = read(source, at + 2, '}', found);
    } else at = next(source, at, from);
  }
  pieces.push(unescaped(source.slice(begin, at)));
  found.push(pieces);
  return at + 1;
}

/** The position of the next character of the literal that begins at `from`. */
function next(source: string, at: number, from: number): number {
  if (at >= source.length) throw new Error(`no end of ${source.slice(from, from + 60)}`);
  return at + (source[at] === '\\' ? 2 : 1);
}

function readRegex(source: string, from: number): number {
  let inClass = false;
  for (let at = from + 1; ; at++) {
    const char = source[at];
    if (char === '\\') at++;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === undefined || (char === '/' && !inClass)) return at + 1;
  }
}

const unescaped = (text: string): string => text.replaceAll('\\n', '\n').replaceAll(/\\(.)/g, '$1');
