import { expect, test } from 'vitest';
import { AttributionError } from '../../../src/core/errors.ts';
import { columnsOf } from '../../../src/reports/columns.ts';
import { compare } from '../../../src/reports/compare/report.ts';
import { load } from '../../../src/reports/load/report.ts';
import type { ReportResult } from '../../../src/reports/report.ts';
import { goals, missedGoals } from './goals.ts';
import { differencesOf } from './parity/compare.ts';
import { toleranceOf } from './parity/tolerance.ts';

const row = (more: object) => ({ ...Object.fromEntries(Object.keys(load.columns).map((name) => [name, 1])), ...more });

function answer(rows: readonly Record<string, unknown>[], more: Partial<ReportResult> = {}): ReportResult {
  const { name, question } = load;
  const columns = columnsOf(load.columns);
  const range = { from: 0, to: 60_000, seconds: 60, asked: 60 };
  return { report: name, question, range, dataThrough: 1, services: 1, columns, rows, notes: [], tz: 'UTC', ...more };
}

const exact = toleranceOf('exact', load, undefined);
const found = (ours: ReportResult, theirs: ReportResult, tolerance = exact) =>
  differencesOf({ result: ours }, { result: theirs }, tolerance);

test('the same answer has no differences', () => {
  const rows = [row({ key: 'a' }), row({ key: 'b', mean: null })];
  expect(found(answer(rows), answer(structuredClone(rows)))).toEqual([]);
  expect(found(answer([row({ value: -0 })]), answer([row({ value: 0 })]))).toEqual([]);
});

test.each<[string, ReportResult, ReportResult]>([
  ['a value', answer([row({ value: 1 })]), answer([row({ value: 1 + Number.EPSILON })])],
  ['a null', answer([row({ mean: null })]), answer([row({ mean: 0 })])],
  ['not a number', answer([row({ mean: null })]), answer([row({ mean: Number.NaN })])],
  ['a text', answer([row({ key: 'a' })]), answer([row({ key: 'A' })])],
  ['a number as text', answer([row({ key: 'a', value: 1 })]), answer([row({ key: 'a', value: '1' })])],
  ['the order of rows', answer([row({ key: 'a' }), row({ key: 'b' })]), answer([row({ key: 'b' }), row({ key: 'a' })])],
  ['a row less', answer([row({}), row({})]), answer([row({})])],
  ['a row more', answer([]), answer([row({})])],
  ['a column less', answer([row({})]), answer([row({ value: undefined })])],
  ['a column more', answer([row({})]), answer([row({ other: 1 })])],
  ['the range', answer([]), answer([], { range: { from: 0, to: 60_000, seconds: 61, asked: 60 } })],
  ['the notes', answer([]), answer([], { notes: ['No data'] })],
  ['services', answer([]), answer([], { services: 2 })],
])('%s that differs is found', (_, ours, theirs) => {
  expect(found(ours, theirs)).not.toEqual([]);
});

test('reals may differ by 1e-12 of what was summed, whole numbers, times and texts not at all', () => {
  const reals = toleranceOf('real', load, undefined);
  const a = answer([row({ value: 3, peakAt: 1_000 })]);
  expect(found(a, answer([row({ value: 3 + 2e-12, peakAt: 1_000 })]), reals)).toEqual([]);
  expect(found(a, answer([row({ value: 3 + 4e-12, peakAt: 1_000 })]), reals)).toHaveLength(1);
  expect(found(a, answer([row({ value: 3, peakAt: 1_000 + 1e-10 })]), reals)).toHaveLength(1);
});

test('a difference of two sums is as sure as both sums are', () => {
  const line = { target: 't', event: 'e', unit: 's', before: 1e6, after: 1e6 + 1, change: 1, relativeChange: 1e-6 };
  const columns = columnsOf(compare.columns);
  const ours = answer([{ ...line, kind: 'total', contribution: 1 }], { columns });
  const tolerance = toleranceOf('real', compare, ours);
  const column = (name: string) => columns.find((c) => c.name === name)!;
  expect(tolerance(column('change'), ours.rows[0]!)).toBeCloseTo(2e-6, 8);
  expect(tolerance(column('after'), ours.rows[0]!)).toBeCloseTo(1e-6, 8);
  expect(tolerance(column('contribution'), ours.rows[0]!)).toBeCloseTo(4e-6, 8);
  expect(toleranceOf('signed', compare, ours)(column('change'), ours.rows[0]!)).toBe(0);
});

test('errors are the same when they are ours and say the same; a query that fails is never an answer', () => {
  const usage = (text: string) => ({ error: new AttributionError('ATTR_USAGE', text) });
  expect(differencesOf(usage('x'), usage('x'), exact)).toEqual([]);
  expect(differencesOf(usage('x'), usage('y'), exact)).toHaveLength(2);
  expect(differencesOf(usage('x'), { result: answer([]) }, exact)).toHaveLength(2);
  const broken = { error: new Error('x') };
  expect(differencesOf(broken, broken, exact)).toHaveLength(2);
});

test('a goal is missed when its number is wrong, or not there', () => {
  const good = { sets: 200, differences: 0, answeredShare: 0.6 };
  expect(missedGoals('parity', good, false)).toEqual([]);
  const texts = (...given: Parameters<typeof missedGoals>) => missedGoals(...given).map(({ text }) => text);
  expect(texts('parity', { ...good, sets: 12 }, false)).toEqual(['sets is 12, wanted ≥ 200']);
  expect(missedGoals('parity', { ...good, sets: 12 }, true)).toEqual([]);
  expect(texts('parity', { ...good, differences: 1 }, false)).toEqual(['differences is 1, wanted = 0']);
  expect(missedGoals('faults', {}, false)).toHaveLength(goals.faults.length);
  expect(texts('faults', { runs: 520, lost: null }, false)).toContain('lost is null, wanted = 0');
  // A delay may be the machine's; that it was not measured is a fault.
  expect(missedGoals('speed', { longestDelayMs: 70 }, true)).toMatchObject([{ time: true }]);
  expect(missedGoals('speed', {}, true)).toMatchObject([{ time: false }]);
});
