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
