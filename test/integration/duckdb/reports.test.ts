import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReportRow } from '../../../src/reports/columns.ts';
import { compare } from '../../../src/reports/compare/report.ts';
import { coverage } from '../../../src/reports/coverage/report.ts';
import type { CoverageRow } from '../../../src/reports/coverage/row.ts';
import { flow } from '../../../src/reports/flow/report.ts';
import { inventory } from '../../../src/reports/inventory/report.ts';
import { type LoadParameters, load } from '../../../src/reports/load/report.ts';
import { plainSheet } from '../../../src/reports/page.ts';
import type { ReportParameters } from '../../../src/reports/parameters.ts';
import { perRequest } from '../../../src/reports/per-request/report.ts';
import { render } from '../../../src/reports/render.ts';
import type { Report, ReportResult } from '../../../src/reports/report.ts';
import { runReport } from '../../../src/reports/run.ts';
import { sources } from '../../../src/reports/sources/report.ts';
import { trend } from '../../../src/reports/trend/report.ts';
import { type DuckDBStore, openStore } from '../../../src/stores/duckdb/index.ts';
import { type TestPart, type TestRow, testRow, writePart } from '../../helpers/parts.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

const MIN = 60_000;
const t0 = Date.UTC(2026, 10, 22, 14);
const now = t0 + 20 * MIN;
const iso = (ms: number): string => new Date(ms).toISOString();

/** Twenty minutes of a storefront with an N+1 route, a job, and a payments service; the load doubles half way. */
function shopParts(): TestPart[] {
  const parts: TestPart[] = [];
  for (let minute = 0; minute < 20; minute++) {
    const windowStart = t0 + minute * MIN;
    const n = minute < 10 ? 1 : 2;
    const row = (r: Partial<TestRow>): TestRow => testRow({ windowStart, samples: r.count ?? 1, ...r });
    const server = (origin: string, count: number) =>
      row({ origin, target: 'service://storefront', event: 'http.server.request.duration', value: count / 8, count });
    const rows = [
      server('GET /search', 60 * n),
      server('GET /cart', 30),
      row({
        origin: 'GET /search',
        value: 30 * n,
        count: 600 * n,
        max: 0.5,
        exemplarTraceId: 'a'.repeat(32),
        attributes: '{"tenant":"acme"}',
      }),
      row({ origin: 'GET /cart', value: 6, count: 30, attributes: '{"region":"eu","tenant":"zeta"}' }),
      row({ service: 'billing', origin: 'job:invoices', value: 12, count: 60 }),
      row({ origin: '(unattributed)', originService: '', value: 3, count: 30 }),
      row({ origin: 'GET /cart', target: 'https://pay', event: 'http.client.request.duration', value: 1.5, count: 30 }),
      row({
        origin: 'GET /search',
        target: 'openai://m',
        event: 'gen_ai.client.token.usage',
        unit: '{token}',
        value: 1000,
        count: 10,
      }),
      row({
        origin: '(self)',
        target: 'otel-attribution',
        event: 'attribution.span.seen',
        unit: '{span}',
        value: 1000,
      }),
      row({
        origin: '(self)',
        target: 'otel-attribution',
        event: 'attribution.span.matched',
        unit: '{span}',
        value: 900,
      }),
      row({
        origin: '(self)',
        target: 'otel-attribution',
        event: 'attribution.span.unmatched',
        unit: '{span}',
        value: 100,
        attributes: '{"reason":"internal"}',
      }),
    ];
    parts.push({
      instance: 'shop',
      sequence: minute + 1,
      sealedAt: windowStart + MIN,
      rows,
      mapping: minute < 15 ? 'm1' : 'm2',
    });
  }
  return parts;
}

/** Tests that only ask share one store. */
let shopStore: DuckDBStore | undefined;
const shopDirectory = mkdtempSync(join(tmpdir(), 'reports-'));

beforeAll(async () => {
  for (const part of shopParts()) writePart(shopDirectory, part);
  shopStore = await openStore({ directory: shopDirectory });
  await shopStore.merge();
});

afterAll(() => {
  shopStore?.close();
  rmSync(shopDirectory, { recursive: true });
});

const inShop = <T>(work: (ask: Ask) => Promise<T>): Promise<T> => work(asking(shopStore!));

async function withStore<T>(
  parts: readonly TestPart[],
  work: (ask: Ask, store: DuckDBStore) => Promise<T>,
): Promise<T> {
  const directory = tempDir();
  for (const part of parts) writePart(directory, part);
  const store = await openStore({ directory });
  try {
    await store.merge();
    return await work(asking(store), store);
  } finally {
    store.close();
  }
}

