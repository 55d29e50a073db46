import { describe, expect, it } from 'vitest';
import { Dictionary } from '../../../src/core/aggregate/dictionary.ts';
import { type SealedPart, type SealOptions, seal } from '../../../src/core/aggregate/seal.ts';
import { type FrozenTable, SumTable } from '../../../src/core/aggregate/sum-table.ts';
import { type PartColumns, type RowCell, type RowCells, rowCells } from '../../../src/core/part-columns.ts';

function setUp() {
  const dictionary = new Dictionary();
  const table = new SumTable({ dictionary, windowSeconds: 60 });
  const origin = dictionary.origin('storefront', 'gateway', 'GET /');
  const measure = dictionary.measure('postgresql://db/shop', 'db.client.operation.duration', 's');
  return { dictionary, table, origin, measure };
}

function sealAll(frozen: FrozenTable, options: Partial<SealOptions> = {}) {
  let sequence = 0;
  const parts: SealedPart[] = [];
  let steps = 0;
  const all = { instance: 'i', nextSequence: () => sequence++, sealedAt: 99, package: '1.2.3', mapping: 'hash' };
  for (const part of seal(frozen, { ...all, ...options })) {
    steps++;
    if (part !== undefined) parts.push(part);
  }
  const columns = parts.map((p) => JSON.parse(p.json.join('')) as PartColumns);
  return { parts, columns, steps };
}

/** The rows of parts with their strings put back. */
function rowsOf(columns: readonly PartColumns[]) {
  return columns.flatMap((c) =>
    Array.from({ length: c.n }, (_, i) => {
      const cell = ({ json, type }: RowCell) => (type === 'string' ? c.strs[c[json][i]!] : c[json][i]);
      return Object.fromEntries(rowCells.map((column) => [column.json, cell(column)])) as Record<
        keyof RowCells,
        unknown
      >;
    }),
  );
}

