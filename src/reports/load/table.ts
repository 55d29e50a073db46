import { BLOCKS_MAX, blocksOf, widthOf } from '../blocks.ts';
import {
  ABSENT,
  clockTime,
  percent,
  perSecond,
  perSecondHead,
  printable,
  quantity,
  span,
  table,
  withUnit,
} from '../format.ts';
import type { LoadRow } from './row.ts';

export interface LoadHeader {
  readonly range: { readonly from: number; readonly to: number; readonly seconds: number };
  /** Milliseconds since the Unix epoch. */
  readonly dataThrough: number;
  readonly tz: string;
  readonly now: number;
  /** What the keys are: `origin` unless given. */
  readonly by?: string;
  /** Blocks to show; the others are counted in a last line. Default: `BLOCKS_MAX`. */
  readonly blocks?: number;
  /** Dresses the title of a block, for terminals. */
  readonly title?: (text: string) => string;
}

/** One table per target, event and unit, heaviest first. Pure: the CLI and the table at exit share it. */
export function loadTable(rows: readonly LoadRow[], header: LoadHeader): string {
  const blocks = blocksOf(rows);
  const eventsOf = new Map<string, number>();
  for (const [row] of blocks) eventsOf.set(row!.target, (eventsOf.get(row!.target) ?? 0) + 1);
  const shown = blocks.slice(0, header.blocks ?? BLOCKS_MAX);
  const texts = shown.map((block) => blockTable(block, header, eventsOf.get(block[0]!.target)! > 1));
  const hidden = blocks.length - shown.length;
  if (hidden > 0)
    texts.push(
      `… and ${hidden} more ${hidden === 1 ? 'target' : 'targets'} with less load: --where target=<target>, or --by target`,
    );
  return texts.join('\n\n');
}

function blockTable(block: readonly LoadRow[], header: LoadHeader, nameEvent: boolean): string {
  const { target, event, unit, peakAt } = block[0]!;
  const at = (ms: number): string => clockTime(ms, header.tz, header.now);
  const live = header.now - header.range.to < 10 * 60_000;
  const range = live ? `last ${span(header.range.seconds)}` : `${at(header.range.from)} to ${at(header.range.to)}`;
  const title = [
    target === '' ? event : printable(target, 120),
    ...(target !== '' && (nameEvent || unit !== 's') ? [event] : []),
    peakAt === null ? range : `peak of ${range}: ${at(peakAt)}`,
    `data to ${at(header.dataThrough)}`,
  ].join(' · ');
  const rows = block.filter((row) => row.kind !== 'total');
  const serviceWidth = widthOf(rows.map((row) => row.keyService));
  const head = [header.by ?? 'origin', 'share', perSecondHead(unit), 'calls/s', 'calls/req', 'mean'];
  const cells = rows.map((row) => {
    const service = printable(row.keyService, 30);
    const name =
      row.kind === 'key' && serviceWidth > 0
        ? `${service.padEnd(serviceWidth)}  ${printable(row.key)}`
        : printable(row.key);
    const cell = [name, percent(row.share), perSecond(row.perSecond, unit)];
    if (row.kind !== 'key') return cell;
    const perRequest = row.callsPerRequest === null ? ABSENT : quantity(row.callsPerRequest);
    return [...cell, quantity(row.callsPerSecond), perRequest, withUnit(row.mean, unit)];
  });
  const text = table(head, cells, ['left', 'right', 'right', 'right', 'right', 'right']);
  return `${(header.title ?? ((t: string) => t))(title)}\n${text}`;
}
