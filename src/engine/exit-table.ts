/** The table of who loaded what, printed when the process ends. It comes from the parts in memory, without a store. */
import type { Part } from '../core/model.ts';
import type { Row } from '../core/row.ts';
import { decodePartSync, rowsOf } from '../parts/part-codec.ts';
import { lineWidth, wrap } from '../reports/cells.ts';
import { loadFromRows } from '../reports/load/from-rows.ts';
import { loadTable } from '../reports/load/table.ts';
import { plainSheet } from '../reports/page.ts';

const RANGE_MS = 15 * 60_000;

/** Whose table it is. */
export interface ExitTableSource {
  /** Milliseconds since the Unix epoch. */
  readonly startedMs: number;
  readonly windowSeconds: number;
  readonly options: { readonly exitTable?: boolean };
  readonly tracker: { readonly spansSeen: number };
  /** Compressed parts sealed since `sinceMs`, oldest first. */
  recentParts(sinceMs: number): readonly Part[];
}

/** Prints to standard error if that is a terminal or the option `exitTable` says so. */
export function printExitTable(source: ExitTableSource, now: number = Date.now()): void {
  if (!(source.options.exitTable ?? process.stderr.isTTY)) return;
  process.stderr.write(`\n${exitTable(source, now, lineWidth(process.stderr))}\n`);
}

/** The text, of at most the last 15 minutes; says so when nothing was measured. */
export function exitTable(source: ExitTableSource, now: number, width = Number.POSITIVE_INFINITY): string {
  const windowMs = source.windowSeconds * 1000;
  // The first window began before the process did: rates count from the later of the two.
  const firstMs = now - RANGE_MS;
  const fromMs = Math.max(source.startedMs, Math.ceil(firstMs / windowMs) * windowMs);
  const toMs = Math.max(now, fromMs + 1);
  const { rows, range } = loadFromRows(rowsFrom(source, fromMs, windowMs), fromMs, toMs);
  if (rows.length === 0) return wrap(`otel-attribution: ${nothing(source)}`, width).join('\n');
  const tz = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return loadTable(rows, { range, dataThrough: now, now, tz }, { ...plainSheet, width });
}

function nothing(source: ExitTableSource): string {
  const seen = source.tracker.spansSeen;
  return seen === 0
    ? 'no spans were seen, so there is nothing to show. Run: npx otel-attribution doctor'
    : `${seen} spans were seen, none of them a call to a shared resource.`;
}

function* rowsFrom(source: ExitTableSource, fromMs: number, windowMs: number): Generator<Row> {
  for (const part of source.recentParts(0)) {
    for (const row of rowsOf(decodePartSync(part.body))) {
      if (row.windowStart + windowMs <= fromMs) continue;
      yield row.windowStart >= fromMs ? row : { ...row, windowStart: fromMs };
    }
  }
}
