import { expect, test } from 'vitest';
import { type AnalyserDatabase, analyse } from './analyser.ts';

const database: AnalyserDatabase = {
  tables: new Map([
    [
      'Rows',
      [
        { name: 'At', type: 'datetime' },
        { name: 'Who', type: 'string' },
        { name: 'Value', type: 'real' },
        { name: 'n', type: 'int' },
        { name: 'Bag', type: 'dynamic' },
      ],
    ],
  ]),
  views: new Map([['Sums', [{ name: 'Who', type: 'string' }]]]),
  functions: [
    {
      name: 'Heavy',
      parameters: '(from:datetime, least:real=1.0)',
      body: '{ Rows | where At >= from and Value > least }',
    },
  ],
};

function codes(text: string, variables: { name: string; type: 'datetime' | 'dynamic' }[] = []): string[] {
  return analyse(text, database, { variables }).diagnostics.map((found) => found.code);
}

test('a good query: its columns, their types, no diagnostics', () => {
  const text =
    "Rows | where Who has 'x' | summarize total=sum(Value), count(), make_list(n) by bin(At, 5m) | extend s=toscalar(Sums | count), b=total > 1";
  expect(analyse(text, database)).toEqual({
    diagnostics: [],
    columns: [
      { name: 'At', type: 'datetime' },
      { name: 'total', type: 'real' },
      { name: 'count_', type: 'long' },
      { name: 'list_n', type: 'dynamic' },
      { name: 's', type: 'long' },
      { name: 'b', type: 'bool' },
    ],
    known: true,
  });
  expect(analyse('Heavy(from=now()) | project Who, n', database).columns).toEqual([
    { name: 'Who', type: 'string' },
    { name: 'n', type: 'int' },
  ]);
});

test.each([
  ['an unknown column', 'Rows | where Whom == 1', 'KS142'],
  ['an unknown table', 'Rowz | count', 'KS204'],
  ['an unknown function', 'Rows | extend x = frob(Value)', 'KS211'],
  ['a dropped column', 'Rows | summarize count() by Who | where Value > 1', 'KS142'],
  ['too few arguments of a built-in', 'Rows | extend x = substring(Who)', 'KS119'],
  ['too many arguments of a stored function', 'Heavy(now(), 1.0, 2)', 'KS119'],
  ['a wrong type', 'Rows | where At > "x"', 'KS106'],
  ['a sum of strings', 'Rows | summarize sum(Who)', 'KS138'],
  ['an aggregate outside summarize', 'Rows | extend x = sum(Value)', 'KS144'],
  ['a missing operator', 'Rows | ', 'KS176'],
  ['a column that no view has', 'materialized_view("Sums") | project n', 'KS142'],
])('catches %s', (_, text, code) => {
  expect(codes(text)).toContain(code);
});

test('says where', () => {
  const text = 'Rows | where Whom == 1';
  const [found] = analyse(text, database).diagnostics;
  expect(text.slice(found!.start, found!.start + found!.length)).toBe('Whom');
  expect(found!.severity).toBe('Error');
});

test('variables of a dashboard are known with their types, and only where they are given', () => {
  const text = 'Rows | where At > _startTime and (Who in (_who) or isempty(_who)) | project At, t=_startTime';
  const variables = [
    { name: '_startTime', type: 'datetime' },
    { name: '_who', type: 'dynamic' },
  ] as const;
  expect(analyse(text, database, { variables })).toMatchObject({
    diagnostics: [],
    columns: [
      { name: 'At', type: 'datetime' },
      { name: 't', type: 'datetime' },
    ],
  });
  expect(codes(text)).toEqual(['KS142', 'KS142', 'KS142', 'KS142']);
});

test('commands: known ones have a result, unknown ones are not taken for good', () => {
  expect(analyse('.show tables', database)).toMatchObject({ known: true, diagnostics: [] });
  expect(analyse('.alter table Rows policy streamingingestion \'{"IsEnabled": true}\'', database)).toMatchObject({
    known: true,
    diagnostics: [],
  });
  expect(analyse('.frobnicate table Rows', database).known).toBe(false);
  expect(analyse('.show table Rows detailz', database).known).toBe(false);
  expect(analyse('', database).known).toBe(false);
  expect(codes('.drop table Rowz')).not.toEqual([]);
  expect(codes('.create table Rowz (a:strin)')).not.toEqual([]);
});

test('bodies of functions and views are analysed, also in a script', () => {
  expect(codes('.create-or-alter function F(a:long) { Rows | where n > a }')).toEqual([]);
  expect(codes('.create-or-alter function F(a:long) { Rows | where m > a }')).toEqual(['KS142']);
  expect(codes('.create materialized-view V on table Rows { Rows | summarize sum(Value) by Who }')).toEqual([]);
  expect(codes('.create materialized-view V on table Rows { Rows | summarize sum(Value) by Whom }')).toEqual(['KS142']);
  expect(codes('.create materialized-view V on materialized-view Sums { Sums | summarize count() by Who }')).toEqual(
    [],
  );

  const script =
    '.execute database script with (ThrowOnErrors=true) <|\n.create-or-alter function F() { Rows | project n }\n';
  expect(analyse(script, database)).toMatchObject({ known: true, diagnostics: [] });
  expect(codes(`${script}.create-or-alter function G() { Rows | project m }`)).toEqual(['KS142']);
  expect(analyse(`${script}.frobnicate table Rows`, database).known).toBe(false);
});
