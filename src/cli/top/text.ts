import { clockTime, printable, quantity, table, withUnit } from '../../reports/format.ts';
import type { colours } from '../output.ts';
import type { TopPicture, TopRow } from './sample.ts';

export interface TopTextOptions {
  readonly intervalMs: number;
  readonly tz: string;
  readonly dress: ReturnType<typeof colours>;
  /** Lines to fill at most; what is beyond is counted in the last one. */
  readonly lines?: number;
}

/** The picture as text: a line about the processes, then one block per target. */
export function topText(picture: TopPicture, options: TopTextOptions): string {
  const { dress } = options;
  const lines = [dress.bold(headline(picture, options)), ...notes(picture).map(dress.yellow)];
  if (picture.rows.length === 0) lines.push('', 'Nothing in flight.');
  for (const block of blocksOf(picture.rows)) lines.push('', ...blockLines(block, dress));
  return withinLines(lines, picture, options.lines).join('\n');
}

function headline(picture: TopPicture, { intervalMs, tz }: TopTextOptions): string {
  const answering = picture.processes.filter(({ answers }) => answers > 0);
  const services = [...new Set(answering.map(({ service }) => service))].sort();
  const scopes = answering.reduce((sum, { openScopes }) => sum + openScopes, 0);
  const shown = services.slice(0, 5).map((name) => printable(name, 30));
  const more = services.length > 5 ? ` and ${services.length - 5} more` : '';
  return [
    counted(picture.processes.length, 'process', 'processes'),
    `${counted(services.length, 'service')}: ${shown.join(', ')}${more}`,
    `${counted(scopes, 'request or job', 'requests and jobs')} open`,
    `${withUnit(intervalMs / 1000, 's')} to ${clockTime(picture.at, tz, picture.at)}`,
  ].join(' · ');
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

function blockLines(rows: readonly TopRow[], { bold }: ReturnType<typeof colours>): string[] {
  const active = rows.reduce((sum, row) => sum + row.active, 0);
  const serviceWidth = Math.max(...rows.map(({ originService }) => printable(originService, 30).length));
  const cells = rows.map((row) => [
    `${printable(row.originService, 30).padEnd(serviceWidth)}  ${printable(row.origin)}`,
    quantity(row.active),
    String(row.max),
    withUnit(row.oldestSeconds, 's'),
  ]);
  const text = table(['origin', 'active', 'max', 'oldest'], cells, ['left', 'right', 'right', 'right']);
  return [bold(`${printable(rows[0]!.target, 120)} · ${quantity(active)} active`), ...text.split('\n')];
}

/** A screen full at most: the lightest are at the end, and what was left out is said. */
function withinLines(lines: string[], picture: TopPicture, most: number | undefined): string[] {
  if (most === undefined || lines.length <= most) return lines;
  const kept = lines.slice(0, Math.max(1, most - 1));
  return [...kept, `… ${picture.rows.length} origins in all: --once shows every one`];
}

function counted(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