const asking =
  (store: DuckDBStore): Ask =>
  (report, parameters) =>
    runReport(store, report, { tz: 'UTC', ...parameters! }, { now });

type Ask = <R extends ReportRow, P extends ReportParameters>(
  report: Report<R, P>,
  parameters?: NoInfer<P>,
) => Promise<ReportResult<R>>;

describe('load', () => {
  test('per target: share, active, calls, calls per request, mean; unattributed, rest and total', () =>
    inShop(async (ask) => {
      const result = await ask(load, { since: '10m', limit: 1 });
      expect(result).toMatchObject({
        range: { from: t0 + 10 * MIN, to: now, seconds: 600 },
        dataThrough: now,
        services: 2,
        notes: [],
      });
      const lines = result.rows.filter((row) => row.target.startsWith('postgresql'));
      expect(lines.map((row) => [row.kind, row.keyService, row.key, row.value, row.calls])).toEqual([
        ['key', 'storefront', 'GET /search', 600, 12_000],
        ['unattributed', '', '(unattributed)', 30, 300],
        ['rest', '', '(rest)', 180, 900],
        ['total', '', '(total)', 810, 13_200],
      ]);
      expect(lines[0]).toMatchObject({
        share: 600 / 810,
        perSecond: 1,
        callsPerSecond: 20,
        callsPerRequest: 10,
        mean: 0.05,
        max: 0.5,
        exemplarTraceId: 'a'.repeat(32),
      });
      // The heavier target comes first, tokens and server seconds are no part of it.
      expect([...new Set(result.rows.map((row) => row.target))]).toEqual(['postgresql://shop-db/shop', 'https://pay']);
    }));

  test('a job has no requests; an origin without calls has no mean', () =>
    inShop(async (ask) => {
      const { rows } = await ask(load);
      expect(rows.find((row) => row.key === 'job:invoices')).toMatchObject({
        keyService: 'billing',
        callsPerRequest: null,
        mean: 0.2,
      });
    }));

  test.each([
    ['target', ['postgresql://shop-db/shop', '(total)'], ''],
    ['service', ['storefront', 'billing', '(total)'], 'postgresql://shop-db/shop'],
    ['attribute.tenant', ['acme', 'zeta', '(none)', '(total)'], 'postgresql://shop-db/shop'],
    ['attribute.region', ['eu', '(none)', '(total)'], 'postgresql://shop-db/shop'],
    ['attribute.no/such~"name\'', ['(none)', '(total)'], 'postgresql://shop-db/shop'],
  ])('--by %s', (by, keys, target) =>
    inShop(async (ask) => {
      const { rows } = await ask(load, { by });
      const block = rows.filter((row) => row.event === 'db.client.operation.duration');
      expect(block.map((row) => row.key)).toEqual(keys);
      expect(new Set(block.map((row) => row.target))).toEqual(new Set([target]));
      expect(block.at(-1)!.value).toBe(5 * 51 + 10 * 81);
    }),
  );

  test('--measure shows another event, in its unit', () =>
    inShop(async (ask) => {
      const { rows } = await ask(load, { measure: 'gen_ai.client.token.usage' });
      expect(rows[0]).toMatchObject({
        target: 'openai://m',
        unit: '{token}',
        key: 'GET /search',
        value: 15_000,
        mean: 100,
      });
    }));

  test('--at peak: the heaviest window of each target, and who was in it', () =>
    withStore(
      [
        {
          instance: 'i',
          sequence: 1,
          sealedAt: now,
          rows: [
            testRow({ windowStart: t0, origin: 'a', value: 60 }),
            testRow({ windowStart: t0 + MIN, origin: 'a', value: 30 }),
            testRow({ windowStart: t0 + MIN, origin: 'b', value: 90, count: 9, samples: 9 }),
            testRow({
              windowStart: t0 + MIN,
              origin: 'b',
              target: 'service://s',
              event: 'http.server.request.duration',
              count: 3,
              samples: 3,
            }),
            testRow({
              windowStart: t0 + 2 * MIN,
              origin: 'b',
              target: 'service://s',
              event: 'http.server.request.duration',
              count: 5,
              samples: 5,
            }),
            testRow({ windowStart: t0 + 2 * MIN, origin: 'c', value: 100 }),
            testRow({ windowStart: t0 + 2 * MIN, origin: 'c', value: 7, target: 'redis://r' }),
          ],
        },
      ],
      async (ask) => {
        const { rows } = await ask(load, { at: 'peak', since: '1h' });
        expect(rows.map((row) => [row.target, row.key, row.peakAt, row.perSecond, row.callsPerRequest])).toEqual([
          ['postgresql://shop-db/shop', 'b', t0 + MIN, 1.5, 3],
          ['postgresql://shop-db/shop', 'a', t0 + MIN, 0.5, null],
          ['postgresql://shop-db/shop', '(total)', t0 + MIN, 2, null],
          ['redis://r', 'c', t0 + 2 * MIN, 7 / 60, null],
          ['redis://r', '(total)', t0 + 2 * MIN, 7 / 60, null],
        ]);
      },
    ));

  test.each<[string, number]>([
    ['origin=GET /cart', 90],
    ['origin~GET *', 5 * 30 + 10 * 60 + 15 * 6],
    ['origin!~GET *', 15 * 15],
    ['attribute.tenant=zeta', 90],
    ['attribute.tenant!=acme', 15 * 15 + 90],
    ['service=billing,origin=job:invoices', 180],
    ['target~postgresql:*,origin="GET /cart"', 90],
  ])('--where %s', (where, value) =>
    inShop(async (ask) => {
      const { rows } = await ask(load, { where, by: 'origin' });
      const total = rows.find((row) => row.kind === 'total' && row.target.startsWith('postgresql'));
      expect(total?.value).toBe(value);
    }),
  );

  test('a space beside the key of --by changes nothing', () =>
    inShop(async (ask) => {
      const { rows } = await ask(load, { by: ' origin' });
      expect(rows.some(({ callsPerRequest }) => callsPerRequest !== null)).toBe(true);
      expect(rows).toEqual((await ask(load)).rows);
    }));

  test.each([
    "origin='; DROP TABLE sums; --",
    "attribute.x'); DROP TABLE sums; --=1",
    'origin~%',
    'origin~_ET /cart',
    'target=$from',
  ])('values are never text of the query: %s', (where) =>
    withStore(shopParts(), async (ask, store) => {
      expect((await ask(load, { where })).rows).toEqual([]);
      expect((await store.all<{ n: number }>('SELECT count(*) AS n FROM sums'))[0]!.n).toBe(220);
    }),
  );

  test('--where on a service target shows its server seconds', () =>
    inShop(async (ask) => {
      const { rows } = await ask(load, { where: 'target=service://storefront' });
      expect(rows[0]).toMatchObject({ event: 'http.server.request.duration', key: 'GET /search' });
    }));

  test('--as-of leaves out what was sealed later', () =>
    inShop(async (ask) => {
      const { rows } = await ask(load, { from: '2026-11-22T14:00', asOf: '2026-11-22T14:05' });
      expect(rows.find((row) => row.kind === 'total')!.value).toBe(5 * 51);
    }));

  test('ties are broken by key, so that the answer is always the same', () => {
    const rows = ['b', 'a', 'ä', 'B', ''].map((origin) => testRow({ windowStart: t0, origin }));
    return withStore([{ instance: 'i', sequence: 1, sealedAt: now, rows }], async (ask) => {
      const { rows: lines } = await ask(load, { since: '1h', limit: 4 });
      expect(lines.map((row) => row.key)).toEqual(['', 'B', 'a', 'b', '(rest)', '(total)']);
    });
  });
});

