import { expect, test } from 'vitest';
import { columnsOf } from '../../../src/reports/columns.ts';
import { type Page, plainSheet } from '../../../src/reports/page.ts';
import type { TableView } from '../../../src/reports/report.ts';
import { trend } from '../../../src/reports/trend/report.ts';
import { type TrendRow, trendColumns } from '../../../src/reports/trend/row.ts';

const t0 = Date.UTC(2026, 10, 22, 14);

/** Two steps of so many keys. */
function pageOf(keys: number, stepMs: number, view: Partial<TableView> & { readonly now: number }): Page {
  const rows = Array.from(
    { length: 2 * keys },
    (_, i): TrendRow => ({
      target: 'redis://c',
      event: 'db.client.operation.duration',
      unit: 's',
      step: t0 + Math.floor(i / keys) * stepMs,
      stepSeconds: stepMs / 1000,
      partial: false,
      kind: 'key',
      keyService: 'shop',
      key: `GET /${i % keys}`,
      value: 1,
      perSecond: 1,
      calls: 1,
      callsPerSecond: 1,
    }),
  );
  const range = { from: t0, to: t0 + 2 * stepMs, seconds: (2 * stepMs) / 1000, asked: (2 * stepMs) / 1000 };
  const { name: report, question } = trend;
  const result = { report, question, range, dataThrough: range.to, services: 1, columns: columnsOf(trendColumns) };
  return trend.table({ ...result, rows, notes: [], tz: 'UTC' }, { ...plainSheet, ...view });
}

test.each([
  ['minutes of today', 60_000, t0 + 3_600_000, ['14:00', '14:01']],
  ['minutes of another day', 60_000, t0 + 90_000_000, ['2026-11-22 14:00', '2026-11-22 14:01']],
  ['steps within a minute', 30_000, t0 + 3_600_000, ['14:00:00', '14:00:30']],
  ['those of another day', 30_000, t0 + 90_000_000, ['2026-11-22 14:00:00', '2026-11-22 14:00:30']],
])('each step has a time of its own: %s', (_, stepMs, now, expected) => {
  const [block] = pageOf(1, stepMs, { now }).blocks;
  expect(block!.rows.map((row) => ('says' in row ? row : row[0]))).toEqual(expected);
});

test('of thousands of keys a terminal shows what it has room for, at once', { timeout: 10_000 }, () => {
  const keys = 5_000;
  const [block] = pageOf(keys, 60_000, { now: t0 + 3_600_000, width: 80 }).blocks;
  const heads = block!.columns.map(({ head }) => head);
  expect(heads.slice(0, 2)).toEqual(['time', 'GET /0']);
  expect(heads.at(-1)).toBe('(rest)');
  expect(block!.rows[0]).toEqual(['14:00', ...heads.slice(1, -1).map(() => '1.0'), `${keys - (heads.length - 2)}`]);
});
