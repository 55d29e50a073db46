import { describe, expect, test } from 'vitest';
import { clockTime, percent, quantity, span, tally, withUnit } from '../../../src/reports/format.ts';
import { compareText } from '../../../src/reports/load/from-rows.ts';
import type { LoadRow } from '../../../src/reports/load/row.ts';
import { loadTable } from '../../../src/reports/load/table.ts';
import { plainSheet } from '../../../src/reports/page.ts';

const to = Date.UTC(2026, 10, 22, 14, 15);
const header = { range: { from: to - 900_000, to, seconds: 900 }, dataThrough: to - 10_000, tz: 'UTC', now: to };

function line(row: Partial<LoadRow>): LoadRow {
  return {
    target: 'postgresql://shop-db/shop',
    event: 'db.client.operation.duration',
    unit: 's',
    kind: 'key',
    keyService: '',
    key: '',
    share: 0,
    value: 0,
    perSecond: 0,
    calls: 0,
    callsPerSecond: 0,
    callsPerRequest: null,
    mean: null,
    max: null,
    exemplarTraceId: '',
    peakAt: null,
    ...row,
  };
}

const shop = [
  line({
    keyService: 'storefront',
    key: 'GET /search',
    share: 0.62,
    perSecond: 4.1,
    callsPerSecond: 312,
    callsPerRequest: 47,
    mean: 0.013,
  }),
  line({ keyService: 'billing', key: 'job:invoices', share: 0.21, perSecond: 1.4, callsPerSecond: 18, mean: 0.078 }),
  line({ kind: 'unattributed', key: '(unattributed)', share: 0.02, perSecond: 0.1, callsPerSecond: 3, mean: 0.02 }),
  line({ kind: 'rest', key: '(rest)', share: 0.15, perSecond: 1, callsPerSecond: 30, mean: 0.03 }),
  line({ kind: 'total', key: '(total)', share: 1, perSecond: 6.6, callsPerSecond: 363, mean: 0.018 }),
];

test('the table of the first screen', () => {
  expect(loadTable(shop, header)).toBe(
    `postgresql://shop-db/shop · last 15 min · data to 14:14:50
origin                    share  active  calls/s  calls/req   mean
storefront  GET /search    62 %     4.1      312         47  13 ms
billing     job:invoices   21 %     1.4       18          –  78 ms
(unattributed)              2 %     0.1
(rest)                     15 %     1.0`,
  );
});

test('two events of one target are named, other units too; more blocks are counted', () => {
  const text = loadTable(
    [
      ...shop,
      line({ event: 'db.wait', key: 'x' }),
      line({ target: 'm', event: 't.usage', unit: '{token}', perSecond: 1200 }),
    ],
    {
      ...header,
      blocks: 2,
    },
  );
  expect(text).toContain('postgresql://shop-db/shop · db.client.operation.duration · last');
  expect(text).toContain('postgresql://shop-db/shop · db.wait · last');
  expect(text.trimEnd().split('\n').at(-1)).toMatch(/1 more target/);
  const tokens = loadTable([line({ target: 'm', event: 't.usage', unit: '{token}', perSecond: 1200 })], header);
  expect(tokens).toMatch(/m · t\.usage · last.*per s.*1200 token/s);
});

test('a range in the past says when it was', () => {
  expect(loadTable(shop, { ...header, now: to + 86_400_000 })).toContain('2026-11-22 14:00:00 to 2026-11-22 14:15:00');
});

test('no origin can move the cursor, break the line or push the numbers away', () => {
  const key = `\u001b[2J\r\n\u202e${'x'.repeat(500)}`;
  const text = loadTable([line({ keyService: 'a\nb', key, share: 1 })], header, { ...plainSheet, width: 80 });
  expect(text.split('\n')).toHaveLength(3);
  for (const control of ['\u001b', '\r', '\u202e']) expect(text).not.toContain(control);
  expect(text.split('\n').at(-1)).toMatch(/ 100 % .* 0 /);
  expect(Math.max(...text.split('\n').map((l) => l.length))).toBeLessThanOrEqual(80);
});

test('nothing to show is an empty text', () => expect(loadTable([], header)).toBe(''));

test.each([
  [0, '0'],
  [0.0001, '<0.001'],
  [-0.0001, '>-0.001'],
  [0.0314, '0.031'],
  [0.1, '0.1'],
  [0.47, '0.47'],
  [0.999, '1.0'],
  [4.14, '4.1'],
  [9.97, '10'],
  [312.4, '312'],
  [9_999, '9999'],
  [12_345, '12k'],
  [-4.14, '-4.1'],
  [1.2e9, '1.2G'],
])('quantity %d', (x, text) => expect(quantity(x)).toBe(text));

test.each([
  [0, 's', '0 s'],
  [3e-9, 's', '3.0 ns'],
  [850e-6, 's', '850 µs'],
  [0.0131, 's', '13 ms'],
  [0.99999, 's', '1.0 s'],
  [90, 's', '90 s'],
  [600, 's', '10 min'],
  [4.1 * 3600, 's', '4.1 h'],
  [3 * 86400, 's', '3.0 d'],
  [0, 'By', '0.0 B'],
  [1_230_000, 'By', '1.2 MB'],
  [47, '{token}', '47 token'],
  [2.5, '1', '2.5'],
  [null, 's', '–'],
])('%d %s', (x, unit, text) => expect(withUnit(x, unit)).toBe(text));

describe('format', () => {
  test('percent', () =>
    expect([null, 0, 0.001, 0.62, -0.5, 12].map(percent)).toEqual(['–', '0 %', '<1 %', '62 %', '-50 %', '1200 %']));
  test('tally', () => expect([0, 3, 9_999, 10_000, 2.5].map(tally)).toEqual(['0', '3', '9999', '10k', '2.5']));
  test('span', () =>
    expect([10, 900, 3_600, 7_200, 5_400, 604_800].map(span)).toEqual([
      '10 s',
      '15 min',
      '60 min',
      '2 h',
      '1.5 h',
      '7 d',
    ]));
  test('clockTime', () => {
    expect(clockTime(to, 'Asia/Tokyo', to)).toBe('23:15:00');
    expect(clockTime(to - 86_400_000, 'UTC', to)).toBe('2026-11-21 14:15:00');
  });
  test('order is that of code points', () => {
    const names = ['\ufffd', '😀', 'b', 'a', '', 'ab', '\ud7ff'];
    expect(names.toSorted(compareText)).toEqual(
      names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
  });
});
