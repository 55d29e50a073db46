/** Pages in the width there is. Which columns may go, and which texts are names, is said by the tables themselves. */
import { cellsOf, padEnd, padStart, printable, shorten, wrap } from './cells.ts';
import type { Block, Cell, Page, Remark, Sheet, TableColumn, TableRow, Title } from './page.ts';

const GAP = 2;
/** A name that is this long is recognized: rather than cut more, columns go. */
const NAME_EASY = 16;
/** With no column left to go. */
const NAME_LEAST = 5;
const PROSE_LEAST = 20;

export interface Rendered {
  readonly text: string;
  /** Heads of columns that found no room. */
  readonly leftOut: readonly string[];
}

/** Every block has the same columns, so that one can be read beside another. */
export function render({ blocks: given, more }: Page, sheet: Sheet): Rendered {
  const { width } = sheet;
  const blocks = given.map((block) => withProseBelow(block, width));
  const gone = new Set<number>();
  const drops = [...new Set(blocks.flatMap(({ columns }) => columns.map(({ drop }) => drop ?? 0)))].toSorted(
    (a, b) => a - b,
  );
  const shown = (block: Block): Block => without(block, gone);
  while (!blocks.every((block) => fits(shown(block), width))) {
    const next = drops.pop();
    if (next === undefined || next === 0) break;
    gone.add(next);
  }
  const texts = blocks.map((block) => blockLines(shown(block), sheet).join('\n'));
  if (more !== undefined) texts.push(wrap(more, width).join('\n'));
  const left = blocks.flatMap(({ columns }) => columns.filter(({ drop }) => gone.has(drop ?? 0)));
  return { text: texts.join('\n\n'), leftOut: [...new Set(left.map(({ head }) => [head].flat().join(' ')))] };
}

/** Whether the names stay long enough to be recognized, or `name` cells long. */
export const fits = (block: Block, width: number, name = NAME_EASY): boolean =>
  width === Number.POSITIVE_INFINITY || lineWidth(shapesOf(block), name) <= width;

/** Prose that would be a column of a word a line stands below its row. */
function withProseBelow(block: Block, width: number): Block {
  const last = block.columns.at(-1);
  if (last?.kind !== 'prose' || fits(block, width)) return block;
  const at = block.columns.length - 1;
  const rows = block.rows.flatMap((row) => {
    const says = 'says' in row ? '' : [row[at] ?? ''].flat().join(' ');
    const name = [last.head].flat().join(' ');
    return 'says' in row ? [row] : [row.slice(0, at), ...(says === '' ? [] : [{ name, says }])];
  });
  return { ...block, columns: block.columns.slice(0, at), rows };
}

function without(block: Block, gone: ReadonlySet<number>): Block {
  const kept = block.columns.map(({ drop }) => !gone.has(drop ?? 0));
  const keep = <T>(list: readonly T[]): T[] => list.filter((_, i) => kept[i]);
  const rows = block.rows.map((row) => ('says' in row ? row : keep(row)));
  return { ...block, columns: keep(block.columns), rows };
}

/** What a column needs, by what is in it. */
interface Shape {
  readonly column: TableColumn;
  /** Longest of each part of its names. */
  readonly parts: readonly number[];
  /** Longest text that may be shortened without parts. */
  readonly name: number;
  /** Longest text that may not. */
  readonly whole: number;
}

function shapesOf({ columns, rows, bare }: Block): Shape[] {
  return columns.map((column, i) => {
    const cells = rows.flatMap((row) => ('says' in row ? [] : [row[i] ?? '']));
    const heads: Cell[] = bare === true ? [] : [column.head, column.above ?? ''];
    const longest = (texts: readonly Cell[]): number =>
      texts.reduce<number>((n, text) => (typeof text === 'string' ? Math.max(n, cellsOf(printable(text))) : n), 0);
    if (column.kind === 'number' || column.kind === 'whole') {
      const named = column.namedHead === true;
      const whole = longest(named ? cells : [...cells, ...heads]);
      return { column, parts: [], name: named ? longest(heads) : 0, whole };
    }
    const parts: number[] = [];
    for (const cell of [...cells, ...heads]) {
      if (typeof cell === 'string') continue;
      for (const [k, part] of cell.entries()) parts[k] = Math.max(parts[k] ?? 0, cellsOf(printable(part)));
    }
    // A head in one piece is short, or is cut to what can be recognized.
    return { column, parts, name: longest([...cells, ...heads]), whole: Math.min(longest(heads), NAME_EASY) };
  });
}

