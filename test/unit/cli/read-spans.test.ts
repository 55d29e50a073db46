import { expect, test } from 'vitest';
import { readSpans } from '../../../src/cli/explain/read-spans.ts';

const read = (value: unknown) => readSpans(typeof value === 'string' ? value : JSON.stringify(value), 'x.json');
const one = (value: unknown) => read(value)[0]!;

test.each([
  ['API number', { name: 'a', kind: 2, attributes: {} }, 2],
  ['OTLP number', { name: 'a', kind: 3, attributes: [] }, 2],
  ['OTLP number by its times', { name: 'a', kind: 3, startTimeUnixNano: '0' }, 2],
  ['OTLP name', { name: 'a', kind: 'SPAN_KIND_PRODUCER' }, 3],
  ['OTLP unspecified', { name: 'a', kind: 0, attributes: [] }, 0],
  ['word', { name: 'a', kind: 'server' }, 1],
  ['absent', { name: 'a' }, 0],
])('kind: %s', (_, span, kind) => {
  expect(one(span).facts.kind).toBe(kind);
});

test.each([
  ['OTLP times', { name: 'a', startTimeUnixNano: '1700000000000000001', endTimeUnixNano: '1700000000000000003' }, 2e-9],
  ['console microseconds', { name: 'a', duration: 1500 }, 0.0015],
  ['ReadableSpan', { name: 'a', duration: [1, 5e8] }, 1.5],
  ['SpanFacts', { name: 'a', durationSeconds: 3 }, 3],
  ['absent', { name: 'a' }, Number.NaN],
  ['unreadable', { name: 'a', startTimeUnixNano: 'x', endTimeUnixNano: 'y' }, Number.NaN],
])('duration: %s', (_, span, seconds) => {
  expect(one(span).durationSeconds).toBe(seconds);
});

test('OTLP values become what the API has; hostile keys stay keys', () => {
  const value = { arrayValue: { values: [{ stringValue: 'x' }, { intValue: '2' }] } };
  const attributes = [
    { key: 'i', value: { intValue: '42' } },
    { key: 'd', value: { doubleValue: 0.5 } },
    { key: 'b', value: { boolValue: false } },
    { key: 'a', value },
    { key: '__proto__', value: { stringValue: 'p' } },
  ];
  const read = one({ name: 'a', kind: 1, attributes }).facts.attributes;
  expect(Object.entries(read)).toEqual([
    ['i', 42],
    ['d', 0.5],
    ['b', false],
    ['a', ['x', 2]],
    ['__proto__', 'p'],
  ]);
});

test('lines of requests, arrays and nested places', () => {
  const line = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'a' }, { name: 'b' }] }] }] });
  expect(read(`${line}\n${line}\n`).map(({ where }) => where)).toEqual([
    '[0].resourceSpans[0].scopeSpans[0].spans[0]',
    '[0].resourceSpans[0].scopeSpans[0].spans[1]',
    '[1].resourceSpans[0].scopeSpans[0].spans[0]',
    '[1].resourceSpans[0].scopeSpans[0].spans[1]',
  ]);
  expect(read([{ name: 'a' }, { name: 'b' }]).map(({ where }) => where)).toEqual(['[0]', '[1]']);
});

test.each([
  ['null', 'the input is null'],
  ['12', 'the input is a number'],
  ['{"resourceSpans": {}}', 'resourceSpans must be a list'],
  ['{"resourceSpans": [{"scopeSpans": [{"spans": [3]}]}]}', 'resourceSpans[0].scopeSpans[0].spans[0] is a number'],
  ['{"name": "a", "kind": "klient"}', 'kind is "klient"'],
  ['{"name": "a", "kind": 9}', 'kind is 9'],
  ['{"name": "a", "attributes": "x"}', 'attributes is a string'],
  ['{"name": "a", "attributes": [{"k": 1}]}', 'an attribute is {"k":1}'],
  ['[{"name": 3}]', '[0]: a span needs a name'],
])('refuses %s', (text, message) => {
  expect(() => read(text)).toThrow(
    expect.objectContaining({ code: 'ATTR_USAGE', message: expect.stringContaining(message) }),
  );
});

const seen = (value: unknown) =>
  read(value).map(({ facts: { name, kind, service, scopeName, attributes }, durationSeconds, where }) => ({
    where,
    name,
    kind,
    service,
    scopeName,
    attributes: { ...attributes },
    durationSeconds,
  }));
