/** The functions of the schema, evaluated: each row is in exactly one branch, whatever the range. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Row } from '../../../src/core/row.ts';
import { kustoNames, rowColumns, sumColumns } from '../../../src/kusto/names.ts';
import { schemaFunctions } from '../../../src/stores/kusto/schema/functions.ts';
import { type Generations, rollups, rowsView } from '../../../src/stores/kusto/schema/views.ts';
import { testRow } from '../../helpers/parts.ts';
import { evaluate, type KqlDatabase, type KqlTable } from '../kql/index.ts';
import { rawRow } from '../raw-row.ts';
import { storedFunction } from './apply.ts';

const names = kustoNames();
const DAY = Date.parse('2026-11-22T00:00:00Z');
const [FIVE, HOUR] = [300_000, 3_600_000];

interface TestRow {
  readonly partId: string;
  readonly row: number;
  readonly sealedAt: number;
  readonly windowStart: number;
  readonly windowSeconds: number;
  readonly origin: string;
  /** A power of two: the sum of some rows tells which they are. */
  readonly value: number;
  readonly exemplar: string;
}

const fullRow = ({ exemplar, ...one }: TestRow): Row => ({
  ...testRow({ ...one, min: one.value, max: one.value, exemplarTraceId: exemplar }),
  ...one,
});

/** Views as the service would hold them. */
function databaseOf(
  rows: readonly TestRow[],
  generations?: Generations,
  extra: Record<string, KqlTable> = {},
): KqlDatabase {
  const raw: KqlTable = {
    columns: rowColumns,
    rows: rows.map((one) => rawRow(fullRow(one))),
  };
  const functions = new Map(schemaFunctions(names, '1.2.3', generations).map((fn) => [fn.name, storedFunction(fn)]));
  const tables = new Map([[names.raw, raw], ...Object.entries(extra)]);
  const database = { name: 'db', tables, materialized: tables, functions };
  tables.set(names.rows, evaluate(rowsView(names).query, database));
  for (const view of rollups(names, generations))
    if (!tables.has(view.name)) tables.set(view.name, evaluate(view.query, database));
  return database;
}

const literal = (ms: number) => `datetime(${new Date(ms).toISOString()})`;

function sums(
  database: KqlDatabase,
  from: number,
  to: number,
  grain: string,
  asOf?: number,
): Record<string, unknown>[] {
  const text = `${names.sums}(${literal(from)}, ${literal(to)}, ${grain}, ${asOf === undefined ? 'datetime(null)' : literal(asOf)})`;
  const { columns, rows } = evaluate(text, database);
  expect(columns).toEqual(sumColumns);
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i]])));
}

const total = (rows: readonly Record<string, unknown>[]) => rows.reduce((sum, { Value }) => sum + Number(Value), 0);

/** Rows over four hours, resent ones and header rows among them. */
const rowsOf = fc.integer({ min: 0, max: 40 }).chain((count) =>
  fc
    .tuple(
      ...Array.from({ length: count }, (_, i) =>
        fc.record({
          windowSeconds: fc.constantFrom(10, 60, 100, 300),
          at: fc.oneof(
            fc.integer({ min: 0, max: 4 * HOUR - 1 }),
            fc.constantFrom(0, HOUR, HOUR - 1, 2 * HOUR, FIVE, 3 * HOUR - 1),
          ),
          origin: fc.constantFrom('a', 'b'),
          sampled: fc.boolean(),
          header: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
          sealedAfter: fc.integer({ min: 0, max: 2 * HOUR }),
          value: fc.constant(2 ** i),
        }),
      ),
    )
    .map((ones): TestRow[] =>
      ones.map(({ windowSeconds, at, origin, sampled, header, sealedAfter, value }, i) => {
        const windowStart = DAY + Math.floor(at / (windowSeconds * 1_000)) * windowSeconds * 1_000;
        const sealedAt = windowStart + windowSeconds * 1_000 + sealedAfter;
        const exemplar = sampled ? `trace-${i}` : '';
        return {
          partId: `p-${i}`,
          row: header ? -1 : i,
          sealedAt,
          windowStart,
          windowSeconds,
          origin,
          value,
          exemplar,
        };
      }),
    ),
);

/** Any moment, and those where bins begin and end. */
const moment = fc.oneof(
  fc.integer({ min: DAY - HOUR, max: DAY + 5 * HOUR }),
  fc.integer({ min: -12, max: 60 }).map((n) => DAY + n * FIVE),
  fc.integer({ min: -1, max: 5 }).map((n) => DAY + n * HOUR),
  fc.tuple(fc.integer({ min: 0, max: 4 }), fc.constantFrom(-1, 1)).map(([n, off]) => DAY + n * HOUR + off),
);

