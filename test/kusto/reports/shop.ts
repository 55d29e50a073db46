import type { TestPart, TestRow } from '../../helpers/parts.ts';
import { testRow } from '../../helpers/parts.ts';

const MIN = 60_000;
/** Half past an hour: ranges cross an hour, and begin and end within one. */
export const begin = Date.UTC(2026, 10, 22, 13, 30);
export const end = begin + 100 * MIN;

/**
 * A hundred minutes of a storefront with a job, a payments service and tenants: ties, an origin that is called like none, windows of
 * 300 s beside those of 60 s, an early end, a gap, a deploy, an empty last part, a service that is silent, one clock that is ahead.
 */
export function shopParts(): TestPart[] {
  const parts: TestPart[] = [];
  for (let minute = 0; minute < 100; minute++) {
    const windowStart = begin + minute * MIN;
    if (minute === 41) continue;
    parts.push({
      instance: 'shop',
      sequence: minute + 1,
      sealedAt: windowStart + MIN + 250,
      rows: minuteOf(windowStart, minute),
      package: minute < 60 ? '0.1.0' : '0.2.0',
      mapping: minute < 80 ? 'm1' : 'm2',
    });
  }
  const slow = { instance: 'slow', windowSeconds: 300 };
  for (let i = 0; i < 20; i++) {
    const windowStart = begin + i * 5 * MIN;
    parts.push({
      ...slow,
      sequence: i + 1,
      sealedAt: windowStart + 5 * MIN,
      rows: [testRow({ windowStart, service: 'reports', origin: 'job:nightly', value: 37.5, count: 3, samples: 3 })],
    });
  }
  parts.push({ ...slow, sequence: 21, sealedAt: end + 5, rows: [], final: true });
  const other = { final: true, sequence: 1 };
  const mailer = testRow({ windowStart: begin - 301 * MIN, service: 'mailer', origin: 'consume mails' });
  parts.push({ ...other, instance: 'old', sealedAt: begin - 300 * MIN, rows: [mailer] });
  const ahead = testRow({ windowStart: end + 7 * 24 * 60 * MIN, service: 'ahead' });
  parts.push({ ...other, instance: 'ahead', sealedAt: end, rows: [ahead] });
  parts.push(...observerParts());
  return parts;
}

/** What `blame` and `coverage --observe` write: two runs in the range, with another mapping, and one of long before. */
function observerParts(): TestPart[] {
  const row = (windowStart: number, r: Partial<TestRow>): TestRow =>
    testRow({ windowStart, service: '(observer)', originService: '', min: null, max: null, ...r });
  const run = (instance: string, windowStart: number, mapping: string): TestPart => ({
    instance,
    mapping,
    sequence: 1,
    final: true,
    sealedAt: windowStart + 50_000,
    rows: [
      row(windowStart, {
        originService: 'billing',
        origin: 'job:invoices',
        event: 'db.client.blocked.duration',
        value: 42,
        count: 3,
        attributes: '{"victim":"GET /search","victim.service":"storefront"}',
      }),
      ...[8, 2].map((value, i) =>
        row(windowStart, {
          origin: i === 0 ? '(observed)' : '(unseen)',
          target: 'redis://cache',
          event: 'attribution.target.calls',
          unit: '{call}',
          value,
          count: value,
          attributes: '{"counter":"commandstats"}',
        }),
      ),
    ],
  });
  return [
    run('looked', begin - 299 * MIN, 'm1'),
    run('looks', begin + 40 * MIN, 'm1'),
    run('looks-again', begin + 45 * MIN, 'm2'),
  ];
}

function minuteOf(windowStart: number, minute: number): TestRow[] {
  const row = (r: Partial<TestRow>): TestRow => testRow({ windowStart, samples: r.count ?? 1, ...r });
  const server = (origin: string, count: number): TestRow =>
    row({ origin, target: 'service://storefront', event: 'http.server.request.duration', value: count / 8, count });
  const account = (event: string, value: number, attributes = ''): TestRow =>
    row({ origin: '(self)', target: 'otel-attribution', event, unit: '{span}', value, attributes });
  const n = minute < 50 ? 1 : 2;
  return [
    server('GET /search', 60 * n),
    server('GET /cart', 30),
    server('GET /😀', 1),
    row({
      origin: 'GET /search',
      value: 30 * n,
      count: 600 * n,
      max: 0.5 + minute / 1024,
      exemplarTraceId: minute % 3 === 0 ? String(minute % 10).repeat(32) : '',
      attributes: '{"region":"eu","tenant":"acme"}',
    }),
    row({ origin: 'GET /cart', value: 6, count: 30, min: null, max: null, attributes: '{"tenant":"zeta"}' }),
    row({ origin: 'GET /\ufffd', value: 6, count: 2, attributes: '{"a/b~c.\\"d\\"":"x\\ny","tenant":"acme"}' }),
    row({ origin: 'GET /😀', value: 6, count: 0, samples: 1, attributes: '{"$.tenant":"x","tenant":"acme"}' }),
    row({ origin: 'GET /search', originService: 'front', value: minute % 2, count: 1 }),
    row({ service: 'billing', origin: 'job:invoices', value: minute < 70 ? 12 : 0, count: 60 }),
    row({ origin: '(unattributed)', originService: '', value: 3, count: 30 }),
    row({ origin: '(unattributed)', originService: 'storefront', value: 1, count: 1, target: 'redis://cache' }),
    row({ origin: minute < 50 ? 'v1\nnew line' : 'v2', target: 'redis://cache', value: 2, count: 40 }),
    row({ origin: 'GET /cart', target: 'https://pay', event: 'http.client.request.duration', value: 1.5, count: 30 }),
    row({
      origin: 'GET /search',
      target: 'openai://m',
      event: 'gen_ai.client.token.usage',
      unit: '{token}',
      value: 1000,
      count: 10,
      attributes: minute % 2 === 0 ? '{"gen_ai.token.type":"input"}' : '{"gen_ai.token.type":"output"}',
    }),
    account('attribution.span.seen', 1000),
    account('attribution.span.matched', 900),
    account('attribution.span.unmatched', minute === 7 ? 99 : 100, '{"reason":"internal"}'),
  ];
}
