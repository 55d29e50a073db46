/** Text in the cells of a terminal, of which a character takes none, one or two. */

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u;
const ascii = /^[\x20-\x7e]*$/;

/** Text that cannot move the cursor or break the line, whatever an origin is called. */
export const printable = (text: string): string =>
  ascii.test(text) ? text : text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '�');

/** Cells of a text: 2 for wide East Asian characters and emoji, 0 for combining marks and for the dress of a terminal. */
export function cellsOf(text: string): number {
  if (ascii.test(text)) return text.length;
  let n = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: dress begins with this character.
  for (const char of text.replaceAll(/\u001b\[[\d;]*m/g, '')) if (!/\p{M}/u.test(char)) n += wide.test(char) ? 2 : 1;
  return n;
}

export const padEnd = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - cellsOf(text)));
export const padStart = (text: string, width: number): string => ' '.repeat(Math.max(0, width - cellsOf(text))) + text;

/** In at most `max` cells. What is left out is in the middle: names differ at their ends. */
export function shorten(text: string, max: number): string {
  if (cellsOf(text) <= max) return text;
  const pieces = ascii.test(text) ? [...text] : [...segmenter.segment(text)].map(({ segment }) => segment);
  const rest = Math.max(0, max - 1);
  const head = taken(pieces, Math.ceil(rest / 2));
  const tail = taken(pieces.toReversed(), rest - cellsOf(head.join('')));
  return `${head.join('')}…${tail.toReversed().join('')}`;
}

/** The first pieces that fit. */
function taken(pieces: readonly string[], max: number): string[] {
  let used = 0;
  const end = pieces.findIndex((piece) => (used += cellsOf(piece)) > max);
  return pieces.slice(0, end === -1 ? pieces.length : end);
}

/**
 * Lines of at most `width` cells, broken between words; those after the first are indented, beyond what the first is. A word that is longer
 * than a line stays whole: it is a path or a command, to be copied. Lines of the text stay lines.
 */
export function wrap(text: string, width: number, indent = 0): string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, width, indent));
}

function wrapLine(text: string, width: number, indent: number): string[] {
  if (cellsOf(text) <= width) return [text];
  // Behind a label, as in `rule     must be a list`, lines begin below the text.
  const label = /^ *\S+ {2,}(?=\S)/.exec(text)?.[0].length;
  const margin = ' '.repeat(label ?? text.match(/^ */)![0].length + indent);
  const lines: string[] = [];
  for (const [, gap, word] of text.matchAll(/( *)(\S+)/g)) {
    const longer = `${lines.at(-1) ?? ''}${gap}${word}`;
    if (lines.length === 0) lines.push(longer);
    else if (cellsOf(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(margin + word);
  }
  return lines;
}

/** `text` behind `label`: its further lines begin below its first word. */
export function hung(label: string, text: string, width: number): string {
  const margin = cellsOf(label);
  return label + wrap(text, width - margin).join(`\n${' '.repeat(margin)}`);
}

/** A line of a terminal, or what `COLUMNS` says. Of a pipe or a file nobody minds the width: lines stay whole, for `grep`. */
export function lineWidth(stream: { isTTY?: boolean; columns?: number }, env: Env = process.env): number {
  if (/^[1-9]\d{1,4}$/.test(env.COLUMNS ?? '')) return Number(env.COLUMNS);
  return stream.isTTY === true ? stream.columns || 80 : Number.POSITIVE_INFINITY;
}

type Env = Readonly<Record<string, string | undefined>>;
