/** That the judgement of queries can fail: references are found where they are, and each way to leave one unbounded is told. */
import { describe, expect, it } from 'vitest';
import { withBases } from '../dashboards/adx-web-ui.ts';
import { evaluate, type KqlDatabase, type Read } from '../kql/index.ts';
import { boundOf } from './queries/asked.ts';
import { sharesIn } from './queries/question.ts';
import { referencesOf } from './queries/references.ts';
import type { Tables } from './queries/scope.ts';
import { SHARE_MAX } from './queries.ts';

const functions = [
  { name: 'Hours', parameters: '()', body: '{ Hourly | project WindowStart, Value }' },
  {
    name: 'Sums',
    parameters: '(_from:datetime, _to:datetime=datetime(null))',
    body: '{ union (Rows | where WindowStart >= _from and WindowStart < _to), (Hours() | where WindowStart >= bin(_from, 1h)) }',
  },
  { name: 'First', parameters: '()', body: '{ toscalar(Rows | summarize min(WindowStart)) }' },
];
const tables: Tables = {
  tables: new Set(['Rows', 'Hourly']),
  functions: new Map(functions.map((fn) => [fn.name, fn])),
};
const given = { From: 'asked', To: 'asked', Ever: 'ever', Null: 'none', _from: 'asked' } as const;

/** `Rows` where bounded, `!Rows` where not, `~Rows` where it follows one that is not. */
const found = (text: string): string =>
  referencesOf(text, tables, given)
    .map(({ table, bounded, follows }) => `${bounded ? '' : follows ? '~' : '!'}${table}`)
    .join(' ');

describe('a reference is bounded', () => {
  it.each([
    ['by a parameter', 'Rows | where WindowStart >= From'],
    ['by when it was sealed', 'Rows | where SealedAt > From - 7d'],
    ['the other way round', 'Rows | where From - 1h <= WindowStart'],
    ['by a range', 'Rows | where WindowStart between (bin(From, 5m) .. To)'],
    ['by now', 'Rows | where WindowStart > ago(1d)'],
    ['beside other conditions', 'Rows | where Row == -1 and (WindowStart >= From and isnull(Null))'],
    [
      'in a filter further on',
      'Rows | where Row > 0 | extend X = Value * 2 | project WindowStart, X | where WindowStart >= From',
    ],
    ['under another name', 'Rows | project Begin = WindowStart | where Begin >= From'],
    ['by its key', 'Rows | summarize sum(Value) by WindowStart | where WindowStart >= From'],
    ['on the left of a join', 'Rows | join kind=inner (print k = 1) on k | where WindowStart >= From'],
    ['by one of several, each enough', 'Rows | where WindowStart >= From or (WindowStart >= To and Row > 0)'],
    ['by the later of two', 'Rows | where WindowStart >= max_of(Ever, From)'],
    ['by a name for it', 'let begin = From - 1h; let all = Rows; all | where WindowStart >= begin'],
    ['in a function that takes it', 'let f = (T:(*), at:datetime) { T | where WindowStart >= at }; f(Rows, From)'],
  ])('%s', (_, text) => expect(found(text)).toBe('Rows'));

  it('by a value of a table that is bounded', () => {
    const text = 'let oldest = toscalar(Hourly | where WindowStart >= From | summarize min(WindowStart));';
    expect(found(`${text} Rows | where WindowStart >= oldest and WindowStart < oldest + 1h`)).toBe('Rows Hourly');
  });
});

