import { shorten, wrap } from '../../reports/cells.ts';
import { clockTime, quantity, withUnit } from '../../reports/format.ts';
import type { Block, Cell, Sheet, TableColumn } from '../../reports/page.ts';
import { render, wrapFacts } from '../../reports/render.ts';
import type { colours } from '../output.ts';
import type { TopPicture, TopRow } from './sample.ts';

export interface TopTextOptions {
  readonly intervalMs: number;
  readonly tz: string;
  readonly sheet: Sheet & { readonly style: ReturnType<typeof colours> };
  /** Lines to fill at most; what is beyond is counted in the last one. */
  readonly lines?: number;
  /** Last line of a screen. */
  readonly keys?: string;
}

const columns = (head: Cell): TableColumn[] => [
  { head, kind: 'name' },
  { head: 'active', kind: 'number' },
  { head: 'max', kind: 'number', drop: 1 },
  { head: 'oldest', kind: 'number' },
];

/** The picture as text: a line about the processes, then one block per target. */
export function topText(picture: TopPicture, options: TopTextOptions): string {
  const { width, style } = options.sheet;
  const head = wrapFacts(headline(picture, options), width).map(style.bold);
  const lines = [...head, ...notes(picture).flatMap((note) => wrap(note, width).map(style.yellow))];
  if (picture.rows.length === 0) lines.push('', 'Nothing in flight.');
  const { text } = render({ blocks: blocksOf(picture.rows).map(blockOf) }, options.sheet);
  if (text !== '') lines.push('', ...text.split('\n'));
  const { keys, lines: most } = options;
  if (keys === undefined || most === undefined) return withinLines(lines, picture, most).join('\n');
  return [...withinLines(lines, picture, most - 2), '', style.dim(shorten(keys, width))].join('\n');
}

/** Numbers first: a narrow screen may not show all names. */
function headline(picture: TopPicture, { intervalMs, tz }: TopTextOptions): string[] {
  const answering = picture.processes.filter(({ answers }) => answers > 0);
  const services = [...new Set(answering.map(({ service }) => service))].sort();
  const scopes = answering.reduce((sum, { openScopes }) => sum + openScopes, 0);
  const more = services.length > 5 ? [`and ${services.length - 5} more`] : [];
  return [
    counted(picture.processes.length, 'process', 'processes'),
    `${counted(scopes, 'request or job', 'requests and jobs')} open`,
    `${withUnit(intervalMs / 1000, 's')} to ${clockTime(picture.at, tz, picture.at)}`,
    `${counted(services.length, 'service')}: ${[...services.slice(0, 5), ...more].join(', ')}`,
  ];
}

function notes(picture: TopPicture): string[] {
  const notes: string[] = [];
  const silent = picture.processes.filter(({ answers }) => answers === 0);
  if (silent.length > 0) {
    notes.push(`no answer from ${pids(silent)}: its event loop is blocked, or it is stopped`);
  }
  const cut = picture.processes.filter(({ truncated }) => truncated);
  if (cut.length > 0) notes.push(`${pids(cut)} has more in flight than it shows`);
  return notes;
}

const pids = (processes: TopPicture['processes']): string =>
  processes.map(({ pid, thread }) => (thread === 0 ? `process ${pid}` : `process ${pid} thread ${thread}`)).join(', ');

function blocksOf(rows: readonly TopRow[]): TopRow[][] {
  const blocks: TopRow[][] = [];
  for (const row of rows) {
    const last = blocks.at(-1);
    if (last?.[0]?.target === row.target) last.push(row);
    else blocks.push([row]);
  }
  return blocks;
}

function blockOf(rows: readonly TopRow[]): Block {
  const active = rows.reduce((sum, row) => sum + row.active, 0);
  return {
    title: { name: rows[0]!.target || 'in flight', facts: [`${quantity(active)} active`] },
    columns: columns(headOf(Object.keys(rows[0]!.names))),
    rows: rows.map((row) => [
      Object.values(row.names),
      quantity(row.active),
      String(row.max),
      withUnit(row.oldestSeconds, 's'),
    ]),
  };
}

/** `origin` stands over its service. */
const headOf = (names: readonly string[]): Cell =>
  names.map((name) => (name === 'originService' ? 'origin' : name === 'origin' ? '' : name));

/** A screen full at most: the lightest are at the end, and what was left out is said. */
function withinLines(lines: string[], picture: TopPicture, most: number | undefined): string[] {
  if (most === undefined || lines.length <= most) return lines;
  const kept = lines.slice(0, Math.max(1, most - 1));
  return [...kept, `… ${picture.rows.length} lines in all: --once shows every one, --where fewer`];
}

function counted(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
