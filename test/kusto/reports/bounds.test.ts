/** What a question reads: the same answer from a database that holds nothing but what is around the range. */
import { expect, test } from 'vitest';
import { laneColumns } from '../../../src/core/row-columns.ts';
import { HEADER_ROW, kustoNames } from '../../../src/kusto/names.ts';
import { runReport } from '../../../src/reports/run.ts';
import { kqlStore } from '../../../src/stores/kusto/store.ts';
import { allReports, reportFunctions } from '../../helpers/reports.ts';
import type { KqlDatabase, KqlTable } from '../kql/evaluate.ts';
import { evaluatingClient, kqlDatabase, parityObjects } from '../verify/parity/kql-side.ts';
import { begin, shopParts } from './shop.ts';

const MIN = 60_000;
const HOUR = 60 * MIN;
const DAY = 24 * HOUR;
const names = kustoNames('Shop');
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 19);

/** The shop of one afternoon, on three days of two months, each of other instances. */
const days = [-30, 0, 25];
const parts = days.flatMap((day) =>
  shopParts().map((part) => ({
    ...part,
    instance: `${part.instance}${day}`,
    sealedAt: part.sealedAt + day * DAY,
    rows: part.rows.map((row) => ({ ...row, windowStart: row.windowStart + day * DAY })),
  })),
);
const now = begin + 26 * DAY;
const range = { from: begin + 20 * MIN, to: begin + 70 * MIN };

const deliveries = parts.map((part) => ({ part, rows: [HEADER_ROW, ...part.rows.keys()] }));
const objects = parityObjects(names, reportFunctions(names));
const whole = kqlDatabase(objects, names, deliveries);

function within(database: KqlDatabase, from: number, to: number): KqlDatabase {
  const views = [names.rows, names.rollup5mView, names.rollup1hView];
  const cut = (table: KqlTable): KqlTable => {
    const start = table.columns.findIndex(({ name }) => name === laneColumns.sum.windowStart.kusto);
    const rows = table.rows.filter((row) => (row[start] as number) >= from && (row[start] as number) < to);
    return { ...table, rows };
  };
  const all = (tables: ReadonlyMap<string, KqlTable>): Map<string, KqlTable> =>
    new Map([...tables].map(([name, table]) => [name, views.includes(name) ? cut(table) : table]));
  return { ...database, tables: all(database.tables), materialized: all(database.materialized ?? new Map()) };
}

/** An hour around the range, for whole hours of sums one more; `coverage` hears of a week before, `compare` of as long before again. */
const near = within(whole, begin - 7 * DAY, range.to + 2 * HOUR);

const client = (database: KqlDatabase) => evaluatingClient(database, () => now);

test.each(allReports.map((report) => [report.name, report] as const))(
  '%s of a day last month reads nothing of this month',
  async (name, report) => {
    const asked = { tz: 'UTC', from: iso(range.from), to: iso(range.to) };
    const ask = (database: KqlDatabase) => runReport(kqlStore(client(database), names), report, asked, { now });
    const answer = await ask(whole);
    expect(answer.rows.length).toBeGreaterThan(0);
    expect(await ask(near)).toEqual(answer);
    const call = `${names.report(name)}(datetime(${asked.from}), datetime(${asked.to}))`;
    const { rows } = await client(whole).query(call);
    expect(rows.length).toBe(answer.rows.length);
    expect((await client(near).query(call)).rows).toEqual(rows);
  },
);

test.each(allReports.map((report) => [report.name, report] as const))(
  '%s counts what the views have not taken up',
  async (name, report) => {
    const [from, to] = [begin + 25 * DAY + 7 * MIN, begin + 25 * DAY + 95 * MIN];
    const sealed = (ms: number) => parts.filter(({ sealedAt }) => sealedAt < ms).length;
    const inOrder = deliveries.toSorted((a, b) => a.part.sealedAt - b.part.sealedAt);
    const asked = { tz: 'UTC', from: iso(from), to: iso(to) };
    const call = `${names.report(name)}(datetime(${asked.from}), datetime(${asked.to}))`;
    const at = to + 5 * HOUR;
    const answers = [sealed(to + DAY), sealed(begin + 25 * DAY + 50 * MIN), sealed(begin + DAY), 0].map(
      async (taken) => {
        const database = kqlDatabase(objects, names, inOrder, undefined, taken);
        const asking = evaluatingClient(database, () => at);
        const { rows } = await runReport(kqlStore(asking, names), report, asked, { now: at });
        return [rows, (await asking.query(call)).rows];
      },
    );
    const [whole, ...behind] = await Promise.all(answers);
    expect(whole![0]!.length).toBeGreaterThan(0);
    for (const answer of behind) expect(answer).toEqual(whole);
  },
);

test('where nothing is, what is nearest is found, however far', async () => {
  const load = allReports.find(({ name }) => name === 'load')!;
  const ask = (from: number, hours = 1) =>
    runReport(
      kqlStore(client(whole), names),
      load,
      { tz: 'UTC', from: iso(from), to: iso(from + hours * HOUR) },
      { now },
    );
  const last = { day: begin + 100 * MIN, month: begin - 30 * DAY + 100 * MIN };
  expect((await ask(begin + 5 * HOUR)).notes).toEqual([
    expect.stringMatching(/the last before that were sealed at .*22.*15:10/),
  ]);
  expect((await ask(begin + 24 * DAY)).dataThrough).toBe(last.day + 250);
  expect((await ask(begin - 40 * DAY)).notes.join()).toMatch(/the first after that/);
  expect((await ask(begin - 10 * DAY)).dataThrough).toBe(last.month + 250);
});