/** Width of a column whose names have at most `cap` cells. */
function columnWidth({ column, parts, name, whole }: Shape, cap: number): number {
  if (column.kind === 'prose') return Math.min(name, Math.max(cap, PROSE_LEAST));
  const gaps = GAP * Math.max(0, parts.length - 1);
  const room = cap * Math.max(1, parts.length) + gaps;
  return Math.max(whole, Math.min(name, room), parts.reduce((sum, part) => sum + Math.min(part, cap), 0) + gaps);
}

const lineWidth = (shapes: readonly Shape[], cap: number): number =>
  shapes.reduce((sum, shape) => sum + columnWidth(shape, cap), GAP * (shapes.length - 1));

/** The longest names that fit. */
function capOf(shapes: readonly Shape[], width: number): number {
  let cap = Math.max(NAME_LEAST, ...shapes.flatMap(({ name, parts }) => [name, ...parts]));
  if (width === Number.POSITIVE_INFINITY) return cap;
  while (cap > NAME_LEAST && lineWidth(shapes, cap) > width) cap--;
  return cap;
}

function blockLines(block: Block, { width, style }: Sheet): string[] {
  const shapes = shapesOf(block);
  const cap = capOf(shapes, width);
  const widths = shapes.map((shape) => columnWidth(shape, cap));
  const lines = block.title === undefined ? [] : titleLines(block.title, width).map(style.bold);
  const row = (cells: TableRow, dressed: boolean): void => {
    lines.push(...rowLines(cells, shapes, widths, cap, dressed));
  };
  if (block.bare !== true) {
    const above = block.columns.map((column) => column.above ?? '');
    if (above.some((text) => text !== '')) row(above, false);
    row(
      block.columns.map(({ head }) => head),
      false,
    );
  }
  for (const cells of block.rows) {
    if ('says' in cells) lines.push(...remarkLines(cells, width));
    else row(cells, true);
  }
  return lines;
}

function remarkLines({ name, says }: Remark, width: number): string[] {
  return wrap(`  ${shorten(printable(name), Math.max(NAME_EASY, width / 2))}: ${printable(says)}`, width, 2);
}

function rowLines(
  cells: TableRow,
  shapes: readonly Shape[],
  widths: readonly number[],
  cap: number,
  dressed: boolean,
): string[] {
  let prose: string[] = [];
  const line = shapes.map(({ column, parts }, i) => {
    const cell = cells[i] ?? '';
    const width = widths[i]!;
    if (typeof cell !== 'string') return padEnd(partsText(cell, parts, width, cap), width);
    const text = printable(cell);
    if (column.kind === 'prose') {
      prose = wrap(text, width);
      return prose.shift() ?? '';
    }
    const pad = column.kind === 'number' ? padStart : padEnd;
    const dress = dressed && column.dress !== undefined ? column.dress : (plain: string) => plain;
    return dress(pad(shorten(text, width), width));
  });
  const margin = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP, 0);
  return [line.join(' '.repeat(GAP)).trimEnd(), ...prose.map((text) => ' '.repeat(margin) + text)];
}

/** The last part has what room is left. */
function partsText(cell: readonly string[], parts: readonly number[], width: number, cap: number): string {
  let left = width;
  return cell
    .map((part, k) => {
      const room = k === parts.length - 1 ? left : Math.min(parts[k]!, cap);
      left -= room + GAP;
      return padEnd(shorten(printable(part), room), room);
    })
    .join(' '.repeat(GAP));
}

/** The name gives way to the facts down to half a line; then they go on below. */
function titleLines({ name, facts }: Title, width: number): string[] {
  const title = printable(name);
  const behind = facts.length === 0 ? '' : ` · ${printable(facts.join(' · '))}`;
  const room = width - cellsOf(behind);
  if (cellsOf(title) <= room || room >= Math.max(NAME_EASY, Math.min(40, width / 2)))
    return [shorten(title, room) + behind];
  return [shorten(title, width), ...wrapFacts(facts, width)];
}

/** Facts in a line with dots between them, broken at the dots and, where one is longer than a line, at its words. */
export function wrapFacts(facts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const fact of facts.map(printable)) {
    const last = lines.at(-1);
    if (last !== undefined && cellsOf(last) + 3 + cellsOf(fact) <= width) lines[lines.length - 1] = `${last} · ${fact}`;
    else lines.push(...wrap(fact, width));
  }
  return lines;
}
