/** The schema in a database: empty, complete, older, newer, edited, half done. Over the wire, by the SDK. */

import { afterEach, beforeEach, expect, it, test } from 'vitest';
import { openKusto } from '../../../src/exporters/kusto/index.ts';
import type { KustoClient } from '../../../src/kusto/client.ts';
import { kustoNames, rowColumns } from '../../../src/kusto/names.ts';
import { type ApplyOptions, applySchema, diffSchema } from '../../../src/stores/kusto/schema/apply.ts';
import { isEqual, nextCut } from '../../../src/stores/kusto/schema/plan.ts';
import { schemaScript } from '../../../src/stores/kusto/schema/script.ts';
import { reportFunctions } from '../../helpers/reports.ts';
import { type FakeKusto, type FakeKustoOptions, startFakeKusto } from '../service/index.ts';

const NOW = Date.parse('2026-11-22T14:20:00Z');
const names = kustoNames();
const options: ApplyOptions = { functions: reportFunctions(names), package: '1.2.3', now: () => NOW, pollMs: 1 };

let fake: FakeKusto;
let client: KustoClient;

async function start(more: FakeKustoOptions = {}): Promise<void> {
  fake = await startFakeKusto({ database: 'db', azurite: false, now: () => NOW, ...more });
  client = await openKusto({ cluster: fake.url, database: 'db', auth: 'none' });
}

beforeEach(() => start());
afterEach(async () => {
  await client.close();
  await fake.close();
});

const apply = (more: Partial<ApplyOptions> = {}) => applySchema(client, names, { ...options, ...more });
const diff = async (more: Partial<ApplyOptions> = {}) =>
  (await diffSchema(client, names, { ...options, ...more }, NOW)).plan;
/** What was sent since the last call that is no question. */
let seen = 0;
function altering(): string[] {
  const texts = fake.requests
    .slice(seen)
    .flatMap(({ target, text }) => (target === 'command' && !text.startsWith('.show') ? [text] : []));
  seen = fake.requests.length;
  return texts;
}
beforeEach(() => {
  seen = 0;
});

/** Ingests rows, whole or in part given, one second apart. */
function ingest(...rows: readonly Record<string, unknown>[]): void {
  const usual = {
    PartId: 'p-1',
    Row: 0,
    SealedAt: NOW,
    WindowStart: NOW - 1_200_000,
    WindowSeconds: 60,
    Service: 's',
    OriginService: 's',
    Origin: 'GET /',
    Target: 'db',
    Event: 'e',
    Unit: 's',
    Value: 1,
    Count: 1,
    Samples: 1,
    Min: 1,
    Max: 1,
    ExemplarTraceId: '',
    Attributes: '',
  };
  const table = fake.database.table(names.raw);
  const values = rows.map((row) => table.columns.map(({ name }) => ({ ...usual, ...row })[name] as never));
  table.append({ rows: values, ingestedAt: NOW, tags: [] });
}

const scalar = async (query: string) => (await client.query(query)).rows[0]?.[0];

it('comes into an empty database, and a second time changes nothing', async () => {
  expect((await diff()).changes.every(({ state }) => state === 'missing')).toBe(true);
  const order: string[] = [];
  const { applied, refused } = await apply({
    onChange: ({ name }, done, total) => order.push(`${done}/${total} ${name}`),
  });
  expect(refused).toEqual([]);
  expect(order[0]).toBe(`1/${applied.length} ${names.raw}`);
  expect(altering()).toHaveLength(applied.length);
  expect(await diff()).toEqual({ changes: [], notes: [], blocked: [] });

  expect(await apply()).toEqual({ applied: [], refused: [], notes: [] });
  expect(altering()).toEqual([]);
  expect(await scalar(`${names.schema}() | project Version`)).toBe(1);
});

it('counts rows once, through every function', async () => {
  await apply();
  const windows = [0, 60_000, 3_600_000].map((after, i) => ({
    Row: i,
    WindowStart: NOW - 7_200_000 + after,
    Value: 2 ** i,
  }));
  ingest(...windows);
  ingest(...windows);
  const from = `datetime(${new Date(NOW - 7_200_000).toISOString()})`;
  for (const grain of ['1s', '5m', '1h'])
    expect(await scalar(`${names.sums}(${from}, ${from} + 2h, ${grain}) | summarize sum(Value)`)).toBe(7);
});

it('is the same when its script is pasted', async () => {
  fake.execute(schemaScript(names, options));
  expect(await diff()).toEqual({ changes: [], notes: [], blocked: [] });
});

