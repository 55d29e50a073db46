import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { notClaimed } from './claims.ts';
import { corpusFile, differenceOf, scoreCorpus } from './corpus.ts';

const missing = !existsSync(corpusFile) && process.env.REQUIRE_ALL !== '1';

describe('against answers recorded from the engine', () => {
  test.skipIf(missing)('every claimed case is equal, and there are enough of them', () => {
    const score = scoreCorpus();
    expect(score.details).toEqual([]);
    expect(score.cases).toBeGreaterThanOrEqual(200);
  });
});

test('a wrong name, type, value or number of rows is a difference', () => {
  const expected = { columns: ['a', 'b'], column_types: ['Int64', 'Double'], rows: [[1, 0.5]] };
  const difference = (kql: string, change: Partial<typeof expected> = {}) =>
    differenceOf(kql, { ...expected, ...change });
  expect(difference('print a=1, b=0.5')).toBeUndefined();
  expect(difference('print a=1, b=0.5000000000000001')).toBeUndefined();
  expect(difference('print a=1, b=0.50000000001')).toMatch('rows [[1,0.50000000001]] instead of [[1,0.5]]');
  expect(difference('print a=1, c=0.5')).toMatch('columns a:Int64, c:Double instead of a:Int64, b:Double');
  expect(difference('print a=1, b=1')).toMatch('b:Int64');
  expect(difference('print a=2, b=0.5')).toMatch('rows');
  expect(difference('print a=1, b=0.5 | where a > 1')).toMatch('rows');
  expect(difference('print a=frobnicate(1), b=0.5')).toMatch('frobnicate');
});

test('rows with an order are compared in it, others are not', () => {
  const expected = { columns: ['x'], column_types: ['Int64'], rows: [[2], [1], [1]] };
  expect(differenceOf('datatable(x:long)[1, 2, 1]', expected)).toBeUndefined();
  expect(differenceOf('datatable(x:long)[1, 2, 2]', expected)).toMatch('rows');
  expect(differenceOf('datatable(x:long)[1, 2, 1] | sort by x', expected)).toBeUndefined();
  expect(differenceOf('datatable(x:long)[1, 2, 1] | sort by x asc', expected)).toMatch('rows');
});

test.each([
  ['T | where a > 1 | summarize sum(b) by bin(c, 1h) | sort by sum_b', undefined],
  ['let f = (a:long) { a * 2 }; print f(1)', undefined],
  ['T | evaluate pivot(a)', 'EvaluateOperator'],
  ['print geo_distance_2points(1.0, 2.0, 3.0, 4.0)', 'function geo_distance_2points'],
  ['T | summarize hll(a)', 'function hll'],
  ['print decimal(1)', 'literal Decimal'],
  ['set notruncation; T', 'SetOptionStatement'],
  ['print now()', 'now is never the same'],
  ['T | take 1', 'take without an order takes any rows'],
  ['T | join T on a', 'join kind=innerunique takes any row of the left side'],
  ['T | join kind=inner T on a', undefined],
])('the tree of %s decides whether it is claimed', (kql, reason) => {
  expect(notClaimed(kql)).toBe(reason);
});
