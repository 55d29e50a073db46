/** Every report, with names of every length, in terminals of every width: no line is too long, and no number is cut. */
import { describe, expect, test } from 'vitest';
import { topText } from '../../../src/cli/top/text.ts';
import { allReports } from '../../../src/reports/all.ts';
import { cellsOf } from '../../../src/reports/cells.ts';
import { columnsOf } from '../../../src/reports/columns.ts';
import { type Cell, type Page, plainStyle } from '../../../src/reports/page.ts';
import { render } from '../../../src/reports/render.ts';
import type { Report, ReportResult, TableView } from '../../../src/reports/report.ts';

const now = Date.UTC(2026, 10, 30, 7, 52);
const long = (start: string, end: string): string =>
  start + '/segment'.repeat(9).slice(0, 80 - start.length - end.length) + end;

/** Values that columns of this name may have; those of the same type else. */
const texts: Readonly<Record<string, readonly string[]>> = {
  target: [long('postgresql://primary', '/shop'), 'redis://c', '漢字'.repeat(40)],
  event: ['db.client.operation.duration'],
  unit: ['s'],
  kind: ['key', 'key', 'key', 'key', 'key', 'unattributed', 'rest', 'total'],
  keyService: ['storefront-of-the-northern-region', '', 'billing'],
  originService: ['storefront-of-the-northern-region', 'billing'],
  key: [long('GET /api/v1', '/items/:id'), long('job:', 'nightly'), '漢字'.repeat(40), 'GET /', long('POST /x', '/y')],
  origin: [long('GET /api/v1', '/items/:id'), long('job:', 'nightly')],
  check: ['attributed', 'account', 'gap'],
  subject: [long('postgresql://primary', '/shop'), 'a'],
  reason: ['unmatched.internal.some.reason', ''],
  attribute: ['', 'tenant', long('a', 'z'), ''],
  instance: ['0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f'],
  package: ['otel-attribution@10.20.30-next.4'],
  mapping: ['0123456789abcdef'],
  service: ['storefront-of-the-northern-region', 'billing'],
  status: ['new', '', 'gone'],
};
const numbers = [0, 1, 12.3, 0.000_04, 987_654_321.5, -12_345_678, 59, 0.62];

function rowsOf(report: Report): Record<string, unknown>[] {
  const columns = columnsOf(report.columns);
  const blocks = columns.some(({ name }) => name === 'kind') ? 1 : 3;
  const named = { unattributed: '(unattributed)', rest: '(rest)', total: '(total)' };
  const lines = Array.from(
    { length: 40 },
    (_, i): Record<string, unknown> =>
      Object.fromEntries(
        columns.map(({ name, type }, k) => {
          const known = texts[name];
          if (known !== undefined)
            return [name, known[(name === 'target' ? Math.floor(i / 20) * blocks : i) % known.length]];
          if (type === 'time') return [name, now - 86_400_000 - Math.floor(i / 8) * 60_000];
          if (type === 'boolean') return [name, i % 2 === 0];
          return [name, numbers[(i + k) % numbers.length]];
        }),
      ),
  );
  return lines.map((line) => {
    const key = named[line.kind as keyof typeof named];
    return key === undefined ? line : { ...line, keyService: '', key };
  });
}

function pageOf(report: Report, width: number): Page {
  const rows = rowsOf(report);
  const result: ReportResult = {
    report: report.name,
    question: report.question,
    range: { from: now - 7 * 86_400_000, to: now, seconds: 7 * 86_400, asked: 31 * 86_400 },
    dataThrough: now - 1_000,
    services: 2,
    columns: columnsOf(report.columns),
    rows,
    notes: [],
    tz: 'UTC',
  };
  const view: TableView = { now, width, style: plainStyle };
  return report.table(result, view);
}

const reports = await allReports();

describe.each([60, 80, 120])('in %i columns', (width) => {
  test.each(reports)('$name', (report) => {
    const page = pageOf(report, width);
    const { text, leftOut } = render(page, { width, style: plainStyle });
    for (const line of text.split('\n')) expect(cellsOf(line), line).toBeLessThanOrEqual(width);
    expect(text).not.toMatch(/^\s*$\n\s*$/m);
    for (const block of page.blocks) {
      for (const [i, column] of block.columns.entries()) {
        if (column.kind !== 'number' || leftOut.includes(String(column.head))) continue;
        for (const row of block.rows) {
          const cell: Cell = 'says' in row ? '' : (row[i] ?? '');
          expect(` ${text.replaceAll('\n', ' ')} `, `${column.head} ${cell}`).toContain(` ${String(cell)} `);
        }
      }
    }
  });
});