describe('range', () => {
  test('an open window at the live edge counts for the time it was open', () =>
    withStore(
      [
        {
          instance: 'i',
          sequence: 1,
          sealedAt: now - 10_000,
          rows: [testRow({ windowStart: now - MIN, value: 100 })],
          final: true,
        },
      ],
      async (ask) => {
        const result = await ask(load);
        expect(result.range).toEqual({ from: now - MIN, to: now - 10_000, seconds: 50, asked: 50 });
        expect(result.rows[0]!.perSecond).toBe(2);
      },
    ));

  describe('is covered where an instance recorded', () => {
    const query = (windowStart: number, count: number): TestRow => testRow({ windowStart, count, value: count / 8 });
    // Ten seconds; killed, and begun anew 5 minutes later; a second instance beside that one; now 2 s into a minute.
    const lives: TestPart[] = [
      {
        instance: 'a',
        sequence: 1,
        startedAt: now - 10 * MIN + 50_000,
        sealedAt: now - 9 * MIN,
        rows: [query(now - 10 * MIN, 50)],
      },
      {
        instance: 'b',
        sequence: 1,
        startedAt: now - 4 * MIN,
        sealedAt: now - 3 * MIN,
        rows: [query(now - 4 * MIN, 300)],
      },
      {
        instance: 'c',
        sequence: 1,
        startedAt: now - 3.5 * MIN,
        sealedAt: now - 3 * MIN,
        rows: [query(now - 4 * MIN, 150)],
      },
      {
        instance: 'b',
        sequence: 2,
        startedAt: now - 4 * MIN,
        sealedAt: now - 58_000,
        rows: [2, 1].map((m) => query(now - m * MIN, m === 2 ? 600 : 10)),
      },
    ];

    test('rates divide by that, also at its edges, and the answer says how much it is', () =>
      withStore(lives, async (ask) => {
        const all = await ask(load, { since: '31d' });
        const seconds = 10 + 182;
        expect(all.range).toEqual({ from: now - 10 * MIN + 50_000, to: now - 58_000, seconds, asked: 31 * 86_400 });
        expect(all.rows[0]).toMatchObject({ calls: 1_110, callsPerSecond: 1_110 / seconds });
        const killed = await ask(load, { from: '2026-11-22T14:10', to: '2026-11-22T14:11' });
        expect(killed.range).toMatchObject({ seconds: 10, asked: 60 });
        expect(killed.rows[0]).toMatchObject({ callsPerSecond: 5 });
        expect((await ask(load, { at: 'peak', since: '1h' })).rows[0]).toMatchObject({
          calls: 600,
          callsPerSecond: 10,
        });
        expect((await ask(load, { at: 'peak', to: '2026-11-22T14:12', since: '9m' })).rows[0]).toMatchObject({
          calls: 50,
          callsPerSecond: 5,
        });
      }));

    test('nobody asked for the length of the default range', () =>
      withStore(lives, async (ask) => {
        const { range } = await ask(load);
        expect(range).toMatchObject({ seconds: 192, asked: (10 * MIN) / 1000 - 50 - 58 });
        expect((await ask(compare, { since: '4m' })).notes.join()).toMatch(/14:10:50 to 14:11:00 \(10 of 300 s\)/);
      }));

    test('a baseline in which nobody recorded is none', () =>
      withStore(lives, async (ask) => {
        const { notes } = await ask(compare, { since: '2m', baseline: '2026-11-22T14:12..2026-11-22T14:14' });
        expect(notes).toEqual([
          'No baseline: no process recorded from 14:12:00 to 14:14:00. Everything counts as new. Shorten the range, or give --baseline <from>..<to>',
        ]);
      }));

    test('trend marks the steps that are covered in part', () =>
      withStore(lives, async (ask) => {
        const { rows } = await ask(trend, { since: '1h', step: '1m' });
        const totals = rows.filter((row) => row.kind === 'total');
        expect(totals.map((row) => [(row.step - t0) / MIN, row.stepSeconds, row.partial, row.callsPerSecond])).toEqual([
          [10, 10, true, 5],
          [16, 60, false, 7.5],
          [18, 60, false, 10],
          [19, 2, true, 5],
        ]);
        const page = trend.table(await ask(trend, { since: '1h', step: '1m' }), { ...plainSheet, now });
        const { text } = render(page, plainSheet);
        expect(text).toMatch(/^~14:10/m);
        expect(text).toMatch(/^ 14:16/m);
        expect(text).toMatch(/^~14:19/m);
      }));

    test('as of a moment: what lies after it is neither summed nor divided by', () =>
      withStore(lives, async (ask) => {
        const then = await ask(load, { asOf: '2026-11-22T14:17:30' });
        expect(then).toMatchObject({
          range: { from: now - 10 * MIN + 50_000, to: now - 3 * MIN, seconds: 70 },
          dataThrough: now - 3 * MIN,
          rows: [{ calls: 500, callsPerSecond: 500 / 70 }, {}],
        });
        await expect(ask(load, { asOf: '2026-11-22T14:10:30' })).rejects.toThrow(/nothing was sealed until .*--as-of/);
      }));
  });

  test('old data: says how old and how to widen the range', () =>
    withStore(
      [{ instance: 'i', sequence: 1, sealedAt: now - 90 * MIN, rows: [testRow({ windowStart: now - 91 * MIN })] }],
      async (ask) => {
        const result = await ask(load);
        expect(result.rows).toEqual([]);
        expect(result.notes.join()).toMatch(/1\.5 h ago.*--since 3h/);
        expect((await ask(load, { since: '3h' })).rows).toHaveLength(2);
      },
    ));

  test('a window from a clock that is ahead is not the newest data', () =>
    withStore(
      [
        { instance: 'i', sequence: 1, sealedAt: now, rows: [testRow({ windowStart: now - MIN })] },
        { instance: 'j', sequence: 1, sealedAt: now, rows: [testRow({ windowStart: now + 7 * 86_400_000 })] },
      ],
      async (ask) =>
        expect(await ask(load)).toMatchObject({
          range: { to: now },
          dataThrough: now,
          rows: [{ calls: 1 }, { calls: 1 }],
        }),
    ));

  test('nothing measured but accounts: points to what can be asked', () =>
    inShop(async (ask) => {
      expect((await ask(load, { measure: 'no.such' })).notes.join()).toMatch(
        /--measure no\.such.*db\.client\.operation\.duration/,
      );
    }));

  test('no rows at all points to doctor', () =>
    withStore([{ instance: 'i', sequence: 1, sealedAt: now, rows: [] }], async (ask) => {
      await expect(ask(load)).rejects.toMatchObject({
        code: 'ATTR_STORE_EMPTY',
        message: expect.stringContaining('doctor'),
      });
    }));

  test.each<[LoadParameters]>([
    [{ since: 'soon' }],
    [{ since: '1h', from: '2026-11-22' }],
    [{ from: '2026-11-22T15:00', to: '2026-11-22T14:00' }],
    [{ from: '2027-01-01' }],
    [{ from: '2026-02-31' }],
    [{ tz: 'Mars/Olympus' }],
    [{ by: 'team' }],
    [{ where: 'nonsense' }],
    [{ where: 'password=1' }],
    [{ limit: 0 }],
    [{ limit: 1.5 }],
    [{ at: 'noon' }],
    [{ asOf: 'last week' }],
  ])('usage: %j', (parameters) =>
    inShop(async (ask) => {
      await expect(ask(load, parameters)).rejects.toMatchObject({ code: 'ATTR_USAGE' });
    }),
  );

  test('--as-of yesterday is a moment, before which this store had nothing', () =>
    inShop((ask) =>
      expect(ask(load, { asOf: 'yesterday' })).rejects.toMatchObject({
        code: 'ATTR_USAGE',
        message: expect.stringMatching(/^nothing was sealed until 2026-11-21T00:00:00\.000Z: .* at 2026-11-22T14:0/),
      }),
    ));
});

