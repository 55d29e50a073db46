import { BLOCKS_MAX, blocksOf } from '../blocks.ts';
import { type By, byOrigin } from '../by.ts';
import { coveredText } from '../covered.ts';
import {
  ABSENT,
  clockTime,
  clockTimes,
  percent,
  perSecond,
  perSecondHead,
  quantity,
  span,
  withUnit,
} from '../format.ts';
import { keyCell, keyHead } from '../keys.ts';
import { type Block, type Page, plainSheet, type Sheet, type TableColumn } from '../page.ts';
import { render } from '../render.ts';
import type { Period } from '../source.ts';
import type { LoadRow } from './row.ts';

export interface LoadHeader {
  readonly range: Period & { readonly seconds: number; readonly asked?: number };
  /** Milliseconds since the Unix epoch. */
  readonly dataThrough: number;
  readonly tz: string;
  readonly now: number;
  /** What the keys are: `origin` unless given. */
  readonly by?: By;
  /** Blocks to show; the others are counted in a last line. Default: `BLOCKS_MAX`. */
  readonly blocks?: number;
}

const columns = (by: By, unit: string): TableColumn[] => [
  { head: keyHead(by), kind: 'name' },
  { head: 'share', kind: 'number' },
  { head: perSecondHead(unit), kind: 'number' },
  { head: 'calls/s', kind: 'number', drop: 2 },
  { head: 'calls/req', kind: 'number' },
  { head: 'mean', kind: 'number', drop: 1 },
];

/** The table as text, which the exit of a process prints too. */
export const loadTable = (rows: readonly LoadRow[], header: LoadHeader, sheet: Sheet = plainSheet): string =>
  render(loadPage(rows, header), sheet).text;

/** One table per target, event and unit, heaviest first. */
export function loadPage(rows: readonly LoadRow[], header: LoadHeader): Page {
  const blocks = blocksOf(rows);
  const eventsOf = new Map<string, number>();
  for (const [row] of blocks) eventsOf.set(row!.target, (eventsOf.get(row!.target) ?? 0) + 1);
  const shown = blocks.slice(0, header.blocks ?? BLOCKS_MAX);
  const hidden = blocks.length - shown.length;
  return {
    blocks: shown.map((block) => blockTable(block, header, eventsOf.get(block[0]!.target)! > 1)),
    ...(hidden > 0 && {
      more: `… and ${hidden} more ${hidden === 1 ? 'target' : 'targets'} with less load: --where target=<target>, or --by target`,
    }),
  };
}

function blockTable(block: readonly LoadRow[], header: LoadHeader, nameEvent: boolean): Block {
  const { by = byOrigin } = header;
  const { target, event, unit, peakAt } = block[0]!;
  const at = (ms: number): string => clockTime(ms, header.tz, header.now);
  const live = header.now - header.range.to < 10 * 60_000;
  const { from, to, seconds, asked = seconds } = header.range;
  const [begin, end, through] = clockTimes([from, to, header.dataThrough], header.tz, header.now);
  const partly = coveredText({ seconds, asked });
  const range = live ? `last ${partly ?? span(seconds)}` : `${begin} to ${end}`;
  const facts = [
    ...(target !== '' && (nameEvent || unit !== 's') ? [event] : []),
    peakAt === null ? range : `peak of ${range}: ${at(peakAt)}`,
    ...(live || partly === undefined ? [] : [partly]),
    `data to ${live ? at(header.dataThrough) : through}`,
  ];
  const rows = block
    .filter((row) => row.kind !== 'total')
    .map((row) => {
      const cells = [keyCell(row, by), percent(row.share), perSecond(row.perSecond, unit)];
      if (row.kind !== 'key') return cells;
      const perRequest = row.callsPerRequest === null ? ABSENT : quantity(row.callsPerRequest);
      return [...cells, quantity(row.callsPerSecond), perRequest, withUnit(row.mean, unit)];
    });
  return {
    title: { name: target === '' ? event : target, facts },
    columns: columns(by, unit),
    rows,
  };
}