const select = {
  name: 'SELECT shop',
  kind: 2,
  service: 'storefront',
  scopeName: '@opentelemetry/instrumentation-pg',
  attributes: { 'db.system.name': 'postgresql', 'server.port': 5432 },
  durationSeconds: 0.013,
};

test('a trace as Jaeger gives it', () => {
  const tag = (key: string, value: unknown) => ({ key, type: typeof value, value });
  const trace = {
    traceID: '1',
    spans: [
      {
        traceID: '1',
        spanID: '2',
        operationName: 'SELECT shop',
        references: [{ refType: 'CHILD_OF', traceID: '1', spanID: '3' }],
        startTime: 1_700_000_000_000_000,
        duration: 13_000,
        tags: [
          tag('span.kind', 'client'),
          tag('otel.scope.name', '@opentelemetry/instrumentation-pg'),
          tag('db.system.name', 'postgresql'),
          tag('server.port', 5432),
        ],
        logs: [],
        processID: 'p1',
        warnings: null,
      },
    ],
    processes: { p1: { serviceName: 'storefront', tags: [] } },
    warnings: null,
  };
  expect(seen({ data: [trace], total: 0 })).toEqual([{ where: 'data[0].spans[0]', ...select }]);
  expect(seen(trace)).toEqual([{ where: 'spans[0]', ...select }]);
});

test('a trace as Zipkin gives it: every tag is a text', () => {
  const span = {
    traceId: '1',
    id: '2',
    parentId: '3',
    kind: 'CLIENT',
    name: 'SELECT shop',
    timestamp: 1_700_000_000_000_000,
    duration: 13_000,
    localEndpoint: { serviceName: 'storefront' },
    tags: {
      'otel.library.name': '@opentelemetry/instrumentation-pg',
      'db.system.name': 'postgresql',
      'server.port': '5432',
    },
  };
  const attributes = { 'db.system.name': 'postgresql', 'server.port': '5432' };
  expect(seen([span])).toEqual([{ where: '[0]', ...select, attributes }]);
});

test.each([
  ['batches', (spans: object) => ({ batches: [spans] }), 'batches[0].scopeSpans[0].spans[0]', 'scopeSpans', 'scope'],
  [
    'the second API',
    (spans: object) => ({ trace: { resourceSpans: [spans] } }),
    'trace.resourceSpans[0].scopeSpans[0].spans[0]',
    'scopeSpans',
    'scope',
  ],
  [
    'an old release',
    (spans: object) => ({ batches: [spans] }),
    'batches[0].instrumentationLibrarySpans[0].spans[0]',
    'instrumentationLibrarySpans',
    'instrumentationLibrary',
  ],
])('a trace as Tempo gives it: %s', (_, wrap, where, layer, scope) => {
  const span = {
    name: 'SELECT shop',
    kind: 'SPAN_KIND_CLIENT',
    startTimeUnixNano: '1700000000000000000',
    endTimeUnixNano: '1700000000013000000',
    attributes: [
      { key: 'db.system.name', value: { stringValue: 'postgresql' } },
      { key: 'server.port', value: { intValue: '5432' } },
    ],
  };
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'storefront' } }] };
  const given = wrap({ resource, [layer]: [{ [scope]: { name: select.scopeName }, spans: [span] }] });
  expect(seen(given)).toEqual([{ where, ...select }]);
});

test('spans that an application printed amid its own lines', () => {
  const text = [
    'listening on 3000',
    '{',
    "  traceId: '1',",
    "  name: 'GET',",
    '  kind: 1,',
    "  attributes: { 'http.route': '/a' },",
    '}',
    '{ not: a span',
    '{"level":30,"msg":"done"}',
    '{',
    '  settings: 3,',
    '}',
    '{',
    "  traceId: '2',",
    "  name: 'POST',",
    '}',
    'bye',
  ].join('\n');
  expect(seen(text).map(({ where, name }) => [where, name])).toEqual([
    ['[0]', 'GET'],
    ['[1]', 'POST'],
  ]);
});

test.each(['', 'hello', '12', '[]', '{"a": 1}', '{"data": []}', '{"spans": [1], "processes": {}}'])(
  'of %j it says what it reads and how to get one',
  (text) => {
    expect(() => read(text)).toThrow(
      /explain reads a span as OTLP\/JSON.* Get one: OTEL_TRACES_EXPORTER=console node --import otel-attribution\/register app\.js/,
    );
  },
);
