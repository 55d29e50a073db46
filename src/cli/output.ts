import { keyName } from '../reports/by.ts';
import { lineWidth, wrap } from '../reports/cells.ts';
import type { Column } from '../reports/columns.ts';
import { withKeyFields } from '../reports/keys.ts';
import type { Sheet } from '../reports/page.ts';
import type { ReportResult } from '../reports/report.ts';

/** Terminal dress: only for a terminal, and never against NO_COLOR. */
export function colours(stream: { isTTY?: boolean } = process.stdout, env: NodeJS.ProcessEnv = process.env) {
  const on = stream.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
  const wrap = (code: number) => (text: string) => (on ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { bold: wrap(1), dim: wrap(2), yellow: wrap(33), red: wrap(31), green: wrap(32) };
}

/** What standard output is; `wide`: whole lines whatever the terminal. */
export const sheetOf = (wide?: boolean): Sheet & { readonly style: ReturnType<typeof colours> } => ({
  width: wide === true ? Number.POSITIVE_INFINITY : lineWidth(process.stdout),
  style: colours(),
});

/** A text on standard output, its lines broken between words. */
export function print(text: string): void {
  process.stdout.write(`${wrap(text, lineWidth(process.stdout)).join('\n')}\n`);
}

/** A message on standard error, its lines broken between words. */
export function say(text: string, dress: (line: string) => string = (line) => line): void {
  const lines = wrap(text, lineWidth(process.stderr));
  process.stderr.write(`${lines.map(dress).join('\n')}\n`);
}

/** One JSON object: question, range, columns with units, rows in base units. Times are ISO strings. */
export function toJson(result: ReportResult): string {
  const { range, dataThrough, settled, tz: _tz, by, ...rest } = result;
  const { columns, rows } = withKeyFields(result.columns, result.rows, by);
  return JSON.stringify(
    {
      ...rest,
      range: { from: iso(range.from), to: iso(range.to), seconds: range.seconds, asked: range.asked },
      dataThrough: iso(dataThrough),
      ...(settled !== undefined && { settled: iso(settled) }),
      ...(by !== undefined && { by: by.map(keyName) }),
      columns,
      rows: rows.map((row) => Object.fromEntries(columns.map((column) => [column.name, cell(row, column)]))),
    },
    null,
    2,
  );
}

/** RFC 4180 with a header line; base units. Text that a spreadsheet would run as a formula is kept as text. */
export function toCsv(result: ReportResult): string {
  const { columns, rows } = withKeyFields(result.columns, result.rows, result.by);
  const lines = [columns.map((column) => csvCell(column.name)).join(',')];
  for (const row of rows) lines.push(columns.map((column) => csvCell(cell(row, column))).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

function cell(row: Record<string, unknown>, column: Column): unknown {
  const value = row[column.name] ?? null;
  return column.type === 'time' && typeof value === 'number' ? iso(value) : value;
}

function csvCell(value: unknown): string {
  if (value === null) return '';
  let text = String(value);
  if (typeof value === 'string' && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** A line on standard error that redraws itself; silent when that is no terminal or the work is short. */
export function progressBar(label: string, stream: NodeJS.WriteStream = process.stderr) {
  const started = Date.now();
  let drawn = 0;
  return {
    update(done: number, total: number): void {
      const now = Date.now();
      if (stream.isTTY !== true || now - started < 1_000 || now - drawn < 100) return;
      drawn = now;
      const filled = Math.round((done / Math.max(total, 1)) * 24);
      stream.write(`\r${label} ${'█'.repeat(filled)}${'░'.repeat(24 - filled)} ${done}/${total}`);
    },
    end(): void {
      if (drawn !== 0) stream.write('\r\u001b[2K');
    },
  };
}