test('trend: steps sum to load; the rest and the mark of a new mapping', () =>
  inShop(async (ask) => {
    const result = await ask(trend, { since: '20m', step: '10m', limit: 1 });
    const lines = result.rows
      .filter((row) => row.target.startsWith('postgresql'))
      .map((row) => [row.step, row.kind, row.key, row.value, row.perSecond]);
    expect(lines).toEqual([
      [t0, 'key', 'GET /search', 300, 0.5],
      [t0, 'unattributed', '(unattributed)', 30, 0.05],
      [t0, 'rest', '(rest)', 180, 0.3],
      [t0, 'total', '(total)', 510, 0.85],
      [t0 + 10 * MIN, 'key', 'GET /search', 600, 1],
      [t0 + 10 * MIN, 'unattributed', '(unattributed)', 30, 0.05],
      [t0 + 10 * MIN, 'rest', '(rest)', 180, 0.3],
      [t0 + 10 * MIN, 'total', '(total)', 810, 1.35],
    ]);
    expect(result.notes).toEqual(['14:16:00 billing: mapping m1 → m2', '14:16:00 storefront: mapping m1 → m2']);
    await expect(ask(trend, { step: '90s' })).rejects.toMatchObject({ code: 'ATTR_USAGE' });
    await expect(ask(trend, { step: '0m' })).rejects.toMatchObject({ code: 'ATTR_USAGE' });
  }));

