import { expect, test } from 'vitest';
import { HEADER_ROW, rowColumns } from '../../../src/kusto/names.ts';
import { type DataSet, randomDataSet } from './parity/data-set.ts';
import { rawRows } from './parity/raw-rows.ts';
import { serializedDifference } from './parity/serialized.ts';

const sets = Array.from({ length: 200 }, (_, i) => randomDataSet(i + 1));
const rowsOf = (set: DataSet) => set.parts.flatMap((part) => part.rows);

test('a seed gives one set, another seed another', () => {
  expect(randomDataSet(7)).toEqual(sets[6]);
  expect(randomDataSet(8)).not.toEqual(sets[6]);
});

test('every row of a part arrives, once or more, unless it is lost', () => {
  for (const set of sets) {
    for (const part of set.parts) {
      const rowsIn = (of: DataSet['deliveries']) => of.flatMap((d) => (d.part === part ? d.rows : []));
      const arrived = new Set(rowsIn(set.deliveries));
      const lost = rowsIn(set.lost);
      expect(arrived.size + lost.length).toBe(part.rows.length + 1);
      for (const row of lost) expect(arrived.has(row)).toBe(false);
      expect(arrived.has(HEADER_ROW)).toBe(true);
    }
  }
});

test('the largest sampled value is one row’s alone, so that only one trace is right', () => {
  for (const set of sets) {
    const sampled = rowsOf(set).filter((row) => row.exemplarTraceId !== '' && row.max !== null);
    expect(new Set(sampled.map((row) => row.max)).size).toBe(sampled.length);
  }
});

test('windows are whole, divide five minutes, and parts are sealed once they began', () => {
  for (const set of sets) {
    for (const part of set.parts) {
      expect(300 % part.windowSeconds!).toBe(0);
      for (const row of part.rows) {
        expect(row.windowStart % (part.windowSeconds! * 1000)).toBe(0);
        expect(part.sealedAt).toBeGreaterThanOrEqual(row.windowStart);
      }
    }
  }
});

test('two hundred sets hold all that is to be tried', () => {
  const some = (holds: (set: DataSet) => boolean) => sets.filter(holds).length;
  expect(some((set) => set.parts.some((part) => part.rows.length === 0))).toBeGreaterThan(10);
  expect(some((set) => set.lost.length > 0)).toBeGreaterThan(5);
  expect(some((set) => set.to - set.from > 3 * 3_600_000)).toBeGreaterThan(50);
  expect(some((set) => rowsOf(set).length < 5)).toBeGreaterThan(5);
  expect(some((set) => rowsOf(set).length > 200)).toBeGreaterThan(20);
  expect(some((set) => new Set(set.parts.map((part) => part.windowSeconds)).size > 1)).toBeGreaterThan(10);
  expect(some((set) => rowsOf(set).some((row) => row.value < 0))).toBeGreaterThan(10);
  expect(some((set) => rowsOf(set).some((row) => row.max === null && row.exemplarTraceId !== ''))).toBeGreaterThan(10);
  expect(some((set) => rowsOf(set).some((row) => row.target === `service://${row.service}`))).toBeGreaterThan(100);
  expect(some((set) => rowsOf(set).some((row) => row.target === 'otel-attribution'))).toBeGreaterThan(100);
  expect(some((set) => rowsOf(set).some((row) => row.service !== row.originService))).toBeGreaterThan(50);
  const late = (set: DataSet) =>
    set.parts.some((part) => part.rows.some((row) => part.sealedAt - row.windowStart > 2 * part.windowSeconds! * 1000));
  expect(some(late)).toBeGreaterThan(100);
});

test('a part is a header row and its rows, in the columns of the table', () => {
  const part = sets.find((set) => set.parts[0]!.rows.length > 1)!.parts[0]!;
  const [header, first] = rawRows([{ part, rows: [HEADER_ROW, 0] }]).map((row) =>
    Object.fromEntries(rowColumns.map(({ name }, i) => [name, row[i]])),
  );
  expect(header).toMatchObject({
    Row: -1,
    Event: 'attribution.part',
    Unit: '{row}',
    Value: part.rows.length,
    Max: null,
  });
  expect(JSON.parse(header!.Attributes as string)).toMatchObject({ instance: part.instance, sequence: part.sequence });
  expect(first).toMatchObject({ PartId: header!.PartId, Row: 0, WindowStart: part.rows[0]!.windowStart });
});

test('the exporter sends these rows', () => {
  for (const set of sets) for (const part of set.parts) expect(serializedDifference(part)).toBe('');
});