describe('at any width', () => {
  test.each(reports)('$name keeps what has to stay', (report) => {
    for (let width = 60; width <= 240; width += 7) {
      const { text } = render(pageOf(report, width), { width, style: plainStyle });
      expect(Math.max(...text.split('\n').map(cellsOf))).toBeLessThanOrEqual(width);
    }
  });

  test.each(reports)('$name has everything where nobody minds', (report) => {
    const sheet = { width: Number.POSITIVE_INFINITY, style: plainStyle };
    const { text, leftOut } = render(pageOf(report, sheet.width), sheet);
    expect(leftOut).toEqual([]);
    expect(text).not.toContain('…');
  });
});

test('a column that goes is named, and goes from every block', () => {
  const column = { kind: 'number' as const };
  const columns = [
    { head: 'who', kind: 'name' as const },
    { head: 'n', ...column },
    { head: 'more', drop: 1, ...column },
  ];
  const blocks = [
    { columns, rows: [['x'.repeat(20), '1', '2']] },
    { columns, rows: [['y', '3', '4']] },
  ];
  expect(render({ blocks }, { width: 22, style: plainStyle })).toEqual({
    text: 'who                  n\nxxxxxxxxx…xxxxxxxxx  1\n\nwho  n\ny    3',
    leftOut: ['more'],
  });
});

test('a name without parts has the room of all parts; a last text is broken between its words', () => {
  const columns = [
    { head: ['service', 'origin'], kind: 'name' as const },
    { head: 'n', kind: 'number' as const },
    { head: 'why', kind: 'prose' as const },
  ];
  const rows = [
    [['a', 'GET /search'], '12', 'one two three four five'],
    ['(rest of them all)', '3', ''],
  ];
  expect(render({ blocks: [{ columns, rows }] }, { width: 46, style: plainStyle }).text).toBe(
    `service  origin        n  why
a        GET /search  12  one two three four
                          five
(rest of them all)     3`,
  );
});

test('prose that has no room beside its row stands below it', () => {
  const columns = [
    { head: 'part', kind: 'whole' as const },
    { head: 'what is wrong', kind: 'prose' as const },
  ];
  const rows = [
    ['0a1b2c3d-0a1b-4a1b', 'its name is wrong, and so is its content'],
    ['0a1b2c3d-0a1b-4a1c', ''],
  ];
  expect(render({ blocks: [{ columns, rows }] }, { width: 36, style: plainStyle }).text).toBe(
    `part
0a1b2c3d-0a1b-4a1b
  what is wrong: its name is wrong,
    and so is its content
0a1b2c3d-0a1b-4a1c`,
  );
});

const plain = (text: string): string => text;
const style = { bold: plain, dim: plain, yellow: plain, red: plain, green: plain };

test.each([60, 80, 120])('top in %i columns keeps the numbers of its head line', (width) => {
  const services = Array.from({ length: 7 }, (_, i) => `storefront-of-the-northern-region-${i}`);
  const picture = {
    at: now,
    looks: 10,
    processes: services.map((service, i) => ({
      pid: 40_000 + i,
      thread: 0,
      service,
      script: '/app.js',
      openScopes: 1_000,
      spansSeen: 1,
      answers: i === 6 ? 0 : 10,
      truncated: i === 5,
    })),
    rows: services.map((originService, i) => ({
      target: texts.target![0]!,
      names: { originService, origin: texts.key![i % 5]!, operation: 'SELECT order_items_of_the_year' },
      active: 12_345.6,
      max: 20_000,
      oldestSeconds: 3_599,
    })),
  };
  const text = topText(picture, { intervalMs: 1_000, tz: 'UTC', sheet: { width, style } });
  expect(text).toMatch(/^7 processes · 6000 requests and jobs open( · |\n)1\.0 s to 07:52:00/);
  expect(text.match(/12k( +20000)? +60 min$/gm)).toHaveLength(7);
  for (const line of text.split('\n')) expect(cellsOf(line), line).toBeLessThanOrEqual(width);
});
