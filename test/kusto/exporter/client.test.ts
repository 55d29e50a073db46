/** What queries and commands send, and what their answers become. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { settle } from '../../../src/config/settle.ts';
import { PermanentError, RetryableError } from '../../../src/core/errors.ts';
import { clientOf } from '../../../src/exporters/kusto/calls.ts';
import { connect } from '../../../src/exporters/kusto/connect.ts';
import { openKusto } from '../../../src/exporters/kusto/index.ts';
import { kustoOptions } from '../../../src/exporters/kusto/options.ts';
import { peerPlaces } from '../../../src/exporters/kusto/peer.ts';
import type { KustoClient } from '../../../src/kusto/client.ts';
import { hang, json, type Stub, serviceError, startStub, table, v1, v2 } from './stub.ts';

let stub: Stub;
let client: KustoClient;

beforeEach(async () => {
  stub = await startStub();
  client = await openKusto({ cluster: stub.url, database: 'shop', auth: 'none', timeoutMs: 3_000 });
});

afterEach(async () => {
  await client.close();
  await stub.close();
});

test('values travel as parameters, never in the text', async () => {
  await client.query('print From, Name', {
    From: { type: 'datetime', value: 0 },
    Name: { type: 'string', value: `"; .drop table T //` },
  });
  const [seen] = stub.of('query');
  expect(seen!.csl).toBe('declare query_parameters(From:datetime, Name:string);\nprint From, Name');
  expect(seen!.parameters).toEqual({ From: 'datetime(1970-01-01T00:00:00.000Z)', Name: '"\\"; .drop table T //"' });
  expect(JSON.parse(seen!.body.toString())).toMatchObject({
    db: 'shop',
    properties: { Options: { servertimeout: '00:00:03.000' } },
  });
});

test('every type of an answer', async () => {
  stub.routes.query = v2(
    {
      S: 'string',
      L: 'long',
      I: 'int',
      R: 'real',
      D: 'datetime',
      T: 'timespan',
      B: 'bool',
      Y: 'dynamic',
      G: 'guid',
      M: 'decimal',
    },
    [
      [
        'a',
        9007199254740992,
        1,
        0.5,
        '2026-11-22T10:00:00.1234567Z',
        '1.02:03:04.5000000',
        true,
        '{"a":[1]}',
        'g',
        '1.5',
      ],
      ['', null, null, 'NaN', null, null, null, null, '', null],
      ['b', -1, 2, '-Infinity', '0001-01-01T00:00:00Z', '-00:00:01', false, ['x'], 'h', '2'],
    ],
  );
  const { columns, rows } = await client.query('T');
  expect(columns.map(({ type }) => type)).toEqual([
    'string',
    'long',
    'int',
    'real',
    'datetime',
    'timespan',
    'bool',
    'dynamic',
    'string',
    'real',
  ]);
  expect(rows).toEqual([
    ['a', 9007199254740992, 1, 0.5, Date.UTC(2026, 10, 22, 10, 0, 0, 123), 93_784_500, true, { a: [1] }, 'g', 1.5],
    ['', null, null, Number.NaN, null, null, null, null, '', null],
    ['b', -1, 2, Number.NEGATIVE_INFINITY, -62_135_596_800_000, -1_000, false, ['x'], 'h', 2],
  ]);
});

test('commands: the types of .NET, and a table of contents', async () => {
  stub.routes.mgmt = json({
    Tables: [
      {
        TableName: 'Table_0',
        Columns: [
          { ColumnName: 'N', DataType: 'Int64' },
          { ColumnName: 'B', DataType: 'SByte' },
          { ColumnName: 'D', DataType: 'System.DateTime' },
        ],
        Rows: [[5, 1, '1970-01-01T00:00:01Z']],
      },
      table({ Value: 'string' }, [['{}']]),
      table({ Severity: 'int' }, []),
      table({ Ordinal: 'long', Kind: 'string', Name: 'string', Id: 'string' }, [
        [0, 'QueryResult', 'PrimaryResult', ''],
        [1, 'QueryProperties', '', ''],
        [2, 'QueryStatus', '', ''],
      ]),
    ],
  });
  expect(await client.command('.show tables')).toEqual({
    columns: [
      { name: 'N', type: 'long' },
      { name: 'B', type: 'bool' },
      { name: 'D', type: 'datetime' },
    ],
    rows: [[5, true, 1_000]],
  });
});

describe('errors within an answer that began as a success (bug 11)', () => {
  const oneApi = {
    OneApiErrors: [
      {
        error: {
          code: 'LimitsExceeded',
          message: 'short',
          '@message': 'Query result set has exceeded',
          '@permanent': false,
        },
      },
    ],
  };
  test.each([
    [
      'among the rows',
      [{ FrameType: 'DataTable', TableKind: 'PrimaryResult', ...table({ A: 'long' }, [[1], oneApi as never]) }],
    ],
    [
      'at its end',
      [
        { FrameType: 'DataTable', TableKind: 'PrimaryResult', ...table({ A: 'long' }, [[1]]) },
        { FrameType: 'DataSetCompletion', HasErrors: true, ...oneApi },
      ],
    ],
  ])('%s', async (_, frames) => {
    stub.routes.query = json(frames);
    await expect(client.query('T')).rejects.toThrow(/LimitsExceeded: Query result set has exceeded/);
  });

  test('no result at all', async () => {
    stub.routes.query = json([{ FrameType: 'DataSetHeader' }, { FrameType: 'TableHeader' }]);
    await expect(client.query('T')).rejects.toThrow(/no result/);
    stub.routes.mgmt = json({ Tables: [table({ A: 'long' }, [{ Exceptions: ['broken half way'] } as never])] });
    await expect(client.command('.show x')).rejects.toThrow(/broken half way/);
  });
});

test('a text that is wrong is permanent, an absent service is not', async () => {
  stub.routes.query = serviceError(400, 'General_BadRequest', "SEM0100: Failed to resolve column named 'nope'", true);
  await expect(client.query('T | where nope')).rejects.toBeInstanceOf(PermanentError);
  stub.routes.query = serviceError(503, 'Unavailable', 'restarting');
  await expect(client.query('T')).rejects.toBeInstanceOf(RetryableError);
});

test('a refused token is forgotten, so that the next request brings a new one', async () => {
  const options = settle(kustoOptions, { cluster: stub.url, database: 'shop', auth: 'none' });
  const connection = await connect(options, peerPlaces(), () => {});
  let forgotten = 0;
  const own = clientOf({ ...connection, forgetToken: () => void forgotten++ }, options);
  stub.routes.query = serviceError(503, 'Unavailable', 'restarting');
  await expect(own.query('T')).rejects.toBeInstanceOf(RetryableError);
  expect(forgotten).toBe(0);
  stub.routes.query = serviceError(401, 'Unauthorized', 'Token is expired');
  await expect(own.query('T')).rejects.toThrow(/az login/);
  expect(forgotten).toBe(1);
  await own.close();
});

test('each call has its deadline, and can be cancelled', async () => {
  stub.routes.query = hang;
  const from = performance.now();
  await expect(client.query('T', {}, { timeoutMs: 200 })).rejects.toThrow(/no answer within 200 ms|timeout of 200ms/);
  expect(performance.now() - from).toBeLessThan(1_500);
  await expect(client.query('T', {}, { signal: AbortSignal.abort() })).rejects.toThrow(/cancelled/);
  const controller = new AbortController();
  const waiting = client.query('T', {}, { signal: controller.signal });
  controller.abort();
  await expect(waiting).rejects.toThrow(/cancelled/);
});

test('what may be shown holds no secret', () => {
  expect(client.cluster).toBe(stub.url);
  expect(client.database).toBe('shop');
  expect(JSON.stringify(client)).toBe(JSON.stringify({ cluster: stub.url, database: 'shop' }));
});

test('an empty result keeps its columns', async () => {
  stub.routes.query = v2({ A: 'long' }, []);
  stub.routes.mgmt = v1({ B: 'string' }, []);
  expect(await client.query('T')).toEqual({ columns: [{ name: 'A', type: 'long' }], rows: [] });
  expect(await client.command('.show x')).toEqual({ columns: [{ name: 'B', type: 'string' }], rows: [] });
});
