import { expect, test } from 'vitest';
import { ask, database, day, print } from './ask.ts';
import { KqlError } from './errors.ts';
import { evaluate } from './evaluate.ts';

function code(text: string, parameters?: Record<string, string>): string {
  try {
    evaluate(text, database, parameters === undefined ? {} : { parameters });
    return 'no error';
  } catch (error) {
    return error instanceof KqlError ? error.code : String(error);
  }
}

test('stored functions: by place, by name, with defaults, within others', () => {
  expect(ask('Heavy(2)')).toEqual([
    ['', 4],
    ['a', 2.5],
  ]);
  expect(ask('Heavy(_n=1, _least=0)')).toEqual([['', 4]]);
  expect(ask('Heavy(0, _who=dynamic(["a"])) | count')).toEqual([[2]]);
  expect(ask('let least = 2.0; Heavy(least, _n=5) | summarize sum(Value)')).toEqual([[6.5]]);
  expect(ask('Calls | where isnotnull(Value) | project Twice(Value)')).toEqual([[3], [5], [8]]);
  expect(print('Twice(Twice(1)), toscalar(Heavy(4) | project Value)')).toEqual([4, 4]);
});

test('functions in the query: scalar, of tables, with names that hide others', () => {
  expect(ask('let f = (x:long, y:long=2) { let z = x * y; z + 1 }; Calls | project f(Count), f(y=3, x=Count)')).toEqual(
    [
      [3, 4],
      [5, 7],
      [null, null],
      [9, 13],
    ],
  );
  expect(ask('let f = (T:(Who:string), who:string) { T | where Who == who | count }; f(Calls, "a")')).toEqual([[2]]);
  expect(ask('let f = (T:(*)) { T | count }; Calls | where Who == "a" | invoke f()')).toEqual([[2]]);
  expect(ask('let Calls = datatable(x:long)[7]; Calls')).toEqual([[7]]);
  expect(ask('let Who = "b"; Calls | where Who == "a" | count')).toEqual([[2]]);
  expect(ask('let v = view () { print x=1 }; union v, v | count')).toEqual([[2]]);
  expect(
    ask('let n = toscalar(Calls | count); let T = materialize(Calls | take 2); T | summarize c=count(), n=max(n)'),
  ).toEqual([[2, 4]]);
  expect(ask('table("Calls") | count')).toEqual([[4]]);
});

test('materialized_view() is what a view has taken up, whatever a let is called', () => {
  const calls = database.tables.get('Calls')!;
  const taken = { ...calls, rows: calls.rows.slice(0, 1) };
  const views = { ...database, materialized: new Map([['Calls', taken]]) };
  const rows = (text: string) => evaluate(text, views).rows;
  expect(rows('materialized_view("Calls") | project Who')).toEqual([['a']]);
  expect(rows('Calls | count')).toEqual([[4]]);
  expect(rows('let Calls = datatable(x:long)[7, 8]; materialized_view("Calls") | count')).toEqual([[1]]);
  expect(rows('union materialized_view("Calls"), (Calls | where Who == "b") | summarize sum(Count)')).toEqual([[3]]);
  // A table is no view.
  expect(code('materialized_view("Calls") | count')).toBe('semantic');
});

test('a table that depends on the row of a call is refused', () => {
  expect(code('let f = (w:string) { toscalar(Calls | where Who == w | count) }; Calls | extend n=f(Who)')).toBe(
    'unsupported',
  );
  expect(ask('let f = (w:string) { toscalar(Calls | where Who == w | count) }; print f("a")')).toEqual([[2]]);
});

test('query parameters are literals as text; defaults stand in', () => {
  const text =
    'declare query_parameters(_w:string, _n:long=3, _l:dynamic=dynamic([]), _t:datetime=datetime(null)); print _w, _n, _l, _t';
  const values = (parameters: Record<string, string>) => evaluate(text, database, { parameters }).rows[0];
  expect(values({ _w: '"x"' })).toEqual(['x', 3, [], null]);
  expect(values({ _w: "'y'", _n: '-5', _l: 'dynamic(["a", 1])', _t: 'datetime(2026-11-22)' })).toEqual([
    'y',
    -5,
    ['a', 1],
    day,
  ]);
  expect(values({ _w: '""', _n: 'long(null)', _l: "dynamic({'a':[true]})" })).toEqual(['', null, { a: [true] }, null]);
  expect(code(text)).toBe('semantic');
});

test.each([
  `a"b'c\\d`,
  '"); print secret("',
  "'; drop",
  '\\"; .drop table Calls',
  'line\nbreak\r\ttab',
  '\u0000\u001f\u2028\u2029',
  'é😀𝒳\ufffd',
  '```',
  '// comment',
  '{{x}} $& %s',
])('a hostile text in a parameter stays a text: %j', (hostile) => {
  const text = 'declare query_parameters(_w:string); print _w, strlen(_w), _w == tostring(dynamic_of)';
  const literal = JSON.stringify(hostile);
  const rows = evaluate(text.replace('tostring(dynamic_of)', '_w'), database, { parameters: { _w: literal } }).rows;
  expect(rows).toEqual([[hostile, Array.from(hostile).length, true]]);
});

test.each([
  'Calls',
  'strcat("a", "b")',
  '1 + 1',
  '"a", "b"',
  '"a"; print 1',
  '"a" | take 1',
  'toscalar(Calls | count)',
  '',
  '"a',
])('a parameter that is no literal is refused: %s', (value) => {
  expect(['semantic', 'syntax']).toContain(code('declare query_parameters(_w:string); print _w', { _w: value }));
});

test('errors tell what is wrong from what is not supported', () => {
  expect(code('Calls | where')).toBe('syntax');
  expect(code('Nothing | count')).toBe('semantic');
  expect(code('Calls | where Whom == 1')).toBe('semantic');
  expect(code('Calls | extend x=frob(1)')).toBe('unsupported');
  expect(code('Calls | evaluate bag_unpack(Attributes)')).toBe('unsupported');
  expect(code('Calls | where Who matches regex "("')).toBe('runtime');
  expect(code('Heavy()')).toBe('semantic');
  expect(code('Heavy(1, _nothing=2)')).toBe('semantic');
  expect(code('Heavy(1, _least=2)')).toBe('semantic');
  expect(code('Endless()')).toBe('semantic');
  expect(code('let x = 1;')).toBe('semantic');
});

test('now is the clock that the caller gives', () => {
  const options = { now: day };
  expect(ask('print now(), ago(1d), now(-1h)', options)).toEqual([[day, day - 86_400_000, day - 3_600_000]]);
});