test('per-request: the N+1 route first', () =>
  inShop(async (ask) => {
    const { rows } = await ask(perRequest);
    expect(rows.map((row) => [row.origin, row.target, row.callsPerRequest, row.valuePerRequest, row.requests])).toEqual(
      [
        ['GET /search', 'postgresql://shop-db/shop', 10, 0.5, 1800],
        ['GET /cart', 'postgresql://shop-db/shop', 1, 0.2, 600],
        ['GET /cart', 'https://pay', 1, 0.05, 600],
      ],
    );
  }));

describe('calls per request of one customer', () => {
  const windowStart = now - MIN;
  const of = (origin: string, tenant: string, requests: number, calls: number, told = true): TestRow[] => {
    const attributes = tenant === '' ? '' : JSON.stringify({ tenant });
    const server = { target: 'service://storefront', event: 'http.server.request.duration' };
    return [
      testRow({ windowStart, origin, ...server, count: requests, attributes: told ? attributes : '' }),
      testRow({ windowStart, origin, count: calls, attributes }),
    ];
  };
  const tokens = testRow({
    windowStart,
    origin: 'GET /search',
    target: 'openai://m',
    event: 'gen_ai.client.token.usage',
    unit: '{token}',
    count: 4,
    attributes: '{"gen_ai.token.type":"input","tenant":"acme"}',
  });
  const rows = [
    ...of('GET /search', 'acme', 10, 260),
    ...of('GET /search', 'zeta', 50, 50),
    ...of('GET /health', '', 7, 14),
    // Its requests do not say whose they are: one of them works for many customers.
    ...of('POST /batch', 'acme', 3, 30, false),
    ...of('POST /batch', 'zeta', 3, 60, false),
    tokens,
  ];
  const parts: TestPart[] = [{ instance: 'i', sequence: 1, sealedAt: now, rows }];

  test.each([
    ['attribute.tenant=acme', { 'GET /search': 26, 'POST /batch': null }],
    ['attribute.tenant~a*', { 'GET /search': 26, 'POST /batch': null }],
    ['attribute.tenant!=acme', { 'GET /search': 1, 'GET /health': 2, 'POST /batch': null }],
    ['attribute.tenant!~a*', { 'GET /search': 1, 'GET /health': 2, 'POST /batch': null }],
    ['attribute.tenant=', { 'GET /health': 2 }],
    ['attribute.tenant~*', { 'GET /search': 310 / 60, 'GET /health': 2, 'POST /batch': null }],
    ['attribute.tenant=acme,origin=GET /search', { 'GET /search': 26 }],
    ['service=storefront,attribute.tenant=zeta', { 'GET /search': 1, 'POST /batch': null }],
    ['target~openai*,attribute.tenant=acme,event~*', { 'GET /search': 0.4 }],
    // It belongs to the call, and no request carries it.
    ['attribute.gen_ai.token.type=input,event~*', { 'GET /search': 4 / 60 }],
  ])('--where %s', (where, expected) =>
    withStore(parts, async (ask) => {
      for (const at of [undefined, 'peak']) {
        const { rows } = await ask(load, { where, ...(at !== undefined && { at }) });
        const found = rows.filter((row) => row.kind === 'key' && !row.target.startsWith('service:'));
        expect(Object.fromEntries(found.map((row) => [row.key, row.callsPerRequest]))).toEqual(expected);
      }
      const { rows } = await ask(perRequest, { where });
      const found = rows.filter((row) => !row.target.startsWith('service:'));
      expect(Object.fromEntries(found.map((row) => [row.origin, row.callsPerRequest]))).toEqual(
        Object.fromEntries(Object.entries(expected).filter(([, value]) => value !== null)),
      );
    }),
  );

  test('that nobody knows: says why', () =>
    withStore(parts, async (ask) => {
      const { notes } = await ask(perRequest, { where: 'origin=POST /batch,attribute.tenant=acme' });
      expect(notes.join()).toContain('requests lack an attribute that their calls carry');
    }));
});

