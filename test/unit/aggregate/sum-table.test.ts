import { describe, expect, it } from 'vitest';
import { Recorder } from '../../../bench/recorder.ts';
import { Dictionary } from '../../../src/core/aggregate/dictionary.ts';
import { hashKey } from '../../../src/core/aggregate/rows.ts';
import { SumTable } from '../../../src/core/aggregate/sum-table.ts';

function setUp(maxRows?: number) {
  const dictionary = new Dictionary();
  const table = new SumTable({ dictionary, windowSeconds: 60, ...(maxRows === undefined ? {} : { maxRows }) });
  const origin = dictionary.origin('storefront', 'storefront', 'GET /');
  const measure = dictionary.measure('postgresql://db/shop', 'db.client.operation.duration', 's');
  const rows = () => [...table.rotate().rows()];
  const one = () => {
    const all = rows();
    expect(all.length).toBe(1);
    return all[0]!;
  };
  return { dictionary, table, origin, measure, rows, one };
}

describe('SumTable', () => {
  it('sums value, count, samples, min and max of one key', () => {
    const { table, origin, measure, one } = setUp();
    for (const v of [3, 1, 2]) expect(table.add(7, origin, measure, v)).toBe(true);
    const { window, value, count, samples, min, max, traceId } = one();
    expect({ window, value, count, samples, min, max, traceId }).toEqual({
      window: 7,
      value: 6,
      count: 3,
      samples: 3,
      min: 1,
      max: 3,
      traceId: '',
    });
  });

  it('weights value and count, not samples, min and max', () => {
    const { table, origin, measure, one } = setUp();
    table.add(1, origin, measure, 0.5, 100);
    table.add(1, origin, measure, -2, 10);
    expect(one()).toMatchObject({ value: 30, count: 110, samples: 2, min: -2, max: 0.5 });
  });

  it('keeps windows, origins and measures apart', () => {
    const { dictionary, table, origin, measure, rows } = setUp();
    const other = dictionary.origin('storefront', 'billing', 'GET /');
    const bytes = dictionary.measure(measure.target, measure.event, 'By');
    for (const w of [0, 1, 2 ** 31, 2 ** 32 - 1]) {
      for (const o of [origin, other]) for (const m of [measure, bytes]) table.add(w, o, m, w);
    }
    const all = rows();
    expect(all.length).toBe(16);
    expect(all.every((r) => r.value === r.window && r.samples === 1)).toBe(true);
    expect(all.at(-1)!.window).toBe(2 ** 32 - 1);
  });

  it.each([
    ['NaN', Number.NaN, 1],
    ['Infinity', Number.POSITIVE_INFINITY, 1],
    ['-Infinity', Number.NEGATIVE_INFINITY, 1],
    ['an overflowing product', 1e300, 1e300],
    ['weight NaN', 1, Number.NaN],
    ['weight 0', 1, 0],
    ['a negative weight', 1, -1],
    ['weight Infinity', 1, Number.POSITIVE_INFINITY],
    ['0 times Infinity', 0, Number.POSITIVE_INFINITY],
  ])('refuses %s and makes no row of it', (_, value, weight) => {
    const { table, origin, measure } = setUp();
    expect(table.add(1, origin, measure, value, weight, 'trace')).toBe(false);
    expect(table.size).toBe(0);
  });

  it.each([-1, 0.5, 2 ** 32, Number.NaN, Number.POSITIVE_INFINITY])('refuses window %s', (window) => {
    const { table, origin, measure } = setUp();
    expect(table.add(window, origin, measure, 1)).toBe(false);
    expect(table.size).toBe(0);
  });

  it('refuses what would overflow, and the sum stays what it was', () => {
    const { table, origin, measure, one } = setUp();
    const max = Number.MAX_VALUE;
    expect(table.add(1, origin, measure, max)).toBe(true);
    expect(table.add(1, origin, measure, max, 1, 'trace')).toBe(false);
    expect(table.add(1, origin, measure, 1)).toBe(true);
    expect(table.add(1, origin, measure, -max)).toBe(true);
    expect(one()).toMatchObject({ value: 1, samples: 3, count: 3, min: -max, max, traceId: '' });
  });

  it('stays finite where only the last rounding would overflow', () => {
    const { table, origin, measure, one } = setUp();
    table.add(1, origin, measure, Number.MAX_VALUE);
    // Each half of the last place is lost in the sum and kept in the compensation.
    for (let i = 0; i < 4; i++) table.add(1, origin, measure, 2 ** 969);
    expect(Number.isFinite(one().value)).toBe(true);
  });

  it('never stores -0', () => {
    const { table, origin, measure, one } = setUp();
    table.add(1, origin, measure, -0);
    const { value, min, max } = one();
    expect([value, min, max].map((x) => Object.is(x, 0))).toEqual([true, true, true]);
  });

  it('is exact for integers to 2^53 and finds small values beside large ones', () => {
    const { table, origin, measure, one } = setUp();
    table.add(1, origin, measure, 2 ** 53 - 1001);
    for (let i = 0; i < 1000; i++) table.add(1, origin, measure, 1);
    expect(one().value).toBe(2 ** 53 - 1);
    table.add(1, origin, measure, 1e16);
    for (let i = 0; i < 1000; i++) table.add(1, origin, measure, 1e-3);
    table.add(1, origin, measure, -1e16);
    expect(one().value).toBeCloseTo(1, 12);
    for (let i = 0; i < 3; i++) table.add(1, origin, measure, Number.MIN_VALUE);
    expect(one().value).toBe(3 * Number.MIN_VALUE);
  });

  it('keeps the trace of the largest value that had one', () => {
    const { table, origin, measure, one } = setUp();
    table.add(1, origin, measure, 100);
    table.add(1, origin, measure, 5, 1, 'five');
    table.add(1, origin, measure, 7, 1, 'seven');
    table.add(1, origin, measure, 6, 1, 'six');
    table.add(1, origin, measure, 50);
    expect(one()).toMatchObject({ max: 100, traceId: 'seven' });
    table.add(1, origin, measure, -3, 1, 'negative');
    expect(one().traceId).toBe('negative');
  });

  it('keeps thousands of exemplars with their rows', () => {
    const { dictionary, table, measure, rows } = setUp();
    for (let i = 0; i < 5_000; i++) {
      table.add(1, dictionary.origin('s', 's', `o${i}`), measure, 1, 1, i % 2 === 0 ? `trace-${i}` : '');
    }
    for (const r of rows()) {
      const i = Number(r.origin.origin.slice(1));
      expect(r.traceId).toBe(i % 2 === 0 ? `trace-${i}` : '');
    }
  });

  it('merges sums of a scope, also a share without samples', () => {
    const { table, origin, measure, one } = setUp();
    const none = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, traceId: '' };
    expect(table.merge(1, origin, measure, { value: 60, compensation: 1e-20, count: 0, samples: 0, ...none })).toBe(
      true,
    );
    const share = table.rotate().row(0);
    expect(share).toMatchObject({ value: 60, count: 0, samples: 0, min: null, max: null });
    table.add(1, origin, measure, 4, 1, 'four');
    table.merge(1, origin, measure, {
      value: 12,
      compensation: 0,
      count: 3,
      samples: 3,
      min: 1,
      max: 9,
      traceId: 'nine',
    });
    table.merge(1, origin, measure, {
      value: 1e16,
      compensation: 0.5,
      count: 1,
      samples: 1,
      min: 1e16,
      max: 1e16,
      traceId: '',
    });
    table.merge(1, origin, measure, {
      value: -1e16,
      compensation: 0.25,
      count: 1,
      samples: 1,
      min: -1e16,
      max: -1e16,
      traceId: '',
    });
    expect(one()).toMatchObject({ value: 16.75, count: 6, samples: 6, min: -1e16, max: 1e16, traceId: 'nine' });
  });

  it.each([
    { value: Number.NaN },
    { value: Number.POSITIVE_INFINITY },
    { compensation: Number.NaN },
    { count: Number.NaN },
    { count: -1 },
    { samples: Number.NaN },
  ])('refuses to merge %o', (bad) => {
    const { table, origin, measure } = setUp();
    const sums = { value: 1, compensation: 0, count: 1, samples: 1, min: 1, max: 1, traceId: '' };
    expect(table.merge(1, origin, measure, { ...sums, ...bad })).toBe(false);
    expect(table.size).toBe(0);
  });

  it('asks for a rotation when full, and still takes rows', () => {
    const { dictionary, table, measure } = setUp(3);
    for (let i = 0; i < 3; i++) {
      expect(table.full).toBe(false);
      table.add(1, dictionary.origin('s', 's', `o${i}`), measure, 1);
    }
    expect(table.full).toBe(true);
    expect(table.add(1, dictionary.origin('s', 's', 'more'), measure, 1)).toBe(true);
    expect(table.rotate().size).toBe(4);
    expect([table.full, table.size]).toEqual([false, 0]);
  });

  it('goes on empty after a rotation; the frozen rows do not change', () => {
    const { table, origin, measure, one } = setUp();
    table.add(1, origin, measure, 1);
    const frozen = table.rotate();
    table.add(1, origin, measure, 10);
    expect(frozen.row(0).value).toBe(1);
    expect(one().value).toBe(10);
    expect(() => frozen.row(1)).toThrow(RangeError);
    frozen.release();
    frozen.release();
    expect(frozen.size).toBe(0);
    expect(() => frozen.row(0)).toThrow(RangeError);
  });

  it('finds every key while it grows through many splits', () => {
    const { dictionary, table, rows } = setUp();
    const origins = Array.from({ length: 300 }, (_, i) => dictionary.origin('s', 's', `o${i}`));
    const measures = Array.from({ length: 200 }, (_, i) => dictionary.measure(`t${i}`, 'e', 'u'));
    for (let round = 1; round <= 2; round++) {
      for (const o of origins) for (const m of measures) table.add(5, o, m, o.id * 1000 + m.id);
    }
    expect(table.size).toBe(60_000);
    expect(rows().every((r) => r.value === 2 * (r.origin.id * 1000 + r.measure.id) && r.samples === 2)).toBe(true);
  });

  it('keeps keys apart whose hashes are all equal', () => {
    const { dictionary, table, rows } = setUp();
    const origins = Array.from({ length: 60 }, (_, i) => dictionary.origin('s', 's', `o${i}`));
    const measures = Array.from({ length: 50 }, (_, i) => dictionary.measure(`t${i}`, 'e', 'u'));
    for (let round = 1; round <= 2; round++) {
      for (const o of origins) {
        for (const m of measures) {
          const window = windowWithHash(0x5eed_cafe | 0, o.id, m.id);
          expect(hashKey(window | 0, o.id, m.id)).toBe(0x5eed_cafe | 0);
          table.add(window, o, m, o.id * 50 + m.id);
        }
      }
    }
    const all = rows();
    expect(all.length).toBe(3_000);
    expect(all.every((r) => r.value === 2 * (r.origin.id * 50 + r.measure.id) && r.samples === 2)).toBe(true);
  });
});

