import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { load } from '../../../src/reports/load/report.ts';
import { runReport } from '../../../src/reports/run.ts';
import { openStore } from '../../../src/stores/duckdb/index.ts';
import { testRow, writePart } from '../../helpers/parts.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

const DAY = 86_400_000;
const now = Date.UTC(2026, 10, 22, 14);
const totals = `SELECT epoch_ms(date_trunc('hour', window_start)) AS hour, origin, attributes, sum(value) AS value, sum(count) AS count,
  sum(samples) AS samples, min(min) AS min, max(max) AS max FROM sums GROUP BY ALL ORDER BY ALL`;

test('old rows become hours and days; every sum, minimum, maximum stays; new rows stay as they are', async () => {
  const directory = tempDir();
  const ages = [0, 13, 15, 16, 300, 399, 401, 500];
  let sequence = 0;
  for (const age of ages) {
    for (let minute = 0; minute < 120; minute += 10) {
      const windowStart = now - age * DAY + minute * 60_000;
      const rows = ['GET /a', 'GET /b'].map((origin, i) =>
        testRow({
          windowStart,
          origin,
          value: (minute + i) / 1024,
          min: i ? null : minute,
          max: i ? null : minute,
          exemplarTraceId: i ? '' : `t${minute}`,
        }),
      );
      writePart(directory, { instance: 'i', sequence: ++sequence, sealedAt: windowStart + 60_000, rows });
    }
  }
  const store = await openStore({ directory });
  await store.merge();
  const before = await store.all(totals);
  const result = await store.compact({ now });
  expect(result).toMatchObject({ days: 6, rowsBefore: 6 * 24, rowsDeleted: 0 });
  const widths = await store.all('SELECT window_seconds AS width, count(*) AS n FROM sums GROUP BY 1 ORDER BY 1');
  // Two hours and two origins a day where it is hours; one day and two origins where it is days.
  expect(widths).toEqual([
    { width: 60, n: 2 * 24 },
    { width: 3600, n: 4 * 4 },
    { width: 86400, n: 2 * 2 },
  ]);
  const recent = (rows: Record<string, unknown>[]) => rows.filter((row) => (row.hour as number) > now - 400 * DAY);
  expect(recent(await store.all(totals))).toEqual(recent(before));
  const sum = (rows: Record<string, unknown>[]) => rows.reduce((n, row) => n + (row.value as number), 0);
  expect(sum(await store.all(totals))).toBe(sum(before));
  expect(
    await store.all(
      "SELECT DISTINCT exemplar_trace_id AS id FROM sums WHERE window_seconds = 86400 AND origin = 'GET /a'",
    ),
  ).toEqual([{ id: 't110' }]);

  // A second pass finds nothing to do; the ids of merged parts stay.
  expect(await store.compact({ now })).toMatchObject({ days: 0 });
  expect((await store.all('SELECT count(*) AS n FROM parts'))[0]).toEqual({ n: ages.length * 12 });

  // A late row joins the hour it belongs to in the next pass.
  writePart(directory, {
    instance: 'late',
    sequence: 1,
    sealedAt: now,
    rows: [testRow({ windowStart: now - 15 * DAY, origin: 'GET /a', value: 100, min: -5, max: 999 })],
  });
  await store.merge();
  expect(await store.compact({ now })).toMatchObject({ days: 1 });
  const [late] = await store.all<{ v: number; low: number; high: number }>(
    "SELECT sum(value) AS v, min(min) AS low, max(max) AS high FROM sums WHERE origin = 'GET /a' AND window_start = epoch_ms($at::BIGINT)",
    { at: now - 15 * DAY },
  );
  expect(late).toEqual({ v: 100 + (10 + 20 + 30 + 40 + 50) / 1024, low: -5, high: 999 });
  store.close();
});