describe('a reference is not bounded', () => {
  it.each([
    ['without a filter', 'Rows | count'],
    ['by an upper bound alone', 'Rows | where WindowStart <= To'],
    ['by another column', 'Rows | where Value >= 3 and Sealed >= From'],
    ['from ever on', 'Rows | where WindowStart >= Ever'],
    ['by a date in the text', 'Rows | where WindowStart >= datetime(1970-01-01)'],
    ['by null', 'Rows | where WindowStart >= datetime(null)'],
    ['while the bound is null', 'Rows | where isnull(From) or WindowStart >= From'],
    ['while the bound falls back', 'Rows | where WindowStart >= coalesce(From, datetime(2000-01-01))'],
    ['in one of two cases', 'Rows | where WindowStart >= iff(Null == 1, From, Ever)'],
    ['by the earlier of two', 'Rows | where WindowStart >= min_of(From, Ever)'],
    ['by a name that ever is behind', 'let begin = Ever + 1h; Rows | where WindowStart >= begin'],
    ['by something else', 'Rows | where not(WindowStart >= From)'],
    ['outside of a range', 'Rows | where WindowStart !between (From .. To)'],
    ['by what is computed under its name', 'Rows | extend WindowStart = now() | where WindowStart >= From'],
    [
      'after the times were summed',
      'Rows | summarize WindowStart = min(WindowStart) by Row | where WindowStart >= From',
    ],
    ['after rows were chosen', 'Rows | top 10 by Value | where WindowStart >= From'],
    ['after rows were counted on', 'Rows | sort by Value | extend N = row_number() | where WindowStart >= From'],
    ['after it was kept', 'let kept = materialize(Rows); kept | where WindowStart >= From'],
    ['on the right of a join', 'print k = 1 | join kind=inner Rows on k | where WindowStart >= From'],
    ['by a column of its own', 'Rows | where WindowStart >= Begin'],
    ['from far before what is asked', 'Rows | where WindowStart >= From - 36500d'],
    ['from long ago', 'Rows | where WindowStart > ago(1000d)'],
    ['by the begin of a century', 'Rows | where WindowStart >= bin(From, 36500d)'],
    ['by what is moved by a count of years', "Rows | where WindowStart >= datetime_add('year', -100, From)"],
    ['by a date that is made', 'Rows | where WindowStart >= min_of(From, unixtime_milliseconds_todatetime(0))'],
    ['by a date that is read', "Rows | where WindowStart >= iff(From > To, From, todatetime('1970-01-01'))"],
    [
      'by what is expanded under its name',
      'Rows | mv-expand WindowStart = Value to typeof(datetime) | where WindowStart >= From',
    ],
  ])('%s', (_, text) => expect(found(text)).toBe('!Rows'));

  it('by a list, or a join, of what is', () => {
    const hours = 'let hours = Hourly | where WindowStart >= From | distinct WindowStart;';
    expect(found(`${hours} Rows | where WindowStart in (hours)`)).toBe('!Rows Hourly');
    expect(found(`${hours} Rows | join kind=inner hours on WindowStart`)).toBe('!Rows Hourly');
  });

  it.each([
    ['a date', 'project At = datetime(1970-01-01)'],
    ['a date that is read', "project At = todatetime('1970-01-01')"],
    ['a date where there is nothing', 'summarize iff(count() == 0, datetime(1970-01-01), min(WindowStart))'],
    ['a date among columns', 'extend At = datetime(1970-01-01) | summarize min(At)'],
    ['a time far before', 'project At = WindowStart - 36500d'],
  ])('by %s of a table that is', (_, operators) => {
    const text = `let oldest = toscalar(Hourly | where WindowStart >= From | ${operators});`;
    expect(found(`${text} Rows | where WindowStart >= oldest`)).toBe('!Rows Hourly');
  });

  it('by a value of one that is not: it follows that', () => {
    const text = 'let oldest = toscalar(Hourly | summarize min(WindowStart)); Rows | where WindowStart >= oldest';
    expect(found(text)).toBe('~Rows !Hourly');
    expect(found('Rows | where WindowStart >= First()')).toBe('~Rows !Rows');
  });
});

describe('references are counted', () => {
  it.each([
    [
      'as often as a let is used',
      'let all = Rows | where WindowStart >= From; union all, (all | take 1), (all | count)',
      3,
    ],
    ['once where it is kept', 'let all = materialize(Rows | where WindowStart >= From); union all, all', 1],
    ['once for a value', 'let n = toscalar(Rows | where WindowStart > From | count); print n, n + 1', 1],
    ['not where nobody asks', 'let all = Rows | where WindowStart >= From; print 1', 0],
    ['in functions, each call of its own', 'union Sums(From, To), Sums(_from = From)', 4],
    [
      'in functions of functions',
      'Sums(From) | where Value in (toscalar(Hours() | where WindowStart > To | count))',
      3,
    ],
    ['not by the name of a column', 'let Value = Rows; print Value = 1 | where Value > 0', 0],
    [
      'in rows for each row',
      'print a = dynamic([1]) | mv-apply a on (where a in ((Rows | where WindowStart > From | project Row)))',
      1,
    ],
  ])('%s', (_, text, count) => {
    const references = referencesOf(text, tables, given);
    expect(references).toHaveLength(count);
    expect(references.filter(({ bounded }) => !bounded)).toEqual([]);
  });

  it('with where they are', () => {
    const [rows, hourly] = referencesOf('Sums(From)', tables, given);
    expect(rows).toMatchObject({ table: 'Rows', within: ['Sums'], materialized: false });
    expect(rows!.sites).toEqual(['Sums(From)', expect.stringContaining('Rows | where WindowStart >= _from')]);
    expect(hourly).toMatchObject({ table: 'Hourly', within: ['Sums', 'Hours'] });
    const [part] = referencesOf("materialized_view('Hourly') | where WindowStart > From", tables, given);
    expect(part).toMatchObject({ table: 'Hourly', materialized: true, bounded: true });
  });
});

