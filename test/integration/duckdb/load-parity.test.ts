import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UNATTRIBUTED } from '../../../src/core/model.ts';
import { rowsOf } from '../../../src/parts/part-codec.ts';
import { loadFromRows } from '../../../src/reports/load/from-rows.ts';
import { load } from '../../../src/reports/load/report.ts';
import { runReport } from '../../../src/reports/run.ts';
import { openStore } from '../../../src/stores/duckdb/index.ts';
import { columnsOf, type TestRow, testRow, writePart } from '../../helpers/parts.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

const DAY = 86_400_000;
const t0 = Date.UTC(2026, 10, 22, 14);
// Sorting is by code point: U+FFFD is below U+1F600 there, above it in UTF-16.
const origins = [
  'GET /a',
  'GET /b',
  'GET /\ufffd',
  'GET /😀',
  "'; DROP TABLE sums; --",
  '',
  UNATTRIBUTED,
  '(other)',
  'a\u0000b',
];
const measures = [
  ['postgresql://db/shop', 'db.client.operation.duration', 's'],
  ['postgresql://db/shop', 'db.wait', 's'],
  ['https://😀', 'http.client.request.duration', 's'],
  ['openai://m', 'gen_ai.client.token.usage', '{token}'],
  ['service://web', 'http.server.request.duration', 's'],
  ['service://web', 'messaging.process.duration', 's'],
  ['service://web', 'work.duration', 's'],
  ['otel-attribution', 'attribution.something', 's'],
] as const;

const row: fc.Arbitrary<TestRow> = fc
  .record({
    window: fc.integer({ min: 0, max: 19 }),
    service: fc.constantFrom('web', 'pay'),
    originService: fc.constantFrom('web', 'pay', ''),
    origin: fc.constantFrom(...origins),
    measure: fc.constantFrom(...measures),
    // k/1024 sums exactly in any order.
    value: fc.integer({ min: 0, max: 4096 }).map((k) => k / 1024),
    count: fc.integer({ min: 0, max: 3 }),
    max: fc.option(fc.integer({ min: 0, max: 3 })),
    exemplarTraceId: fc.constantFrom('', 'a'.repeat(32), 'b'.repeat(32)),
  })
  .map(({ window, measure: [target, event, unit], count, ...rest }) =>
    testRow({ ...rest, windowStart: t0 + window * 60_000, target, event, unit, count, samples: count, min: rest.max }),
  );

test('the table at exit and the report from the store agree on any rows', async () => {
  const directory = tempDir();
  writePart(directory, { instance: 'first', sequence: 1, sealedAt: t0, rows: [testRow({ windowStart: t0 - DAY })] });
  const store = await openStore({ directory });
  let sequence = 0;
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(row, { minLength: 15, maxLength: 60, size: 'max' }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 0, max: 6 }),
      async (batches, limit, skip) => {
        // Each run has a day of its own in one store.
        const start = t0 + sequence * DAY;
        const parts = batches.map((rows) => ({
          instance: 'i',
          sequence: ++sequence,
          sealedAt: start + 3_600_000,
          rows: rows.map((r) => ({ ...r, windowStart: start + (r.windowStart - t0) })),
        }));
        for (const part of parts) writePart(directory, part);
        await store.merge();
        const from = new Date(start + skip * 60_000).toISOString().slice(0, 19);
        const to = new Date(start + 18 * 60_000).toISOString().slice(0, 19);
        const result = await runReport(store, load, { from, to, tz: 'UTC', limit }, { now: start + 7_200_000 });
        const all = parts.flatMap((part) => [...rowsOf(columnsOf(part))]);
        const expected = loadFromRows(all, result.range.from, result.range.to, limit);
        expect(result.range.seconds).toBe(expected.range.seconds);
        expect(result.rows).toEqual(expected.rows);
        expect(result.services).toBe(expected.services);
        compared += result.rows.length;
      },
    ),
    { numRuns: 60, seed: 20261122, endOnFailure: true },
  );
  store.close();
  expect(compared).toBeGreaterThan(500);
});
