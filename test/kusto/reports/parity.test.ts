import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KustoClient } from '../../../src/kusto/client.ts';
import { HEADER_ROW, kustoNames } from '../../../src/kusto/names.ts';
import { kustoColumns } from '../../../src/reports/kql/functions.ts';
import type { Report, ReportResult } from '../../../src/reports/report.ts';
import { runReport } from '../../../src/reports/run.ts';
import { kqlStore } from '../../../src/stores/kusto/store.ts';
import { type AnyParameters, allReports, reportFunctions } from '../../helpers/reports.ts';
import type { KqlDatabase } from '../kql/evaluate.ts';
import { differencesOf, outcomeOf } from '../verify/parity/compare.ts';
import { evaluatingClient, kqlDatabase, parityObjects } from '../verify/parity/kql-side.ts';
import { SqlSide } from '../verify/parity/sql-side.ts';
import { begin, end, shopParts } from './shop.ts';

const MIN = 60_000;
const names = kustoNames('Shop');
const parts = shopParts();
const now = end + 30_000;

let sql: SqlSide;
let database: KqlDatabase;
let client: KustoClient;

beforeAll(async () => {
  sql = await SqlSide.open();
  await sql.fill({
    seed: 0,
    numbers: 'exact',
    parts,
    deliveries: [],
    lost: [],
    now,
    from: begin,
    to: end,
    windowSeconds: 60,
  });
  const deliveries = parts.map((part) => ({ part, rows: [HEADER_ROW, ...part.rows.keys()] }));
  database = kqlDatabase(parityObjects(names, reportFunctions(names)), names, deliveries);
  client = evaluatingClient(database, () => now);
});

afterAll(() => sql.close());

const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 19);
const reportOf = (name: string): Report => allReports.find((report) => report.name === name)!;
/** Values are whole numbers of 1/1024: their sums are exact in any order. */
const exactly = () => 0;

const ranges: readonly AnyParameters[] = [
  { since: '30d' },
  { from: iso(begin + 7 * MIN + 20_000), to: iso(begin + 93 * MIN + 1_000) },
  { from: iso(begin + 30 * MIN), to: iso(begin + 90 * MIN) },
];

const questions: readonly [string, AnyParameters][] = [
  ['load', { limit: 2 }],
  ['load', { by: 'service', at: 'peak' }],
  ['load', { by: 'target' }],
  ['load', { by: 'service', limit: 1 }],
  ['load', { by: 'attribute.tenant' }],
  ['load', { by: 'attribute.tenat,origin' }],
  ['load', { by: 'origin,target' }],
  ['load', { by: 'attribute.tenant,origin', limit: 3 }],
  ['load', { by: 'target,service,attribute.tenant,origin', at: 'peak' }],
  ['load', { by: 'attribute.a/b~c."d"' }],
  ['load', { at: 'peak' }],
  ['load', { at: 'peak', by: 'target' }],
  ['load', { at: 'peak', where: 'service!=reports', limit: 2 }],
  ['load', { measure: 'http.server.request.duration' }],
  ['load', { measure: 'blocked' }],
  ['load', { measure: 'blocked', by: 'attribute.victim' }],
  ['load', { measure: 'gen_ai.client.token.usage', by: 'attribute.gen_ai.token.type' }],
  ['load', { where: 'target=service://storefront' }],
  ['load', { where: 'origin~*\nnew*' }],
  ['load', { where: 'origin!~get*,origin~GET*' }],
  ['load', { where: 'attribute.tenant!=acme' }],
  ['load', { where: 'attribute.tenant=acme' }],
  ['load', { where: 'attribute.tenant!=acme,attribute.region=', at: 'peak' }],
  ['load', { where: 'attribute.gen_ai.token.type=input,unit={token}' }],
  ['load', { where: 'attribute.tenant~*e*,unit=s' }],
  ['load', { where: 'attribute.nothing=' }],
  ['load', { where: 'origin=no such' }],
  ['load', { asOf: iso(begin + 50 * MIN) }],
  ['trend', { step: '10m' }],
  ['trend', { step: '1h', limit: 1 }],
  ['trend', { step: '1d', tz: 'Asia/Kolkata', by: 'attribute.tenant' }],
  ['trend', { by: 'target' }],
  ['trend', { by: 'service,attribute.tenant', limit: 2 }],
  ['trend', { asOf: iso(begin + 50 * MIN), step: '5m', limit: 2 }],
  ['per-request', { limit: 4 }],
  ['per-request', { where: 'attribute.tenant=acme' }],
  ['per-request', { where: 'attribute.tenant!=acme' }],
  ['per-request', { measure: 'gen_ai.client.token.usage' }],
  ['flow', { limit: 3 }],
  ['flow', { where: 'event~*' }],
  ['compare', { limit: 2 }],
  ['compare', { baseline: '30m', by: 'service' }],
  ['compare', { baseline: '30m', by: 'attribute.tenant,origin' }],
  ['compare', { baseline: `${iso(begin + 3 * MIN + 5_000)}..${iso(begin + 6 * MIN)}`, by: 'attribute.tenant' }],
  ['inventory', {}],
  ['inventory', { where: 'target~*e*', limit: 5 }],
  ['inventory', { asOf: iso(begin + 50 * MIN) }],
  ['coverage', { limit: 100 }],
  ['coverage', { asOf: iso(begin + 50 * MIN) }],
  ['sources', {}],
  ['sources', { asOf: iso(begin + 50 * MIN) }],
];