it('each row of a range counts once, none outside, at every grain', () => {
  fc.assert(
    fc.property(
      rowsOf,
      fc.array(
        fc.record({
          from: moment,
          to: moment,
          grain: fc.constantFrom('1s', '1m', '5m', '59m', '1h', '1d'),
          asOf: fc.option(moment, { freq: 3 }),
        }),
        { minLength: 4, maxLength: 4 },
      ),
      (rows, ranges) => {
        const database = databaseOf([...rows, ...rows.filter((_, i) => i % 3 === 0)]);
        for (const { from, to, grain, asOf } of ranges) {
          const expected = rows.filter(
            ({ row, windowStart, sealedAt }) =>
              row >= 0 && windowStart >= from && windowStart < to && (asOf === null || sealedAt <= asOf),
          );
          const found = sums(database, from, to, grain, asOf ?? undefined);
          expect(total(found)).toBe(expected.reduce((sum, { value }) => sum + value, 0));
          expect(found.reduce((sum, { Samples }) => sum + Number(Samples), 0)).toBe(expected.length);
          expect(Math.max(0, ...found.map(({ Max }) => Number(Max)))).toBe(
            Math.max(0, ...expected.map(({ value }) => value)),
          );
        }
      },
    ),
    { numRuns: 60 },
  );
});

const row = (minute: number, i: number, more: Partial<TestRow> = {}): TestRow => ({
  partId: 'p',
  row: i,
  sealedAt: DAY + (minute + 1) * 60_000,
  windowStart: DAY + minute * 60_000,
  windowSeconds: 60,
  origin: 'a',
  value: 2 ** i,
  exemplar: '',
  ...more,
});

it('takes the coarsest sums that fit, and rows at the edges', () => {
  const minutes = Array.from({ length: 240 }, (_, i) => i);
  const database = databaseOf(minutes.map((minute) => row(minute, minute, { value: 1 })));
  const found = sums(database, DAY + 58 * 60_000, DAY + 187 * 60_000, '1h');
  const widths = found.map(({ Samples }) => Samples).sort((a, b) => Number(a) - Number(b));
  // 58, 59 | two hours | 180..184 | 185, 186
  expect(widths).toEqual([1, 1, 1, 1, 5, 60, 60]);
  expect(sums(database, DAY + 58 * 60_000, DAY + 187 * 60_000, '5m')).toHaveLength(2 + 25 + 2);
  expect(sums(database, DAY, DAY + 4 * HOUR, '1d')).toHaveLength(4);
  expect(sums(database, DAY, DAY + 4 * HOUR, '1h', DAY + 10 * 60_000)).toHaveLength(10);
  expect(sums(database, DAY + HOUR, DAY, '1h')).toEqual([]);
  expect(sums(database, DAY + 61_000, DAY + 62_000, '1h')).toEqual([]);
});

it('hours that the view has not taken up come from slots, which are whole', () => {
  const minutes = Array.from({ length: 240 }, (_, i) => i);
  const database = databaseOf(minutes.map((minute) => row(minute, minute, { value: 1 })));
  const taken = databaseOf(minutes.slice(0, 130).map((minute) => row(minute, minute, { value: 1 }))).tables;
  const ask = (settled: number) => {
    const text = `${names.sums}(${literal(DAY)}, ${literal(DAY + 4 * HOUR)}, 1h, datetime(null), ${literal(settled)})`;
    return evaluate(text, { ...database, materialized: taken }).rows;
  };
  const [start, samples] = ['WindowStart', 'Samples'].map((name) => sumColumns.findIndex((one) => one.name === name));
  const of = (settled: number) => ask(settled).reduce((sum, one) => sum + Number(one[samples!]), 0);
  expect(ask(DAY + 2 * HOUR)).toHaveLength(2 + 2 * 12);
  expect(of(DAY + 2 * HOUR)).toBe(240);
  expect(of(DAY)).toBe(240);
  // Said to be settled, and not taken up: that is late, and shows later.
  expect(of(DAY + 3 * HOUR)).toBe(190);
  expect(ask(DAY + 4 * HOUR).map((one) => Number(one[start!]))).toEqual([DAY, DAY + HOUR, DAY + 2 * HOUR]);
});