it('a parameter that asks from 1970 on bounds nothing', () => {
  expect(boundOf({ type: 'datetime', value: 0 })).toBe('ever');
  expect(boundOf({ type: 'datetime', value: null })).toBe('none');
  expect(boundOf({ type: 'datetime', value: Date.UTC(2026, 1, 1) })).toBe('asked');
  expect(boundOf({ type: 'long', value: 5 })).toBe('none');
});

describe('rows handed out', () => {
  const day = Date.UTC(2026, 10, 22);
  const HOUR = 3_600_000;
  const rows = Array.from({ length: 100 }, (_, i) => [day + i * HOUR, i % 2, i]);
  const columns = [
    { name: 'WindowStart', type: 'datetime' },
    { name: 'Row', type: 'long' },
    { name: 'Value', type: 'long' },
  ] as const;
  const database: KqlDatabase = {
    name: 'd',
    tables: new Map([['Rows', { columns, rows }]]),
    functions: new Map([['All', { name: 'All', parameters: '()', body: '{ Rows | project WindowStart, Row }' }]]),
  };
  const last = 'datetime(2026-11-26T03:00:00Z)';
  const shares = (text: string): number[] => {
    const reads: Read[] = [];
    evaluate(text, database, { reads });
    return sharesIn(reads, database).map(({ share }) => share);
  };

  it.each([
    ['all of them', 'Rows | count', [1]],
    ['those of a time', `Rows | where WindowStart >= ${last}`, [0.01]],
    ['however few another filter leaves', 'Rows | where Value == 7 | where Row == 1', [1]],
    ['with both at once', `Rows | where Row == 1 and WindowStart >= ${last} - 3h`, [0.04]],
    ['through functions and columns', `All() | extend X = Row | where WindowStart >= ${last} and X == 0`, [0.01]],
    ['none where it is switched off', 'let on = false; Rows | where on and WindowStart > ago(1h) | count', [0]],
    ['all while the bound is null', `let at = datetime(null); Rows | where isnull(at) or WindowStart >= at`, [1]],
    [
      'of each use of a name',
      `let all = Rows; union (all | where WindowStart >= ${last}), (all | summarize max(Value))`,
      [0.01, 1],
    ],
    ['not of a name that is not used', 'let all = Rows; print 1', []],
    ['after a summary no more', `Rows | summarize max(Value) by WindowStart | where WindowStart >= ${last}`, [1]],
  ])('%s', (_, text, expected) => expect(shares(text)).toEqual(expected));

  it('more than a tenth is too much', () => expect(shares('Rows | count')[0]).toBeGreaterThan(SHARE_MAX));
});

it('base queries stand before the query that uses them, those of others before them', () => {
  const query = (id: string, text: string, usedVariables: string[]) => ({
    id,
    text,
    usedVariables,
    dataSource: { kind: 'inline', dataSourceId: 'd' },
  });
  const dashboard = {
    queries: [
      query('t', '_b | count', ['_b']),
      query('qb', '_a | take 1', ['_a', '_x']),
      query('qa', 'T', []),
      query('qc', 'U', []),
    ],
    baseQueries: [
      { id: '1', queryId: 'qc', variableName: '_c' },
      { id: '2', queryId: 'qb', variableName: '_b' },
      { id: '3', queryId: 'qa', variableName: '_a' },
    ],
  };
  const text = 'let _a = T;\nlet _b = _a | take 1;\n_b | count';
  expect(withBases(dashboard, 't')).toEqual({ text, usedVariables: ['_x'] });
});
