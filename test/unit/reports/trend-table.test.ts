import { expect, test } from 'vitest';
import { columnsOf } from '../../../src/reports/columns.ts';
import { plainSheet } from '../../../src/reports/page.ts';
import { trend } from '../../../src/reports/trend/report.ts';
import { type TrendRow, trendColumns } from '../../../src/reports/trend/row.ts';

const t0 = Date.UTC(2026, 10, 22, 14);

/** The times that a trend of two steps names. */
function times(stepMs: number, now: number): unknown[] {
  const rows = [0, 1].map(
    (n): TrendRow => ({
      target: 'redis://c',
      event: 'db.client.operation.duration',
      unit: 's',
      step: t0 + n * stepMs,
      stepSeconds: stepMs / 1000,
      partial: false,
      kind: 'key',
      keyService: 'shop',
      key: 'GET /',
      value: 1,
      perSecond: 1,
      calls: 1,
      callsPerSecond: 1,
    }),
  );
  const range = { from: t0, to: t0 + 2 * stepMs, seconds: (2 * stepMs) / 1000, asked: (2 * stepMs) / 1000 };
  const { name: report, question } = trend;
  const result = { report, question, range, dataThrough: range.to, services: 1, columns: columnsOf(trendColumns) };
  const page = trend.table({ ...result, rows, notes: [], tz: 'UTC' }, { ...plainSheet, now });
  return page.blocks[0]!.rows.map((row) => ('says' in row ? row : row[0]));
}

test.each([
  ['minutes of today', 60_000, t0 + 3_600_000, ['14:00', '14:01']],
  ['minutes of another day', 60_000, t0 + 90_000_000, ['2026-11-22 14:00', '2026-11-22 14:01']],
  ['steps within a minute', 30_000, t0 + 3_600_000, ['14:00:00', '14:00:30']],
  ['those of another day', 30_000, t0 + 90_000_000, ['2026-11-22 14:00:00', '2026-11-22 14:00:30']],
])('each step has a time of its own: %s', (_, stepMs, now, expected) => {
  expect(times(stepMs, now)).toEqual(expected);
});
