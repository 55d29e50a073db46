import { ACCOUNTS_TARGET, BLOCKED_EVENT, UNATTRIBUTED } from '../../core/model.ts';
import type { Row } from '../../core/row.ts';
import { requestEvents, SERVICE_TARGETS } from '../measure.ts';
import type { Period } from '../source.ts';
import { secondsOf } from '../time.ts';
import type { LoadRow } from './row.ts';

export interface LoadResult {
  readonly rows: readonly LoadRow[];
  readonly range: Period & { readonly seconds: number };
  /** Services with rows in the range. */
  readonly services: number;
}

interface Cell {
  readonly keyService: string;
  readonly key: string;
  value: number;
  calls: number;
  max: number | null;
  exemplar: { max: number; id: string } | undefined;
}

interface Block {
  readonly target: string;
  readonly event: string;
  readonly unit: string;
  readonly cells: Map<string, Cell>;
  readonly total: Cell;
}

/**
 * The `load` report by origin over durations of client targets, from rows in memory: the table at exit needs no store.
 * Rows whose window starts in [fromMs, toMs) count. Gives the answer of query.sql on the same rows (test/integration/duckdb).
 */
export function loadFromRows(rows: Iterable<Row>, fromMs: number, toMs: number, limit = 10): LoadResult {
  const seconds = secondsOf(fromMs, toMs);
  const blocks = new Map<string, Block>();
  const requests = new Map<string, number>();
  const services = new Set<string>();
  for (const row of rows) {
    if (row.windowStart < fromMs || row.windowStart >= toMs) continue;
    services.add(row.service);
    if (row.target.startsWith(SERVICE_TARGETS)) {
      if (!requestEvents.includes(row.event) || row.service !== row.originService) continue;
      const key = keyOf(row.originService, row.origin);
      requests.set(key, (requests.get(key) ?? 0) + row.count);
    } else if (row.unit === 's' && row.target !== ACCOUNTS_TARGET && row.event !== BLOCKED_EVENT) {
      addRow(blocks, row);
    }
  }
  const sorted = [...blocks.values()].sort(
    (a, b) => b.total.value - a.total.value || compareText(a.target, b.target) || compareText(a.event, b.event),
  );
  return {
    rows: sorted.flatMap((block) => linesOf(block, requests, seconds, limit)),
    range: { from: fromMs, to: toMs, seconds },
    services: services.size,
  };
}

function addRow(blocks: Map<string, Block>, row: Row): void {
  const id = keyOf(row.target, row.event);
  let block = blocks.get(id);
  if (block === undefined) {
    block = { target: row.target, event: row.event, unit: row.unit, cells: new Map(), total: newCell('', '(total)') };
    blocks.set(id, block);
  }
  const service = row.origin === UNATTRIBUTED ? '' : row.originService;
  const key = keyOf(service, row.origin);
  let cell = block.cells.get(key);
  if (cell === undefined) {
    cell = newCell(service, row.origin);
    block.cells.set(key, cell);
  }
  const exemplar =
    row.exemplarTraceId === '' || row.max === null ? undefined : { max: row.max, id: row.exemplarTraceId };
  for (const sum of [cell, block.total]) addTo(sum, row.value, row.count, row.max, exemplar);
}

function linesOf(block: Block, requests: ReadonlyMap<string, number>, seconds: number, limit: number): LoadRow[] {
  const line = (kind: LoadRow['kind'], cell: Cell): LoadRow => {
    const requested = kind === 'key' ? requests.get(keyOf(cell.keyService, cell.key)) : undefined;
    return {
      target: block.target,
      event: block.event,
      unit: block.unit,
      kind,
      keyService: cell.keyService,
      key: cell.key,
      share: block.total.value === 0 ? null : cell.value / block.total.value,
      value: cell.value,
      perSecond: cell.value / seconds,
      calls: cell.calls,
      callsPerSecond: cell.calls / seconds,
      callsPerRequest: requested === undefined || requested <= 0 ? null : cell.calls / requested,
      mean: cell.calls > 0 ? cell.value / cell.calls : null,
      max: cell.max,
      exemplarTraceId: cell.exemplar?.id ?? '',
      peakAt: null,
    };
  };
  const cells = [...block.cells.values()];
  const named = cells
    .filter((cell) => cell.key !== UNATTRIBUTED)
    .sort((a, b) => b.value - a.value || compareText(a.keyService, b.keyService) || compareText(a.key, b.key));
  const lines = named.slice(0, limit).map((cell) => line('key', cell));
  for (const cell of cells) if (cell.key === UNATTRIBUTED) lines.push(line('unattributed', cell));
  if (named.length > limit) {
    const rest = newCell('', '(rest)');
    for (const cell of named.slice(limit)) addTo(rest, cell.value, cell.calls, cell.max, cell.exemplar);
    lines.push(line('rest', rest));
  }
  lines.push(line('total', block.total));
  return lines;
}

function addTo(cell: Cell, value: number, calls: number, max: number | null, exemplar: Cell['exemplar']): void {
  cell.value += value;
  cell.calls += calls;
  if (max !== null && (cell.max === null || max > cell.max)) cell.max = max;
  if (exemplar === undefined) return;
  const best = cell.exemplar;
  // The same largest value twice: the greater id, so that the answer does not depend on the order of rows.
  if (best === undefined || exemplar.max > best.max || (exemplar.max === best.max && exemplar.id > best.id))
    cell.exemplar = exemplar;
}

const newCell = (keyService: string, key: string): Cell => ({
  keyService,
  key,
  value: 0,
  calls: 0,
  max: null,
  exemplar: undefined,
});

/** NUL in a name could only merge two keys that already differ by NULs alone; lengths keep even those apart. */
const keyOf = (a: string, b: string): string => `${a.length}\u0000${a}\u0000${b}`;

/** Order of code points, which is that of UTF-8 bytes and so of the stores. */
export function compareText(a: string, b: string): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    let x = a.charCodeAt(i);
    let y = b.charCodeAt(i);
    if (x === y) continue;
    // Surrogates sort above the rest of the basic plane.
    if (x >= 0xd800 && y >= 0xd800) {
      x = x >= 0xe000 ? x - 0x800 : x + 0x2000;
      y = y >= 0xe000 ? y - 0x800 : y + 0x2000;
    }
    return x - y;
  }
  return a.length - b.length;
}
