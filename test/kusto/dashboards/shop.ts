/** Two hours of a small shop, with everything that the pages are there to show. */
import { HEADER_ROW, kustoNames } from '../../../src/kusto/names.ts';
import { type TestPart, type TestRow, testRow } from '../../helpers/parts.ts';
import type { KqlDatabase } from '../kql/index.ts';
import { kqlDatabase, parityObjects } from '../verify/parity/kql-side.ts';
import { functions, place } from './place.ts';

const MINUTE = 60_000;
export const from = Date.parse('2026-11-22T11:00:00Z');
export const to = Date.parse('2026-11-22T12:00:00Z');
/** When the dashboard is looked at. */
export const now = to + 30_000;

const SHOP_DB = 'postgresql://shop-db/shop';
const CACHE = 'redis://cache';

/** `mean` seconds each, the largest three times as long. */
function calls(row: Partial<TestRow> & { readonly windowStart: number }, count: number, mean: number): TestRow {
  return testRow({ ...row, value: count * mean, count, samples: count, min: mean / 2, max: mean * 3 });
}

function storefront(windowStart: number, late: boolean): TestRow[] {
  const search = { windowStart, service: 'storefront', origin: 'GET /search', attributes: '{"tenant":"acme"}' };
  const cart = { windowStart, service: 'storefront', origin: 'POST /cart', attributes: '{"tenant":"globex"}' };
  const request = { target: 'service://storefront', event: 'http.server.request.duration', attributes: '' };
  return [
    calls({ ...search, ...request }, 20, 0.8),
    calls({ ...cart, ...request }, 10, 0.1),
    // An N+1, which a release in the second hour doubled.
    calls({ ...search, target: SHOP_DB, exemplarTraceId: 'a'.repeat(32) }, late ? 940 : 470, 0.016),
    calls({ ...cart, target: SHOP_DB, exemplarTraceId: 'b'.repeat(32) }, 20, 0.25),
    calls({ ...search, target: CACHE }, 60, 0.001),
    testRow({
      ...search,
      target: 'openai://gpt',
      event: 'gen_ai.client.token.usage',
      unit: '{token}',
      value: 4_000,
      count: 4,
      samples: 4,
      min: 500,
      max: 2_000,
    }),
    account(windowStart, 'attribution.span.seen', 1_000),
    account(windowStart, 'attribution.span.matched', 990),
    account(windowStart, 'attribution.span.unmatched', 10),
  ];
}

const account = (windowStart: number, event: string, value: number): TestRow =>
  testRow({
    windowStart,
    origin: '',
    target: 'otel-attribution',
    event,
    unit: '{span}',
    value,
    count: 1,
    samples: 1,
    min: null,
    max: null,
  });

function billing(windowStart: number, late: boolean): TestRow[] {
  const job = { windowStart, service: 'billing', origin: 'job:invoices' };
  return [
    calls({ ...job, target: SHOP_DB }, late ? 30 : 60, 0.08),
    calls({ ...job, origin: '(unattributed)', target: SHOP_DB }, 5, 0.02),
  ];
}

function parts(): TestPart[] {
  const result: TestPart[] = [];
  const add = (instance: string, rowsOf: typeof storefront, more: Partial<TestPart> = {}): void => {
    let sequence = 0;
    // A little more than the hour before, so that all of it is in the books.
    for (let start = from - 65 * MINUTE; start < to; start += 5 * MINUTE) {
      sequence++;
      // One part of billing never arrived.
      if (instance.startsWith('b') && sequence === 7) continue;
      // The newest window is the last minute of the range.
      const windowStart = start + 4 * MINUTE;
      result.push({
        instance,
        sequence,
        sealedAt: windowStart + MINUTE + 200,
        rows: rowsOf(windowStart, start >= from),
        ...more,
      });
    }
  };
  add('00000000-0000-4000-8000-00000000000a', storefront);
  add('b0000000-0000-4000-8000-00000000000b', billing, { package: '0.2.0' });
  // Fell silent, killed before its last part.
  const windowStart = from - 30 * MINUTE;
  const mailer = { windowStart, service: 'mailer', origin: 'job:mails', target: CACHE };
  result.push({
    instance: 'c0000000-0000-4000-8000-00000000000c',
    sequence: 1,
    sealedAt: windowStart + MINUTE,
    rows: [calls(mailer, 10, 0.001)],
  });
  return result;
}

export function shop(all: readonly TestPart[] = parts()): KqlDatabase {
  const names = kustoNames(place.table);
  const deliveries = all.map((part) => ({ part, rows: [HEADER_ROW, ...part.rows.keys()] }));
  return kqlDatabase(parityObjects(names, functions), names, deliveries);
}