test('flow: edges of the heaviest measure; rest and unattributed', () =>
  inShop(async (ask) => {
    const { rows } = await ask(flow, { limit: 1 });
    expect(rows.map((row) => [row.kind, row.originService, row.origin, row.event, row.target, row.value])).toEqual([
      ['key', 'storefront', 'GET /search', 'db.client.operation.duration', 'postgresql://shop-db/shop', 900],
      ['unattributed', '', '(unattributed)', 'db.client.operation.duration', 'postgresql://shop-db/shop', 60],
      ['rest', '', '(rest)', 'db.client.operation.duration', '(rest)', 360],
      ['total', '', '(total)', 'db.client.operation.duration', '(total)', 1320],
    ]);
    const tokens = await ask(flow, { measure: 'gen_ai.client.token.usage' });
    expect(tokens.rows[0]).toMatchObject({ target: 'openai://m', share: 1, unit: '{token}' });
  }));

describe('compare', () => {
  test('contribution to the change sums to one; equal rates do not change', () =>
    inShop(async (ask) => {
      const { rows, notes } = await ask(compare, { since: '10m' });
      const lines = rows.filter((row) => row.target.startsWith('postgresql'));
      expect(lines[0]).toMatchObject({
        key: 'GET /search',
        before: 0.5,
        after: 1,
        change: 0.5,
        relativeChange: 1,
        contribution: expect.closeTo(1, 12),
        status: '',
      });
      expect(lines.find((row) => row.key === 'job:invoices')).toMatchObject({ change: 0, contribution: 0 });
      expect(notes).toEqual(['Compared with 14:00:00 to 14:10:00']);
    }));

  test('new and gone', () =>
    withStore(
      [
        {
          instance: 'i',
          sequence: 1,
          sealedAt: now,
          rows: [testRow({ windowStart: t0, origin: 'old' }), testRow({ windowStart: t0, origin: 'same' })],
        },
        {
          instance: 'i',
          sequence: 2,
          sealedAt: now,
          rows: [
            testRow({ windowStart: now - MIN, origin: 'young' }),
            testRow({ windowStart: now - MIN, origin: 'same' }),
          ],
        },
      ],
      async (ask) => {
        const { rows } = await ask(compare, { since: '10m' });
        expect(Object.fromEntries(rows.map((row) => [row.key, row.status]))).toMatchObject({
          old: 'gone',
          young: 'new',
          same: '',
        });
      },
    ));

  test('no baseline says so', () =>
    inShop(async (ask) => {
      const { notes } = await ask(compare, { since: '1h' });
      expect(notes.join()).toContain('No baseline');
    }));

  test('times ago that are no begin of a window meet where the range begins', () =>
    inShop(async (ask) => {
      const { rows, notes } = await ask(compare, { from: '590s', baseline: '20m..590s' });
      expect(notes.join()).toMatch(/Compared with 14:00:00 to 14:10:00$/);
      expect(rows).toEqual((await ask(compare, { since: '10m' })).rows);
    }));

  test.each([
    '14:00',
    '2026-11-22T14:00..',
    '2026-11-22T14:05..2026-11-22T14:00',
    '2026-11-22T14:00..2026-11-22T14:19',
  ])('usage: --baseline %s', (baseline) =>
    inShop(async (ask) => {
      await expect(ask(compare, { since: '10m', baseline })).rejects.toMatchObject({ code: 'ATTR_USAGE' });
    }),
  );
});