test.each([1, 6, 9, 15, 28])(
  'goes on after command %i failed, and after the answer to the next was lost',
  async (n) => {
    for (const [when, which] of [
      ['before', n],
      ['after', 1],
    ] as const) {
      let count = 0;
      const nth = (text: string) => !text.startsWith('.show') && ++count === which;
      fake.faults.add({ on: 'command', when, do: { status: 400 }, if: ({ text }) => nth(text) });
      await expect(apply()).rejects.toThrow(`${which - 1} of `);
      fake.faults.clear();
    }
    await apply();
    expect(await diff()).toEqual({ changes: [], notes: [], blocked: [] });
  },
);

it('makes the views from rows that came before them, in the background', async () => {
  fake.execute(`.create table ${names.raw} (${rowColumns.map(({ name, type }) => `${name}:${type}`).join(', ')})`);
  ingest({ Row: 0, Value: 5 }, { Row: 1, Value: 6 });
  ingest({ Row: 0, Value: 5 });
  await apply();
  const texts = altering();
  expect(texts.filter((text) => text.startsWith('.create async'))).toHaveLength(3);
  for (const view of [names.rows, `${names.rollup5m}()`, `${names.rollup1h}()`])
    expect(await scalar(`${view} | summarize sum(Value)`), view).toBe(11);
});

it('upgrades an older schema in order, and leaves the older mapping', async () => {
  await apply();
  const columns = rowColumns.filter(({ name }) => name !== 'ExemplarTraceId' && name !== 'WindowSeconds');
  await client.close();
  await fake.close();
  await start();
  // Two columns, the rollups, the mapping, and functions short.
  fake.execute(`.create table ${names.raw} (${columns.map(({ name, type }) => `${name}:${type}`).join(', ')})`);
  fake.execute(
    `.create table ${names.raw} ingestion json mapping 'Attribution_v0' '[{"column":"PartId","Properties":{"Path":"$.id"}}]'`,
  );
  fake.execute(
    `.create materialized-view with (autoUpdateSchema=true, lookback=1d) ${names.rows} on table ${names.raw} { ${names.raw} | summarize take_any(*) by WindowStart, PartId, Row }`,
  );
  fake.execute(
    `.create function with (folder='Attribution') ${names.schema}() { print Version = long(0), Package = '0.9.0' }`,
  );
  fake.execute(`.create function with (folder='Attribution') ${names.parts}() { print 1 }`);
  seen = fake.requests.length;

  const { applied } = await apply();
  const kinds = applied.map(({ kind, name, state }) => `${state} ${kind} ${name}`);
  const at = (text: string) => kinds.indexOf(text);
  expect(kinds[0]).toBe(`different table ${names.raw}`);
  expect(at(`missing materialized-view ${names.rollup5mView}`)).toBeGreaterThan(0);
  expect(at(`missing mapping ${names.mapping}`)).toBeGreaterThan(at(`missing materialized-view ${names.rollup1hView}`));
  expect(at(`different function ${names.parts}`)).toBeGreaterThan(at(`missing mapping ${names.mapping}`));
  expect(at(`different function ${names.schema}`)).toBe(kinds.length - 2);
  expect(fake.database.table(names.raw).mappings.has('Attribution_v0')).toBe(true);
  expect((await diff()).changes).toEqual([]);
});

it('begins a new generation where the keys of a rollup changed, and no window is lost or counted twice', async () => {
  await apply();
  fake.execute(`.drop materialized-view ${names.rollup5mView}`);
  fake.execute(
    `.create materialized-view ${names.rollup5mView} on materialized-view ${names.rows} { ${names.rows} | where Row >= 0 | summarize Value = sum(Value), Count = sum(Count), Samples = sum(Samples) by WindowStart = bin(WindowStart, 5m), Service, Target, Event, Unit }`,
  );
  ingest({ Row: 0, Value: 1 });
  const { applied, notes } = await apply();
  expect(applied.map(({ name }) => name)).toContain('Attribution5m_v2');
  expect(notes).toEqual([
    expect.stringMatching(/Attribution5m_v1 is an older generation, for windows before 2026-11-22T15:00Z: kept/),
  ]);
  const cut = nextCut(NOW);
  ingest(
    { Row: 1, Value: 2, WindowStart: cut - 60_000 },
    { Row: 2, Value: 4, WindowStart: cut },
    { Row: 3, Value: 8, WindowStart: cut + 300_000 },
  );
  expect(await scalar(`${names.rollup5m}() | summarize sum(Value)`)).toBe(15);
  expect(await scalar(`Attribution5m_v1 | summarize sum(Value)`)).toBe(15);
  expect((await client.query(`${names.rollup5m}() | summarize by Origin | order by Origin asc`)).rows).toEqual([
    [''],
    ['GET /'],
  ]);
  expect((await apply()).applied).toEqual([]);
});