describe.each(questions)('%s %j', (name, parameters) => {
  test.each(ranges)('in KQL as in SQL: %j', async (range) => {
    const report = reportOf(name);
    const ask = (store: Parameters<typeof runReport>[0]) =>
      outcomeOf(() => runReport(store, report, { tz: 'UTC', ...range, ...parameters }, { now }));
    const ours = await ask(sql.store);
    expect(differencesOf(ours, await ask(kqlStore(client, names)), exactly).join('\n')).toBe('');
    answered.add('result' in ours && ours.result.rows.length > 0 ? name : '');
  });
});

const answered = new Set<string>();

test('the questions were about something', () => {
  for (const { name } of allReports) expect(answered).toContain(name);
});

/** The same as a stored function: its arguments, and the parameters that ask for the same in SQL. */
const calls: readonly [string, string, AnyParameters][] = [
  ['load', 'Limit=2', { limit: 2 }],
  ['load', "By='target'", { by: 'target' }],
  ['load', "By='service', Services=dynamic(null)", { by: 'service' }],
  ['load', "By='attribute.tenant'", { by: 'attribute.tenant' }],
  ['load', "By='attribute.tenant,origin', Limit=3", { by: 'attribute.tenant,origin', limit: 3 }],
  ['compare', "By='service, target'", { by: 'service,target' }],
  ['trend', "By='origin,target,service,attribute.tenant'", { by: 'origin,target,service,attribute.tenant' }],
  ['load', 'Peak=true', { at: 'peak' }],
  ['load', "Measure='gen_ai.client.token.usage'", { measure: 'gen_ai.client.token.usage' }],
  ['load', "Services=dynamic(['billing'])", { where: 'service=billing' }],
  ['load', "Targets=dynamic(['service://storefront'])", { where: 'target=service://storefront' }],
  ['load', "Origins=dynamic(['GET /cart']), Targets=dynamic([])", { where: 'origin=GET /cart' }],
  ['load', `AsOf=datetime(${iso(begin + 50 * MIN)})`, { asOf: iso(begin + 50 * MIN) }],
  ['trend', 'Step=10m', { step: '10m' }],
  ['trend', "By='service', Limit=1", { by: 'service', limit: 1 }],
  ['per-request', '', {}],
  ['flow', 'Limit=3', { limit: 3 }],
  ['compare', '', {}],
  ['inventory', '', {}],
  ['coverage', '', {}],
  ['sources', '', {}],
];

describe.each(calls)('%s(%s)', (name, args, parameters) => {
  test.each(ranges.slice(1))('as a stored function: %j', async ({ from, to }) => {
    const report = reportOf(name);
    const ours = await runReport(sql.store, report, { tz: 'UTC', from: from!, to: to!, ...parameters }, { now });
    const text = `${names.report(name)}(datetime(${from}), datetime(${to})${args === '' ? '' : `, ${args}`})`;
    const { columns, rows } = await client.query(text);
    expect(columns).toEqual(kustoColumns(report));
    const theirs: ReportResult = {
      ...ours,
      rows: rows.map((row) => Object.fromEntries(columns.map((column, i) => [column.name, row[i]]))),
    };
    expect(differencesOf({ result: ours }, { result: theirs }, exactly).join('\n')).toBe('');
  });
});

test('the range of a stored function is that of the report', async () => {
  for (const range of ranges.slice(1)) {
    const ours = await runReport(sql.store, reportOf('load'), { tz: 'UTC', ...range }, { now });
    const { rows } = await client.query(`ShopRange(datetime(${range.from}), datetime(${range.to}))`);
    const { from, to, seconds, asked } = ours.range;
    expect(rows.map((row) => row.slice(0, -1))).toEqual([
      [from, to, seconds, 300, ours.dataThrough, ours.services, asked],
    ]);
  }
});

test('a range that reaches into the future ends where the data do', async () => {
  const { rows } = await client.query(
    `ShopRange(datetime(${iso(begin + 50 * MIN)}), datetime(${iso(end + 60 * MIN)}))`,
  );
  expect(rows[0]!.slice(1, 3)).toEqual([end, 50 * 60]);
});