test('inventory: measures, keys, and the rows that dropping an attribute would save', () => {
  const rows = [
    ...['acme', 'zeta', 'omni'].flatMap((tenant) =>
      ['eu', 'us'].map((region) => testRow({ windowStart: t0, attributes: JSON.stringify({ region, tenant }) })),
    ),
    testRow({ windowStart: t0 + MIN }),
  ];
  return withStore([{ instance: 'i', sequence: 1, sealedAt: now, rows }], async (ask) => {
    const { rows: lines } = await ask(inventory);
    expect(lines.map((row) => [row.attribute, row.rows, row.origins, row.keys, row.rowsSaved])).toEqual([
      ['', 7, 1, 7, null],
      ['region', 6, 1, 2, 3],
      ['tenant', 6, 1, 3, 4],
    ]);
    expect(lines[0]).toMatchObject({ firstSeen: t0, lastSeen: t0 + MIN });
  });
});

test('coverage: accounts by reason, gaps, killed instances, silent services', () =>
  withStore(
    [
      ...shopParts().filter((part) => part.sequence !== 7 && part.sequence !== 8),
      {
        instance: 'dead',
        sequence: 1,
        sealedAt: t0 + 5 * MIN,
        rows: [testRow({ windowStart: t0 + 4 * MIN, service: 'worker' })],
      },
      {
        instance: 'done',
        sequence: 1,
        sealedAt: t0 + 5 * MIN,
        rows: [testRow({ windowStart: t0 + 4 * MIN, service: 'cron' })],
        final: true,
      },
      {
        instance: 'old',
        sequence: 1,
        sealedAt: t0 - 100 * MIN,
        rows: [testRow({ windowStart: t0 - 101 * MIN, service: 'mailer' })],
        final: true,
      },
    ],
    async (ask) => {
      const { rows } = await ask(coverage);
      const of = (check: CoverageRow['check']) =>
        rows.filter((row) => row.check === check).map((row) => [row.subject, row.reason, row.value, row.ok]);
      expect(of('attributed').map(([subject]) => subject)).toContain('postgresql://shop-db/shop');
      expect(of('account')).toContainEqual(['attribution.span.unmatched', 'internal', 1800, null]);
      expect(of('spans')).toEqual([['seen but neither matched, unmatched nor suppressed', '', 0, true]]);
      expect(of('rows')).toEqual([['all parts', '', 0, true]]);
      expect(of('gap')).toEqual([['shop', 'billing', 2, false]]);
      expect(of('no-final')).toEqual([['dead', 'worker', 15 * 60, false]]);
      expect(of('silent')).toEqual([['mailer', '', 120 * 60, false]]);
    },
  ));

describe('coverage: spans seen and not explained', () => {
  const account = (event: string, value: number) =>
    testRow({ windowStart: t0, target: 'otel-attribution', event, unit: '{span}', value, count: value });
  const rows = [account('attribution.span.seen', 100), account('attribution.span.matched', 95)];
  const part: TestPart = { instance: 'i', sequence: 1, sealedAt: t0 + MIN, rows };
  test.each<[life: string, part: TestPart, parameters: ReportParameters, reason: string, ok: boolean | null]>([
    ['that has ended: five are lost', { ...part, final: true }, {}, '', false],
    ['that goes on: five may be open still', part, {}, 'still open, or in part out of range', null],
    [
      'that had begun before the range, and ended in it',
      { ...part, final: true, startedAt: t0 - MIN },
      { from: iso(t0) },
      'still open, or in part out of range',
      null,
    ],
  ])('of an instance %s', (_, only, parameters, reason, ok) =>
    withStore([only], async (ask) => {
      const { rows: lines } = await ask(coverage, parameters);
      expect(lines.filter(({ check }) => check === 'spans')).toMatchObject([{ value: 5, reason, ok }]);
    }),
  );
});