it('refuses a newer schema, and touches nothing', async () => {
  await apply();
  fake.execute(`.create-or-alter function ${names.schema}() { print Version = long(2), Package = '9.0.0' }`);
  fake.execute(`.drop function ${names.sums}`);
  altering();
  const refusal = {
    code: 'ATTR_STORE_VERSION',
    message: expect.stringMatching(/version 2, of otel-attribution 9\.0\.0.*npm i otel-attribution@latest/),
  };
  await expect(apply()).rejects.toMatchObject(refusal);
  await expect(diff()).rejects.toMatchObject(refusal);
  expect(altering()).toEqual([]);
});

it('writes anew what was edited by hand, but not a policy that someone chose', async () => {
  await apply();
  fake.execute(`.create-or-alter function with (folder='Attribution') ${names.sums}(_from:datetime) { print 1 }`);
  fake.execute(`.alter-merge table ${names.raw} policy retention softdelete = 40d`);
  const { changes, notes } = await diff();
  expect(changes.map(({ name, state }) => [name, state])).toEqual([[names.sums, 'different']]);
  expect(notes).toEqual([
    'policy retention of AttributionRaw is 40.00:00:00, by default 7.00:00:00: kept; --retention-raw-days sets it',
  ]);
  await apply();
  expect((await diff()).changes).toEqual([]);
  await apply({ retention: { raw: 3 } });
  expect(fake.database.table(names.raw).policies.get('retention')).toMatchObject({
    SoftDeletePeriod: '3.00:00:00',
    Recoverability: 'Enabled',
  });
});

it('turns on what was turned off', async () => {
  await apply();
  fake.execute(`.disable materialized-view ${names.rollup1hView}`);
  fake.execute(`.alter materialized-view ${names.rows} lookback 6h`);
  expect((await diff()).changes.map(({ detail }) => detail)).toEqual(['lookback is 06:00:00', 'disabled']);
  await apply();
  expect(isEqual(await diff())).toBe(true);
});

it('cannot change the type of a column', async () => {
  fake.execute(`.create table ${names.raw} (PartId:string, Value:string)`);
  await expect(apply()).rejects.toMatchObject({
    code: 'ATTR_STORE_VERSION',
    message: expect.stringMatching(/column Value .* is string, not real.*Nothing was changed.*--table/),
  });
  expect(altering()).toEqual([]);
});

it('does without streaming ingestion where the cluster has none', async () => {
  await client.close();
  await fake.close();
  await start({ streamingEnabled: false });
  const reasons: (string | undefined)[] = [];
  const { refused } = await apply({ onChange: (_, __, ___, reason) => reasons.push(reason) });
  expect(refused).toMatchObject([{ name: 'streamingingestion of AttributionRaw' }]);
  expect(reasons.filter((reason) => reason !== undefined)).toEqual([expect.stringContaining('not enabled')]);
  expect(isEqual(await diff())).toBe(true);
});

it('keeps books of other names apart', async () => {
  await apply();
  const other = kustoNames('AttributionTest');
  const more = { ...options, functions: reportFunctions(other) };
  await applySchema(client, other, more);
  expect((await diff()).notes).toEqual([]);
  expect((await applySchema(client, other, more)).applied).toEqual([]);
});

it('names the role that is missing, and how to give it', async () => {
  fake.principals = new Map([['viewer', { name: 'aadapp=1;2', roles: ['Viewer'] }]]);
  const viewer = await openKusto({ cluster: fake.url, database: 'db', auth: { token: async () => 'viewer' } });
  const { plan } = await diffSchema(viewer, names, options, NOW);
  expect(plan.changes.length).toBeGreaterThan(20);
  await expect(applySchema(viewer, names, options)).rejects.toThrow(
    /^table AttributionRaw: .*Admin.*\.add database \['db'\] admins/s,
  );
  await viewer.close();
});

it('names a database that is not there, and how to create it', async () => {
  const wrong = await openKusto({ cluster: fake.url, database: 'nowhere', auth: 'none' });
  await expect(applySchema(wrong, names, options)).rejects.toThrow(
    /'nowhere'.*The database is not there.*az kusto database create .*--database-name nowhere/s,
  );
  await wrong.close();
});
