import { expect, test } from 'vitest';
import { laneColumns } from '../../../src/core/row-columns.ts';
import { HEADER_ROW, kustoNames } from '../../../src/kusto/names.ts';
import type { ReportRow } from '../../../src/reports/columns.ts';
import { coverage } from '../../../src/reports/coverage/report.ts';
import { inventory } from '../../../src/reports/inventory/report.ts';
import { load } from '../../../src/reports/load/report.ts';
import type { LoadRow } from '../../../src/reports/load/row.ts';
import type { Report } from '../../../src/reports/report.ts';
import { runReport } from '../../../src/reports/run.ts';
import { sources } from '../../../src/reports/sources/report.ts';
import { trend } from '../../../src/reports/trend/report.ts';
import { kqlStore } from '../../../src/stores/kusto/store.ts';
import { type AnyParameters, reportFunctions } from '../../helpers/reports.ts';
import type { KqlTable } from '../kql/evaluate.ts';
import { evaluatingClient, kqlDatabase, parityObjects } from '../verify/parity/kql-side.ts';
import { begin, end, shopParts } from './shop.ts';

const MIN = 60_000;
const names = kustoNames('Shop');
/** Long after: what is younger than a day is always there. */
const now = end + 48 * 60 * MIN;
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 19);
/** The early part tells of another day: it would only be the first of the books. */
const parts = shopParts().filter((part) => part.instance !== 'old' && part.instance !== 'ahead');
const at1400 = begin + 30 * MIN;
const at1420 = begin + 50 * MIN;

/** Rows are kept from 14:20 on, 5-minute sums from 14:00 on, 1-hour sums for ever; the store begins at 13:30. */
function storeOfOldRows() {
  const functions = reportFunctions(names);
  const deliveries = parts.map((part) => ({ part, rows: [HEADER_ROW, ...part.rows.keys()] }));
  const full = kqlDatabase(parityObjects(names, functions), names, deliveries);
  const tables = new Map(full.tables);
  for (const [name, from] of [
    [names.rows, at1420],
    [names.rollup5mView, at1400],
  ] as const)
    tables.set(name, since(full.tables.get(name)!, from));
  const ask = <R extends ReportRow>(database: typeof full, report: Report<R>, parameters: AnyParameters) =>
    runReport(
      kqlStore(
        evaluatingClient(database, () => now),
        names,
      ),
      report,
      { tz: 'UTC', ...parameters },
      { now },
    );
  const old = { ...full, tables, materialized: tables };
  return {
    ask: <R extends ReportRow>(report: Report<R>, parameters: AnyParameters) => ask(old, report, parameters),
    askFull: <R extends ReportRow>(report: Report<R>, parameters: AnyParameters) => ask(full, report, parameters),
  };
}

function since(table: KqlTable, from: number): KqlTable {
  const start = table.columns.findIndex(({ name }) => name === laneColumns.sum.windowStart.kusto);
  return { ...table, rows: table.rows.filter((row) => (row[start] as number) >= from) };
}

const { ask, askFull } = storeOfOldRows();
const to = iso(begin + 90 * MIN);

test.each([
  ['where only hours are left', begin + 7 * MIN + 20_000, begin - 30 * MIN, begin - 30 * MIN],
  ['where 5-minute sums are left', at1400 + 7 * MIN + 20_000, at1400 + 5 * MIN, at1400 + 5 * MIN],
  ['where rows are left', at1420 + 17 * MIN + 20_000, at1420 + 15 * MIN, at1420 + 15 * MIN],
])('a range that begins %s grows to those', async (_, from, grown, same) => {
  const result = await ask(load, { from: iso(from), to });
  expect(result.range).toMatchObject({ from: grown, to: begin + 90 * MIN });
  const whole = await askFull(load, { from: iso(same), to });
  const values = (rows: readonly LoadRow[]) => rows.map((row) => [row.target, row.key, row.value, row.calls, row.max]);
  expect(values(result.rows)).toEqual(values(whole.rows));
  expect(result.rows.length).toBeGreaterThan(8);
});

test('steps and peaks are as fine as what is left', async () => {
  const old = { from: iso(at1400), to };
  await expect(ask(trend, { ...old, step: '1m' })).rejects.toThrow(/multiple of the window, 300 s/);
  expect(await ask(trend, { ...old, step: '5m' })).toMatchObject({
    rows: (await askFull(trend, { ...old, step: '5m' })).rows,
  });
  const hours = await ask(load, { from: iso(begin - 30 * MIN), to, at: 'peak' });
  expect(new Set(hours.rows.map((row) => row.peakAt))).toEqual(new Set([at1400]));
});

test('what needs single rows says that they are gone', async () => {
  const old = { from: iso(at1400), to };
  expect((await ask(load, old)).notes).toEqual([]);
  expect((await ask(load, { ...old, asOf: to })).notes).toEqual([
    expect.stringMatching(/--as-of .*retention-rows-days/),
  ]);
  expect((await ask(inventory, old)).notes).toEqual([expect.stringMatching(/inventory needs single rows/)]);
  expect((await ask(inventory, { from: iso(at1420), to })).notes).toEqual([]);
});

test('parts that went with their rows are no gaps; those missing in between are', async () => {
  const missing = async (from: number) => {
    const { rows } = await ask(sources, { from: iso(from) });
    return rows.map((row) => [row.service, row.instance, row.partsMissing]);
  };
  expect(await missing(begin)).toEqual(
    [
      ['billing', 'shop', 0],
      ['storefront', 'shop', 0],
      ['reports', 'slow', 0],
    ].sort(),
  );
  const { rows } = await ask(coverage, { from: iso(begin) });
  expect(rows.filter((row) => row.check === 'gap')).toMatchObject([{ subject: 'all instances', ok: true }]);
  const before = await askFull(sources, { from: iso(begin) });
  expect(before.rows.find((row) => row.instance === 'shop')!.partsMissing).toBe(1);
});