it('keeps the trace of the largest value that has one, and the widest window', () => {
  const database = databaseOf([
    row(0, 3, { exemplar: '' }),
    row(1, 1, { exemplar: 'small' }),
    row(2, 2, { exemplar: 'large', windowSeconds: 100 }),
    row(7, 4),
  ]);
  expect(sums(database, DAY, DAY + HOUR, '1h')).toMatchObject([
    { Max: 16, SampledMax: 4, ExemplarTraceId: 'large', WindowSeconds: 100 },
  ]);
  expect(sums(database, DAY, DAY + HOUR, '5m')).toMatchObject([
    { Max: 8, SampledMax: 4, ExemplarTraceId: 'large' },
    { Max: 16, SampledMax: Number.NEGATIVE_INFINITY, ExemplarTraceId: '' },
  ]);
});

it('takes each window from one generation, with what an older one does not know left empty', () => {
  const cut = DAY + 2 * HOUR;
  const minutes = Array.from({ length: 24 }, (_, i) => i * 10);
  const rows = minutes.map((minute, i) => row(minute, i, { origin: i % 2 === 0 ? 'a' : 'b' }));
  // The older view knew no origins, and sees all; the newer one was made 40 minutes before its cut, and saw nothing before.
  const old = (bin: string) =>
    evaluate(
      `${names.rows} | summarize Value = sum(Value), Count = sum(Count), Samples = sum(Samples) by WindowStart = bin(WindowStart, ${bin}), Service, Target, Event, Unit`,
      databaseOf(rows),
    );
  const young = rows.filter(({ windowStart }) => windowStart >= cut - 40 * 60_000);
  const columns = old('5m').columns.map(({ name }) => name);
  const generations: Generations = {
    '5m': [
      { view: 'Attribution5m_v1', columns },
      { view: 'Attribution5m_v2', cut },
    ],
    '1h': [
      { view: 'Attribution1h_v1', columns },
      { view: 'Attribution1h_v2', cut },
    ],
  };
  const newer = databaseOf(young).tables;
  const database = databaseOf(rows, generations, {
    Attribution5m_v1: old('5m'),
    Attribution1h_v1: old('1h'),
    Attribution5m_v2: newer.get(names.rollup5mView)!,
    Attribution1h_v2: newer.get(names.rollup1hView)!,
  });
  for (const [from, to] of [
    [0, 240],
    [3, 233],
    [60, 180],
    [115, 125],
    [100, 130],
  ] as const) {
    const found = sums(database, DAY + from * 60_000, DAY + to * 60_000, '1h');
    const expected = rows.filter((_, i) => minutes[i]! >= from && minutes[i]! < to);
    expect(total(found)).toBe(expected.reduce((sum, { value }) => sum + value, 0));
  }
  const whole = sums(database, DAY, DAY + 4 * HOUR, '1h');
  expect(
    whole
      .map(({ WindowStart, Origin, Max, SampledMax }) => [
        (Number(WindowStart) - DAY) / HOUR,
        Origin,
        Max === null,
        SampledMax,
      ])
      .sort(),
  ).toEqual([
    [0, '', true, Number.NEGATIVE_INFINITY],
    [1, '', true, Number.NEGATIVE_INFINITY],
    [2, 'a', false, Number.NEGATIVE_INFINITY],
    [2, 'b', false, Number.NEGATIVE_INFINITY],
    [3, 'a', false, Number.NEGATIVE_INFINITY],
    [3, 'b', false, Number.NEGATIVE_INFINITY],
  ]);
});

it('lists parts, and says the version', () => {
  const header = { final: true, instance: 'i', mapping: 'm', package: '1.2.3', sequence: 7, services: ['api', 'shop'] };
  const raw = { ...fullRow(row(0, -1, { partId: 'i-7', value: 2 })), attributes: JSON.stringify(header) };
  const table: KqlTable = { columns: rowColumns, rows: [rawRow(raw)] };
  const functions = new Map(schemaFunctions(names, '1.2.3').map((fn) => [fn.name, storedFunction(fn)]));
  const database: KqlDatabase = { name: 'db', tables: new Map([[names.rows, table]]), functions };
  const parts = evaluate(`${names.parts}()`, database);
  expect(parts.rows).toEqual([['i-7', 'i', 7, raw.sealedAt, 60, 2, true, '1.2.3', 'm', ['api', 'shop']]]);
  expect(evaluate(`${names.schema}()`, database).rows).toEqual([[1, '1.2.3']]);
});
