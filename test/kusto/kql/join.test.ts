import { expect, test } from 'vitest';
import { ask } from './ask.ts';

const X = 'let X = datatable(k:string, n:long)["a", 1, "b", 2, "b", 3, "c", 4, "", 5];';
const Y = 'let Y = datatable(k:string, m:long)["b", 10, "c", 20, "c", 30, "d", 40, "", 50];';

test.each<[string, readonly unknown[]]>([
  [
    'X | join kind=inner Y on k | sort by n asc, m asc',
    [
      ['b', 2, 'b', 10],
      ['b', 3, 'b', 10],
      ['c', 4, 'c', 20],
      ['c', 4, 'c', 30],
      ['', 5, '', 50],
    ],
  ],
  [
    'X | join kind=leftouter Y on k | sort by n asc, m asc',
    [
      ['a', 1, '', null],
      ['b', 2, 'b', 10],
      ['b', 3, 'b', 10],
      ['c', 4, 'c', 20],
      ['c', 4, 'c', 30],
      ['', 5, '', 50],
    ],
  ],
  ['X | join kind=rightouter Y on k | where isnull(n)', [['', null, 'd', 40]]],
  [
    'X | join kind=fullouter Y on k | where isnull(n) or isnull(m) | sort by n asc',
    [
      ['', null, 'd', 40],
      ['a', 1, '', null],
    ],
  ],
  ['X | join kind=leftanti Y on k', [['a', 1]]],
  ['X | join kind=leftsemi Y on k | count', [[4]]],
  ['X | join kind=rightanti Y on k', [['d', 40]]],
  // Of rows with one key the first of the left side: the engine may take another.
  ['X | join Y on k | where k == "b"', [['b', 2, 'b', 10]]],
  ['X | join kind=innerunique Y on k | count', [[4]]],
  ['X | join kind=inner (Y | project kk=k, n=m) on $left.k == $right.kk | where n == 3', [['b', 3, 'b', 10]]],
  ['X | extend k2=k | join kind=inner (Y | extend k2=k) on k, k2 | where n == 2', [['b', 2, 'b', 'b', 10, 'b']]],
  [
    'X | lookup Y on k | sort by n asc, m asc',
    [
      ['a', 1, null],
      ['b', 2, 10],
      ['b', 3, 10],
      ['c', 4, 20],
      ['c', 4, 30],
      ['', 5, 50],
    ],
  ],
  ['X | lookup kind=inner (Y | project q=k, m) on $left.k == $right.q | count', [[5]]],
  ['X | where k in (Y | project k) | count', [[4]]],
  ['X | where k !in (Y) | project n', [[1]]],
  ['union X, (Y | project k, n=m) | summarize count(), sum(n)', [[10, 165]]],
  ['X | union Y | where k == "d"', [['d', null, 40]]],
  [
    'union (X | project k="x", n), (Y | project k=1, m) | summarize count() by k_string, k_long | sort by k_string asc',
    [
      ['', 1, 5],
      ['x', null, 5],
    ],
  ],
  [
    'union withsource=from X, (Y | where m > 30), (Y | as Z) | summarize count() by from | sort by from asc',
    [
      ['X', 5],
      ['Z', 5],
      ['union_arg1', 2],
    ],
  ],
  ['X | as A | join kind=inner A on k | count', [[7]]],
])('%s', (text, expected) => {
  expect(ask(`${X} ${Y} ${text}`)).toEqual(expected);
});

test('times and numbers as keys', () => {
  expect(
    ask(
      'print t=datetime(2026-11-22 00:07), v=1 | extend b=bin(t, 5m) | join kind=inner (print b=datetime(2026-11-22 00:05), w=2) on b | project v, w',
    ),
  ).toEqual([[1, 2]]);
  expect(ask('print a=1, b=2.0 | join kind=inner (print a=1, b=2) on a, b | count')).toEqual([[1]]);
});

test('null in a key matches nothing; where both sides have it there is no answer', () => {
  expect(ask('print a=long(null), x=1 | join kind=leftouter (print a=1) on a')).toEqual([[null, 1, null]]);
  expect(ask('print a=1 | join kind=leftanti (print a=long(null)) on a')).toEqual([[1]]);
  expect(() => ask('print a=long(null) | join kind=inner (print a=long(null)) on a')).toThrow('null on both sides');
});

test('joins that the engine refuses', () => {
  expect(() => ask('print a=1 | join kind=inner (print a="1") on a')).toThrow('join on a: long and string');
  expect(() => ask('print a=1 | join kind=inner (print b=1) on b')).toThrow('no such column');
  expect(() => ask('print a=1 | join kind=sideways (print a=1) on a')).toThrow('join kind sideways');
  expect(() => ask('print a=1 | lookup kind=leftanti (print a=1) on a')).toThrow('lookup kind leftanti');
});
