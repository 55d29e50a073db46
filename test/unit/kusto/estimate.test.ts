import { expect, it, test } from 'vitest';
import { estimateText } from '../../../src/cli/kusto/estimate.ts';
import { estimate } from '../../../src/cli/kusto/estimate-model.ts';

// The two examples that the design was made for.
it('20 plug-ins × 300 keys are 8.6 M rows and 3.5 GB of JSON a day', () => {
  const { perDay } = estimate({ processes: 20, keys: 300 });
  expect(perDay.rows).toBe(8_640_000);
  expect(perDay.jsonGb).toBeCloseTo(3.5, 1);
});

it('2,500 processes × 500 keys are 1.8 G rows a day, and 0.15 G through collectors', () => {
  const { perDay, rowsPerDayMerged } = estimate({ processes: 2_500, keys: 500 });
  expect(perDay.rows).toBe(1.8e9);
  expect(rowsPerDayMerged / 1e9).toBeCloseTo(0.15, 2);
});

it('counts each level for itself', () => {
  const { levels, storedGb, hotGb } = estimate({
    processes: 10,
    keys: 100,
    services: 5,
    storedBytesPerRow: 100,
    retention: { raw: 3, rows: 10, '5m': 20, '1h': 400, hot: 5 },
  });
  const rows = 10 * 100 * 1_440 + 10 * 1_440;
  expect(levels.map(({ level, rowsPerDay, days, hotDays }) => [level, rowsPerDay, days, hotDays])).toEqual([
    ['raw', rows, 17, 3],
    ['rows', rows, 10, 5],
    ['5m', 5 * 100 * 288, 20, 5],
    ['1h', 5 * 100 * 24, 400, 366],
  ]);
  const gb = (level: number, days: number) => (level * days * 100) / 1e9;
  expect(storedGb).toBeCloseTo(gb(rows, 27) + gb(144_000, 20) + gb(12_000, 400), 9);
  expect(hotGb).toBeCloseTo(gb(rows, 8) + gb(144_000, 5) + gb(12_000, 366), 9);
});

it('wider windows and longer attributes', () => {
  const narrow = estimate({ processes: 4, keys: 50 });
  expect(estimate({ processes: 4, keys: 50, windowSeconds: 300 }).perDay.rows).toBe(narrow.perDay.rows / 5);
  const long = estimate({ processes: 4, keys: 50, attributesBytes: 40 + 405 });
  expect(long.perDay.jsonGb).toBeCloseTo(2 * narrow.perDay.jsonGb, 9);
  expect(long.storedGb).toBeCloseTo(2 * narrow.storedGb, 9);
});

it('a part holds 10,000 rows', () => {
  expect(estimate({ processes: 1, keys: 25_000 }).perDay.headerRows).toBe(3 * 1_440);
});

test.each([
  [{}, []],
  [{ storageGbMonth: 2 }, ['storage']],
  [{ ingestGb: 1, storageGbMonth: 2, computeHour: 3 }, ['ingest', 'storage', 'compute']],
] as const)('money is the sum of what has a price: %j', (prices, parts) => {
  const { money, perMonth, storedGb } = estimate({ processes: 20, keys: 300, nodes: 3, prices });
  const each = { ingest: perMonth.jsonGb * 1, storage: storedGb * 2, compute: 3 * 730 * 3 };
  const expected = Object.fromEntries(parts.map((part) => [part, expect.closeTo(each[part], 6)]));
  const total = parts.reduce((sum, part) => sum + each[part], 0);
  expect(money).toEqual(parts.length === 0 ? {} : { ...expected, total: expect.closeTo(total, 6) });
});

it('says which prices are missing, what was assumed, and when collectors pay', () => {
  const small = { processes: 20, keys: 300 };
  const without = estimateText(small, estimate(small), 'EUR');
  expect(without).toMatch(/rows +8\.6M +263M/);
  expect(without).toMatch(/--price-storage-gb-month.*--price-compute-hour/);
  expect(without).toMatch(/Measured: 405 B.*48 B after gzip.*Assumed: 48 B stored/);
  expect(without).not.toContain('collectors');

  const large = { processes: 2_500, keys: 500, prices: { computeHour: 1 } };
  const text = estimateText(large, estimate(large), 'USD');
  expect(text).toMatch(/2 machines +1,460 USD/);
  expect(text).toMatch(/stored +not counted: no --price-storage-gb-month/);
  expect(text).toMatch(/collectors merge .* 150M rows a day/);
});
