import type { Exporter, ExportOutcome } from '../../core/contracts/exporter.ts';
import { AttributionError, RetryableError } from '../../core/errors.ts';
import type { Part } from '../../core/model.ts';
import type { PartColumns } from '../../core/part-columns.ts';
import type { Row } from '../../core/row.ts';
import { writeQuietly } from '../../core/write-quietly.ts';
import { decodePart, decodePartSync, rowsOf } from '../../parts/part-codec.ts';

export interface ConsoleExporterOptions {
  /** Rows printed per part, the largest of each unit first; the rest is one line. Default 20. */
  readonly maxRows?: number;
  /** Takes each text, ending in a line feed. Default: standard error. */
  readonly write?: (text: string) => void;
}

/** Widest cell; longer names lose their middle. */
const CELL_CHARS = 48;

/** Prints each part as a small table: to watch rows while setting things up. */
export class ConsoleExporter implements Exporter {
  readonly name = 'console';
  readonly supports = { idempotent: false, confirm: false, sync: true } as const;
  readonly #maxRows: number;
  readonly #write: (text: string) => void;
  #closed = false;

  constructor(options: ConsoleExporterOptions = {}) {
    this.#maxRows = options.maxRows ?? 20;
    this.#write = options.write ?? ((text) => writeQuietly(process.stderr, text));
  }

  async export(part: Part, signal: AbortSignal): Promise<ExportOutcome> {
    this.#assertOpen();
    const columns = await decodePart(part.body, part.id);
    if (signal.aborted) throw new RetryableError('Cancelled before the part was printed; it will be tried again.');
    this.#print(columns);
    return 'delivered';
  }

  exportSync(part: Part): void {
    this.#assertOpen();
    this.#print(decodePartSync(part.body, part.id));
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #print(columns: PartColumns): void {
    this.#write(partTable(columns, this.#maxRows));
  }

  #assertOpen(): void {
    if (this.#closed)
      throw new AttributionError('ATTR_USAGE', 'The console exporter is closed; make a new one to print more parts.');
  }
}

/** At most `maxRows` + 3 lines, whatever the part holds; names cannot forge lines or colours. */
export function partTable(columns: PartColumns, maxRows: number): string {
  const rows = [...rowsOf(columns)]
    .sort((a, b) => compare(a.unit, b.unit) || b.value - a.value || a.row - b.row)
    .slice(0, maxRows);
  const head = `attribution part ${columns.part}, ${columns.n} rows, sealed ${time(columns.sealedAt)}${columns.final ? ', final' : ''}`;
  if (rows.length === 0) return `${cell(head, 120)}\n`;
  const lines = [
    ['window', 'service', 'origin', 'target', 'event', 'value', 'unit', 'count', 'attributes'],
    ...rows.map(cells),
  ];
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  const text = lines.map((line) =>
    line
      .map((c, i) => (isNumeric(i) ? c.padStart(widths[i]!) : c.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
  const rest = columns.n > rows.length ? [`(${columns.n - rows.length} more rows)`] : [];
  return `${[cell(head, 120), ...text, ...rest].join('\n')}\n`;
}

function cells(row: Row): string[] {
  const origin = row.originService === row.service ? row.origin : `${row.originService} ${row.origin}`;
  const names = [time(row.windowStart), row.service, origin, row.target, row.event].map((name) =>
    cell(name, CELL_CHARS),
  );
  return [...names, number(row.value), cell(row.unit, CELL_CHARS), number(row.count), cell(row.attributes, CELL_CHARS)];
}

const isNumeric = (column: number): boolean => column === 5 || column === 7;

function number(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(6);
}

function time(ms: number): string {
  // A part from elsewhere may hold any number.
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString().replace('.000Z', 'Z') : String(ms);
}

/** One printable line: control and formatting characters would let a name forge output. */
function cell(text: string, chars: number): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '?');
  if (clean.length <= chars) return clean;
  const half = (chars - 1) / 2;
  return `${clean.slice(0, Math.ceil(half))}…${clean.slice(-Math.floor(half))}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