describe('seal', () => {
  it('writes the header and every column of a row', () => {
    const { table, origin, measure } = setUp();
    table.add(29_000_000, origin, measure, 0.1, 2, 'abc');
    table.add(29_000_000, origin, measure, 0.2);
    const { parts, columns } = sealAll(table.rotate());
    expect(parts.map(({ id, sequence, rows, sealedAt }) => ({ id, sequence, rows, sealedAt }))).toEqual([
      { id: 'i-0', sequence: 0, rows: 1, sealedAt: 99 },
    ]);
    const { v, lane, part, sealedAt, instance, package: version, mapping, n, wsec } = columns[0]!;
    expect({ v, lane, part, sealedAt, instance, version, mapping, n, wsec }).toEqual({
      v: 2,
      lane: 'sum',
      part: 'i-0',
      sealedAt: 99,
      instance: 'i',
      version: '1.2.3',
      mapping: 'hash',
      n: 1,
      wsec: 60,
    });
    expect(columns[0]).not.toHaveProperty('final');
    expect(rowsOf(columns)).toEqual([
      {
        ws: 29_000_000 * 60_000,
        service: 'storefront',
        originService: 'gateway',
        origin: 'GET /',
        target: 'postgresql://db/shop',
        event: 'db.client.operation.duration',
        unit: 's',
        attributes: '',
        value: 0.4,
        count: 3,
        samples: 2,
        min: 0.1,
        max: 0.2,
        exemplar: 'abc',
      },
    ]);
  });

  it('makes no part of an empty table, except to say that the instance ends', () => {
    const { table } = setUp();
    expect(sealAll(table.rotate()).parts).toEqual([]);
    const { columns } = sealAll(table.rotate(), { final: true });
    expect(columns).toMatchObject([{ final: true, n: 0, strs: [], value: [] }]);
  });

  it('splits at the row limit, keeps every row once and marks only the last part as final', () => {
    const { dictionary, table, measure } = setUp();
    for (let i = 0; i < 2_500; i++) table.add(1, dictionary.origin('s', 's', `o${i}`), measure, i);
    const { parts, columns } = sealAll(table.rotate(), { limits: { partRows: 1000 }, final: true });
    expect(parts.map((p) => [p.id, p.rows])).toEqual([
      ['i-0', 1000],
      ['i-1', 1000],
      ['i-2', 500],
    ]);
    expect(columns.map((c) => c.final)).toEqual([undefined, undefined, true]);
    expect(rowsOf(columns).map((r) => r.value)).toEqual(Array.from({ length: 2_500 }, (_, i) => i));
    expect(rowsOf(columns).every((r) => r.origin === `o${r.value}`)).toBe(true);
  });

  it('marks the last part as final also when the rows fill it exactly', () => {
    const { dictionary, table, measure } = setUp();
    for (let i = 0; i < 2_000; i++) table.add(1, dictionary.origin('s', 's', `o${i}`), measure, i);
    const { columns } = sealAll(table.rotate(), { limits: { partRows: 1000 }, final: true });
    expect(columns.map((c) => [c.n, c.final])).toEqual([
      [1000, undefined],
      [1000, true],
    ]);
  });

  it.each([2_000, 20_000, 200_000])('keeps parts within %i bytes of UTF-8', (partBytes) => {
    const { dictionary, table } = setUp();
    for (let i = 0; i < 1_500; i++) {
      const text = ['ä€😀\ud800"\\\n\u0001', 'x'.repeat(i % 200)].join(`${i}`);
      table.add(i, dictionary.origin(text, text, `o${i}`), dictionary.measure('t', text, 'u'), Math.PI * i, 1, `${i}`);
    }
    const { parts, columns } = sealAll(table.rotate(), { limits: { partBytes } });
    const sizes = parts.map((p) => Buffer.byteLength(p.json.join('')));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(partBytes);
    // What did not fit any more has left no strings behind.
    for (const c of columns) {
      const used = [c.service, c.originService, c.origin, c.target, c.event, c.unit, c.attributes, c.exemplar].flat();
      expect(new Set(used).size).toBe(c.strs.length);
    }
    // Not wastefully small either: the pieces are measured, not guessed.
    expect(sizes.reduce((a, b) => a + b, 0) / parts.length).toBeGreaterThan(partBytes * 0.4);
    expect(rowsOf(columns).map((r) => r.value)).toEqual(Array.from({ length: 1_500 }, (_, i) => Math.PI * i));
  });

  it('seals a row that is larger than a part by itself', () => {
    const { dictionary, table, measure } = setUp();
    const big = `{"k":"${'x'.repeat(10_000)}"}`;
    for (const o of ['a', 'b']) table.add(1, dictionary.origin('s', 's', o, big), measure, 1);
    const { columns } = sealAll(table.rotate(), { limits: { partBytes: 1_000 } });
    expect(rowsOf(columns).map((r) => [r.origin, r.attributes])).toEqual([
      ['a', big],
      ['b', big],
    ]);
  });

  it('carries any string and any double through JSON', () => {
    const { dictionary, table } = setUp();
    const strings = ['', '__proto__', '\0', '\ud800', '\udfff\ud800', '😀', '"\\/\u2028', 'x'.repeat(512)];
    const numbers = [Number.MIN_VALUE, Number.MAX_VALUE, -Number.MAX_VALUE, 0.1, 2 ** 53, 1e21, 1e-7, -0, 5e-324 * 3];
    for (const [i, s] of strings.entries()) {
      for (const [j, x] of numbers.entries())
        table.add(j, dictionary.origin(s, s, s), dictionary.measure(`${i}`, s, s), x, 1, s);
    }
    const rows = rowsOf(sealAll(table.rotate()).columns);
    expect(rows.length).toBe(strings.length * numbers.length);
    for (const r of rows) {
      const s = strings[Number(r.target)]!;
      const x = numbers[(r.ws as number) / 60_000]! + 0;
      expect(r).toMatchObject({ service: s, originService: s, origin: s, event: s, unit: s, exemplar: s });
      expect([r.value, r.min, r.max]).toEqual([x, x, x]);
    }
  });

  it('writes null for min and max of a share', () => {
    const { table, origin, measure } = setUp();
    const share = { value: 60, compensation: 0, count: 0, samples: 0, min: Infinity, max: -Infinity, traceId: '' };
    table.merge(1, origin, measure, share);
    expect(rowsOf(sealAll(table.rotate()).columns)).toMatchObject([
      { value: 60, count: 0, samples: 0, min: null, max: null },
    ]);
  });

  it('merges the attributes of origin and measure', () => {
    const { dictionary, table } = setUp();
    const origins = ['', '{"b":"1","z":"o"}'].map((a) => dictionary.origin('s', 's', 'o', a));
    const measures = ['', '{"a":"2","b":"m"}'].map((a) => dictionary.measure('t', 'e', 'u', a));
    for (const w of [1, 2]) for (const o of origins) for (const m of measures) table.add(w, o, m, 1);
    const expected = ['', '{"a":"2","b":"m"}', '{"b":"1","z":"o"}', '{"a":"2","b":"m","z":"o"}'];
    expect(rowsOf(sealAll(table.rotate()).columns).map((r) => r.attributes)).toEqual([...expected, ...expected]);
  });

  it('does a bounded number of rows in a step', () => {
    const { dictionary, table, measure } = setUp();
    for (let i = 0; i < 20_000; i++) table.add(1, dictionary.origin('s', 's', `o${i}`), measure, 1);
    const { steps, parts } = sealAll(table.rotate(), { final: true });
    expect(steps).toBeGreaterThanOrEqual(20_000 / 256);
    expect(parts.length).toBe(2);
  });

  it('sweeps the dictionary after the last part', () => {
    const { dictionary, table, measure } = setUp();
    for (let i = 0; i < 5_000; i++) table.add(1, dictionary.origin('s', 's', `o${i}`), measure, 1);
    for (let i = 0; i < 3; i++) {
      const frozen = table.rotate();
      sealAll(frozen);
      frozen.release();
    }
    expect(dictionary.size).toBe(0);
  });
});