describe('Recorder', () => {
  it('adds by strings to the window of the time', () => {
    const { dictionary, table, rows } = setUp();
    const recorder = new Recorder(dictionary, table, 'storefront');
    for (const ms of [60_000, 119_999.9, 120_000, 61_000, -5, 0])
      recorder.add(ms, 'job:a', 'mailer', 'email.sent', '{email}', 1);
    expect(rows().map((r) => [r.window, r.value])).toEqual([
      [1, 3],
      [2, 1],
      [0, 2],
    ]);
  });

  it('keeps apart what its cheap hash does not', () => {
    const { dictionary, table, rows } = setUp();
    const recorder = new Recorder(dictionary, table, 's');
    const names = ['', 'a', 'xbcd', 'ybcd', 'zbcd', '\ud800'];
    for (let round = 0; round < 2; round++) {
      for (const o of names)
        for (const t of names) for (const e of names) for (const u of ['s', 'By']) recorder.add(0, o, t, e, u, 1);
    }
    const all = rows();
    expect(all.length).toBe(2 * names.length ** 3);
    expect(all.every((r) => r.value === 2 && r.origin.service === 's' && r.origin.originService === 's')).toBe(true);
    expect(recorder.add(0, 'a', 'a', 'a', 's', Number.NaN)).toBe(false);
  });
});

/** `hashKey` is a bijection of the window: this is its inverse. */
function windowWithHash(hash: number, originId: number, measureId: number): number {
  let h = unshift(hash, 15);
  h = unshift(Math.imul(h, inverse(0x297a2d39)), 12);
  h = unshift(Math.imul(h, inverse(0x2c1b3c6d)), 15);
  const rest = (Math.imul(originId, 0x9e3779b1) + Math.imul(measureId, 0x85ebca77)) | 0;
  return Math.imul(h - rest, inverse(0xc2b2ae3d)) >>> 0;
}

/** x of y = x ^ (x >>> n). */
function unshift(y: number, n: number): number {
  let x = y;
  for (let i = 0; i < 32; i += n) x = y ^ (x >>> n);
  return x;
}

/** Of an odd number modulo 2^32, by Newton's iteration. */
function inverse(a: number): number {
  let x = a;
  for (let i = 0; i < 5; i++) x = Math.imul(x, 2 - Math.imul(a, x));
  return x;
}
