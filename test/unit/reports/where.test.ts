import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseBy } from '../../../src/reports/by.ts';
import { jsonPointer, statement, whereSql } from '../../../src/reports/sql/texts.ts';
import { parseWhere } from '../../../src/reports/where.ts';

test.each([
  ['', []],
  ['target=x', [['target', '', '=', 'x']]],
  ['origin!=GET /a', [['origin', '', '!=', 'GET /a']]],
  [
    'origin~GET *, service=web',
    [
      ['origin', '', '~', 'GET *'],
      ['service', '', '=', 'web'],
    ],
  ],
  ['attribute.tenant!~ac*', [['attribute', 'tenant', '!~', 'ac*']]],
  ['attributes.gen_ai.token.type=input', [['attribute', 'gen_ai.token.type', '=', 'input']]],
  ['origin="a,b=\\"c\\""', [['origin', '', '=', 'a,b="c"']]],
  ['origin=', [['origin', '', '=', '']]],
  ['target=a=b~c', [['target', '', '=', 'a=b~c']]],
])('%s', (text, expected) => {
  expect(parseWhere(text).map((c) => [c.field, c.attribute, c.operator, c.value])).toEqual(expected);
});

test.each([
  'x',
  '=a',
  'team=a',
  'target',
  'target.x=1',
  'attribute=1',
  'attribute.=1',
  'origin="open',
  'a=1;b=2',
  'toString=1',
  'origin=a,,service=b',
])('refused, with the fields there are: %s', (text) =>
  expect(() => parseWhere(text)).toThrow(/--where is .*fields are target, origin/),
);

test('at most twenty conditions', () => {
  expect(() => parseWhere(Array(21).fill('origin=a').join(','))).toThrow(/at most 20/);
});

test('no part of a value or of an attribute name is in the text of the query', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, unit: 'grapheme' }).filter((s) => !/[=!~,\s]/.test(s)),
      fc.string({ unit: 'grapheme' }),
      (attribute, value) => {
        const [condition, ...more] = parseWhere(`attribute.${attribute}="${value.replaceAll(/["\\]/g, '\\$&')}"`);
        expect(more).toEqual([]);
        expect(condition).toMatchObject({ field: 'attribute', attribute, value });
        const { sql, params } = whereSql([condition!]);
        expect(sql).toBe(whereSql(parseWhere('attribute.a=b')).sql);
        expect(params).toEqual({ where_0: value, where_path_0: jsonPointer(attribute) });
      },
    ),
  );
});

test('patterns: only * is special', () => {
  expect(whereSql(parseWhere('origin~50%_\\*')).params).toEqual({ where_0: '50\\%\\_\\\\%' });
});

test.each(['team', 'attribute.', '', 'origin; DROP', 'Origin', 'origin,', ',origin', 'origin,origin', 'a,b'])(
  '--by %j is refused',
  (text) => {
    expect(() => parseBy(text)).toThrow(/--by is/);
  },
);

test.each([
  ['tenant', 'attribute.tenant'],
  ['route', 'origin'],
  ['orgin', 'origin'],
  ['Origin', 'origin'],
  ['targets', 'target'],
  ['database', 'target'],
  ['app', 'service'],
  ['attribute.tenant,endpoint', 'origin'],
])('--by %s: did you mean %s?', (text, meant) => {
  expect(() => parseBy(text)).toThrow(`did you mean ${meant}?`);
});

test('--by event says how events are told apart', () => expect(() => parseBy('event')).toThrow(/--measure/));

test.each([
  ['tenant=acme', 'attribute.tenant'],
  ['route=GET /', 'origin'],
  ['orginService=a', 'originService'],
])('--where %s: did you mean %s?', (text, meant) => {
  expect(() => parseWhere(text)).toThrow(`did you mean ${meant}?`);
});

test('several keys, also of attributes whose names have commas', () => {
  expect(parseBy('origin, target')).toEqual([{ kind: 'origin' }, { kind: 'target' }]);
  expect(parseBy('attribute."a,b\\"c",service')).toEqual([{ kind: 'attribute', name: 'a,b"c' }, { kind: 'service' }]);
  expect(() => parseBy('origin,target,service,attribute.a,attribute.b')).toThrow(/at most 4/);
  expect(() => parseBy('attribute.a,attribute.a')).toThrow(/names attribute\.a twice/);
});

test('a statement keeps the parameters it names and knows all its placeholders', () => {
  expect(statement('SELECT $a {{b}}', { b: '$c' }, { a: 1, c: 2, d: 3 })).toEqual(['SELECT $a $c', { a: 1, c: 2 }]);
  expect(() => statement('{{toString}}x{{nope}}', {}, {})).toThrow(/unknown placeholder/);
});
