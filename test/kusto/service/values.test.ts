import { Client, ClientRequestProperties } from 'azure-kusto-data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeKusto, startFakeKusto } from './index.ts';
import { pathSteps } from './json-mapping.ts';
import { ask, connection } from './testing.ts';
import { type ColumnType, ingestValue, parseTimespan, timespanText, type Value } from './values.ts';

describe('a JSON value in a column', () => {
  const cases: [ColumnType, unknown, Value][] = [
    ['string', undefined, ''],
    ['string', null, ''],
    ['string', 5, '5'],
    ['string', { a: 1 }, '{"a":1}'],
    ['long', 5, 5],
    ['long', '5', 5],
    ['long', '9007199254740993', 9007199254740993n],
    ['long', 1.5, null],
    ['long', 'x', null],
    ['long', undefined, null],
    ['int', 2 ** 31, null],
    ['int', -1, -1],
    ['real', 1.5, 1.5],
    ['real', 'NaN', Number.NaN],
    ['real', '-Infinity', -Infinity],
    ['real', '', null],
    ['real', true, null],
    ['datetime', '2026-11-22T10:00:00.123Z', Date.UTC(2026, 10, 22, 10, 0, 0, 123)],
    ['datetime', '2026-11-22 10:00:00', Date.UTC(2026, 10, 22, 10)],
    ['datetime', 'tomorrow', null],
    ['datetime', 1_700_000_000_000, null],
    ['timespan', '1.02:03:04.5', 93_784_500],
    ['bool', 'true', true],
    ['bool', 1, true],
    ['bool', 'yes', null],
    ['dynamic', [1, { a: 'b' }], [1, { a: 'b' }]],
    ['dynamic', 'x'.repeat(1024 * 1024), null],
    ['guid', 'nonsense', null],
  ];
  it.each(cases)('%s from %j', (type, json, value) => {
    expect(ingestValue(json, type)).toEqual(value);
  });
});

it.each([
  ['1d', 86_400_000],
  ['90m', 5_400_000],
  ['00:00:30', 30_000],
  ['7.00:00:00', 604_800_000],
  ['time(1.5h)', 5_400_000],
  ['nonsense', undefined],
])('timespan %s', (text, ms) => {
  expect(parseTimespan(text)).toBe(ms);
  if (ms !== undefined) expect(parseTimespan(timespanText(ms))).toBe(ms);
});

it.each([
  ['$.a', ['a']],
  ["$['a b'].c[0]", ['a b', 'c', '0']],
  ['$', []],
])('path %s', (path, steps) => {
  expect(pathSteps(path)).toEqual(steps);
});

describe('through the real client', () => {
  let fake: FakeKusto;
  beforeAll(async () => {
    fake = await startFakeKusto({ azurite: false });
  });
  afterAll(() => fake.close());

  const literals =
    'print S=\'ä"\\n\', L=long(9007199254740992), I=int(-5), R=real(0.1), Whole=real(3), Inf=real(+inf), T=datetime(2026-11-22T10:00:00.123Z), D=1d + 2ms, B=true, J=dynamic({"a":[1,null]}), Nothing=long(null), NoTime=datetime(null)';
  const expected = {
    S: 'ä"\n',
    L: 9007199254740992,
    I: -5,
    R: 0.1,
    Whole: 3,
    Inf: 'Infinity',
    T: new Date('2026-11-22T10:00:00.123Z'),
    D: 86_400_002,
    J: '{"a":[1,null]}',
    Nothing: null,
    NoTime: null,
  };

  it('carries every type in version 2', async () => {
    expect(await ask(fake, literals)).toEqual([{ ...expected, B: true }]);
  });

  it('carries every type in version 1, where a bool is a number', async () => {
    const { primaryResults } = await new Client(connection(fake)).executeQueryV1('Telemetry', literals);
    const rows = Array.from(primaryResults[0]!.rows(), (row) => row.toJSON());
    expect(rows).toEqual([{ ...expected, B: 1 }]);
  });

  it('takes parameters as literals', async () => {
    const properties = new ClientRequestProperties();
    properties.setParameter('_name', "'x'");
    properties.setParameter('_n', 'long(3)');
    const text = 'declare query_parameters(_name:string, _n:long=1); print A = strcat(_name, _n)';
    const { primaryResults } = await new Client(connection(fake)).execute('Telemetry', text, properties);
    expect(Array.from(primaryResults[0]!.rows(), (row) => row.toJSON())).toEqual([{ A: 'x3' }]);
  });
});