test('coverage: a row that is gone from the store is found', () =>
  withStore(shopParts(), async (ask, store) => {
    await store.all(`DELETE FROM sums WHERE part_id = 'shop-20' AND "row" = 0`);
    const { rows } = await ask(coverage);
    expect(rows.filter((row) => row.check === 'rows')).toMatchObject([{ subject: 'shop-20', value: 1, ok: false }]);
  }));

test('sources: instances, versions, gaps', () =>
  withStore(
    [
      ...shopParts().filter((part) => part.sequence !== 3),
      {
        instance: 'b',
        sequence: 1,
        sealedAt: t0,
        package: '0.0.9',
        rows: [testRow({ windowStart: t0 - MIN, service: 'billing' })],
        final: true,
      },
    ],
    async (ask) => {
      const { rows } = await ask(sources);
      expect(
        rows.map((row) => [
          row.service,
          row.instance,
          row.package,
          row.mapping,
          row.parts,
          row.partsMissing,
          row.ended,
        ]),
      ).toEqual([
        ['billing', 'shop', '0.1.0', 'm2', 19, 1, false],
        ['billing', 'b', '0.0.9', 'm1', 1, 0, true],
        ['storefront', 'shop', '0.1.0', 'm2', 19, 1, false],
      ]);
    },
  ));

describe('a range that is over', () => {
  const range = { from: iso(t0 + 5 * MIN), to: iso(t0 + 10 * MIN) };
  const worker = { sequence: 1, final: true };
  const parts: readonly TestPart[] = [
    // Missing is the one between the last part that was sealed in the range and the first one after it.
    ...shopParts().filter((part) => part.sequence !== 11),
    { ...worker, instance: 'before', sealedAt: t0 + MIN, rows: [testRow({ windowStart: t0, service: 'worker' })] },
    {
      ...worker,
      instance: 'after',
      startedAt: t0 + 15 * MIN,
      sealedAt: t0 + 16 * MIN,
      rows: [testRow({ windowStart: t0 + 15 * MIN, service: 'worker' })],
    },
    // Does not say when it began, and is sealed after the range: its window is in it.
    {
      ...worker,
      instance: 'across',
      sealedAt: t0 + 10 * MIN + 200,
      rows: [testRow({ windowStart: t0 + 9 * MIN, service: 'cron' })],
    },
    // Nothing is heard of it in the range, and it lives.
    ...[4, 12].map((minute, i) => ({
      instance: 'idle',
      sequence: i + 1,
      startedAt: t0 + 3 * MIN,
      sealedAt: t0 + minute * MIN,
      rows: [testRow({ windowStart: t0 + (minute - 1) * MIN, service: 'idle' })],
    })),
  ];

  test('sources: those that lived in it', () =>
    withStore(parts, async (ask) => {
      const { rows } = await ask(sources, range);
      expect(rows.map((row) => [row.service, row.instance, row.partsMissing, row.ended])).toEqual([
        ['billing', 'shop', 1, false],
        ['cron', 'across', 0, true],
        ['idle', 'idle', 0, false],
        ['storefront', 'shop', 1, false],
      ]);
    }));

  test('coverage: their gaps and ends, and who was silent until it was heard of again', () =>
    withStore(parts, async (ask, store) => {
      await store.all(`DELETE FROM sums WHERE part_id IN ('after-1', 'across-1')`);
      const { rows } = await ask(coverage, range);
      const of = (check: CoverageRow['check']) =>
        rows.filter((row) => row.check === check).map((row) => [row.subject, row.value, row.ok]);
      expect(of('rows')).toEqual([['across-1', 1, false]]);
      expect(of('gap')).toEqual([['shop', 1, false]]);
      expect(of('no-final')).toEqual([['idle', 8 * 60, false]]);
      expect(of('silent')).toEqual([['worker', 15 * 60, false]]);
    }));

  test('coverage: who was idle when it was last listened for is no fault, for it may have gone on', () =>
    withStore(
      [4, 12, 200].map((minute, i) => ({
        instance: 'nightly',
        sequence: i + 1,
        startedAt: t0 + 3 * MIN,
        sealedAt: t0 + minute * MIN,
        rows: [testRow({ windowStart: t0 + (minute - 1) * MIN })],
      })),
      async (_, store) => {
        const noFinal = async (later: number) => {
          const options = { now: t0 + later * MIN };
          const { rows } = await runReport(store, coverage, { tz: 'UTC', ...range }, options);
          return rows.filter(({ check }) => check === 'no-final').map(({ ok }) => ok);
        };
        expect(await noFinal(60)).toEqual([false]);
        expect(await noFinal(240)).toEqual([null]);
      },
    ));
});
