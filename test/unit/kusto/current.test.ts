/** Answers of `.show` commands, in the forms in which a service has given them. */
import { expect, it, test } from 'vitest';
import type { KustoClient, KustoResult } from '../../../src/kusto/client.ts';
import { kustoNames } from '../../../src/kusto/names.ts';
import { readSchema } from '../../../src/stores/kusto/schema/current.ts';

type Answer = Record<string, unknown>[] | Error;

function clientOf(answers: Readonly<Record<string, Answer>>): KustoClient {
  const answer = async (text: string): Promise<KustoResult> => {
    const found = answers[text] ?? [];
    if (found instanceof Error) throw found;
    const names = Object.keys(found[0] ?? {});
    return {
      columns: names.map((name) => ({ name, type: 'string' })),
      rows: found.map((row) => names.map((name) => row[name])),
    };
  };
  return { cluster: 'http://127.0.0.1', database: 'db', query: answer, command: answer, close: async () => {} };
}

const names = kustoNames();
const table = { '.show tables': [{ TableName: 'AttributionRaw' }, { TableName: 'Other' }] };
const mappings = '.show table AttributionRaw ingestion json mappings';

it('an empty database', async () => {
  expect(await readSchema(clientOf({}), names)).toEqual({
    version: undefined,
    columns: undefined,
    mappings: new Map(),
    views: new Map(),
    viewColumns: new Map(),
    functions: new Map(),
    policies: new Map(),
    rowsWithoutView: false,
  });
});

it('columns, policies and mappings', async () => {
  const current = await readSchema(
    clientOf({
      ...table,
      '.show table AttributionRaw cslschema': [
        { TableName: 'AttributionRaw', Schema: "PartId:string, ['Odd name']:long" },
      ],
      '.show table AttributionRaw policy retention': [{ Policy: '{\n"SoftDeletePeriod": "7.00:00:00"}' }],
      '.show table AttributionRaw policy caching': [{ Policy: { DataHotSpan: '7.00:00:00' } }],
      '.show table AttributionRaw policy ingestionbatching': [{ Policy: 'null' }],
      [mappings]: [
        { Name: 'a', Mapping: '[]' },
        { Name: 'b', Mapping: [{ column: 'x' }] },
      ],
    }),
    names,
  );
  expect(current.columns).toEqual(
    new Map([
      ['PartId', 'string'],
      ['Odd name', 'long'],
    ]),
  );
  expect([...current.policies]).toEqual([
    ['retention AttributionRaw', { SoftDeletePeriod: '7.00:00:00' }],
    ['caching AttributionRaw', { DataHotSpan: '7.00:00:00' }],
  ]);
  expect([...current.mappings]).toEqual([
    ['a', '[]'],
    ['b', '[{"column":"x"}]'],
  ]);
});

test.each([
  [true, 86_400_000],
  [1, '1.00:00:00'],
  ['True', '1.00:00:00'],
])('a view that is enabled: %j', async (yes, lookback) => {
  const view = {
    Name: 'AttributionRows',
    SourceTable: 'AttributionRaw',
    Query: 'q',
    IsEnabled: yes,
    DocString: null,
    AutoUpdateSchema: yes,
    Lookback: lookback,
  };
  const foreign = { ...view, Name: 'AttributionRowsToo' };
  const { views } = await readSchema(clientOf({ ...table, '.show materialized-views': [view, foreign] }), names);
  expect([...views.values()]).toEqual([
    {
      name: 'AttributionRows',
      source: 'AttributionRaw',
      query: 'q',
      enabled: true,
      docstring: '',
      autoUpdateSchema: true,
      lookback: '1.00:00:00',
    },
  ]);
});

it('no mapping yet may be an error', async () => {
  const none = new Error("Entity ID 'AttributionRaw' of kind 'MappingPersistent' was not found");
  expect((await readSchema(clientOf({ ...table, [mappings]: none }), names)).mappings.size).toBe(0);
  await expect(readSchema(clientOf({ ...table, [mappings]: new Error('forbidden') }), names)).rejects.toThrow(
    'forbidden',
  );
});

it('rows that came before the views', async () => {
  const rows = { 'AttributionRaw\n| take 1': [{ PartId: 'p' }] };
  expect((await readSchema(clientOf({ ...table, ...rows }), names)).rowsWithoutView).toBe(true);
  expect((await readSchema(clientOf(table), names)).rowsWithoutView).toBe(false);
});

it('a version function that says none is not ours', async () => {
  const functions = [{ Name: 'AttributionSchema', Parameters: '()', Body: '{ T }', Folder: '' }];
  const answers = { '.show functions': functions, 'AttributionSchema()': [{ Version: 3, Package: '2.0.0' }] };
  expect((await readSchema(clientOf(answers), names)).version).toEqual({ version: 3, package: '2.0.0' });
  await expect(
    readSchema(clientOf({ '.show functions': functions, 'AttributionSchema()': [{ A: 'x' }] }), names),
  ).rejects.toMatchObject({
    code: 'ATTR_STORE_VERSION',
    message: expect.stringContaining('.drop function AttributionSchema'),
  });
});