test('a range that cuts a compacted hour grows to hold it whole', async () => {
  const directory = tempDir();
  const start = now - 20 * DAY;
  const rows = Array.from({ length: 60 }, (_, i) => testRow({ windowStart: start + i * 60_000, value: 1 }));
  writePart(directory, { instance: 'i', sequence: 1, sealedAt: start + 3_600_000, rows });
  writePart(directory, { instance: 'i', sequence: 2, sealedAt: now, rows: [testRow({ windowStart: now - 60_000 })] });
  const store = await openStore({ directory });
  await store.merge();
  await store.compact({ now });
  const from = new Date(start + 600_000).toISOString().slice(0, 19);
  const to = new Date(start + 1_200_000).toISOString().slice(0, 19);
  const result = await runReport(store, load, { from, to, tz: 'UTC' }, { now });
  expect(result.range).toEqual({ from: start, to: start + 3_600_000, seconds: 3600, asked: 600 });
  expect(result.rows[0]).toMatchObject({ value: 60, perSecond: 60 / 3600 });
  store.close();
});

test('as of the end of a day answers the same after compaction', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ minute: fc.integer({ min: 0, max: 1439 }), sealedDay: fc.integer({ min: 0, max: 3 }) }), {
        minLength: 1,
        maxLength: 20,
      }),
      async (events) => {
        const directory = tempDir();
        const start = Date.UTC(2026, 9, 1);
        events.forEach(({ minute, sealedDay }, i) => {
          const windowStart = start + minute * 60_000;
          writePart(directory, {
            instance: 'i',
            sequence: i + 1,
            sealedAt: windowStart + sealedDay * DAY,
            rows: [testRow({ windowStart })],
          });
        });
        const store = await openStore({ directory });
        await store.merge();
        const asOf = (day: number) =>
          store.all('SELECT coalesce(sum(value), 0) AS v FROM sums WHERE sealed_at < epoch_ms($at::BIGINT)', {
            at: start + day * DAY,
          });
        const before = [];
        for (let day = 0; day < 6; day++) before.push(await asOf(day));
        await store.compact({ now });
        for (let day = 0; day < 6; day++) expect(await asOf(day)).toEqual(before[day]);
        store.close();
      },
    ),
    { numRuns: 10, seed: 7 },
  );
});

test('keep deletes whole days, and says how many rows', async () => {
  const directory = tempDir();
  for (const [i, age] of [1, 29, 31, 90].entries()) {
    writePart(directory, {
      instance: 'i',
      sequence: i + 1,
      sealedAt: now,
      rows: [testRow({ windowStart: now - age * DAY })],
    });
  }
  const store = await openStore({ directory });
  await store.merge();
  expect(await store.compact({ now, keepDays: 30 })).toMatchObject({ rowsDeleted: 2 });
  expect(await store.all('SELECT count(*) AS n FROM sums')).toEqual([{ n: 2 }]);
  // Merging a deleted part again brings nothing back.
  writePart(directory, { instance: 'i', sequence: 4, sealedAt: now, rows: [testRow({ windowStart: now - 90 * DAY })] });
  expect(await store.merge()).toMatchObject({ parts: 0, repeated: 1 });
  store.close();
});

test('rewrite gives the space of deleted rows back and loses nothing', async () => {
  const directory = tempDir();
  const rows = Array.from({ length: 9_000 }, (_, i) =>
    testRow({ windowStart: now - 90 * DAY, origin: `GET /${i * 7919}`, value: Math.sqrt(i) }),
  );
  for (let sequence = 1; sequence <= 20; sequence++)
    writePart(directory, { instance: 'i', sequence, sealedAt: now, rows });
  writePart(directory, { instance: 'i', sequence: 21, sealedAt: now, rows: [testRow({ windowStart: now })] });
  const store = await openStore({ directory });
  await store.merge();
  await store.compact({ now, keepDays: 30 });
  const { bytesBefore, bytesAfter } = await store.rewriteAndClose();
  expect(bytesAfter).toBeLessThan(bytesBefore / 2);
  expect(statSync(join(directory, 'store.duckdb')).size).toBe(bytesAfter);
  expect(readdirSync(directory).filter((name) => name.startsWith('store.duckdb'))).toEqual(['store.duckdb']);
  const again = await openStore({ directory });
  expect(await again.all('SELECT (SELECT count(*) FROM sums) AS sums, (SELECT count(*) FROM parts) AS parts')).toEqual([
    { sums: 1, parts: 21 },
  ]);
  // The primary key came along: a known part is still known.
  writePart(directory, { instance: 'i', sequence: 21, sealedAt: now, rows: [testRow({ windowStart: now })] });
  expect(await again.merge()).toMatchObject({ parts: 0, repeated: 1 });
  again.close();
});
