/** What the random rows speak of: usual names, and those that break queries which splice, match or sort carelessly. */
import { canonicalAttributes } from '../../../../src/core/attributes.ts';
import { limits } from '../../../../src/core/limits.ts';
import { DETACHED, OTHER, UNATTRIBUTED } from '../../../../src/core/model.ts';

export const services = ['storefront', 'pay', 'Pay', 'search svc', "o'brien", 'dienst-ä', '*', ''];

/** Sorting is by code point: U+FFFD is below U+1F600 there, above it in UTF-16. */
export const origins = [
  UNATTRIBUTED,
  UNATTRIBUTED,
  DETACHED,
  OTHER,
  'GET /a',
  'GET /A',
  'get /a',
  'GET /a/:id',
  'GET /a b',
  'POST /checkout/:cart',
  'job:nightly-invoices',
  'GET /\ufffd',
  'GET /😀',
  'GET /é',
  'GET /e\u0301',
  '',
  ' ',
  'a\u0000b',
  'a\nb',
  'tab\there',
  "'; DROP TABLE sums; --",
  '"]; .drop table AttributionRaw',
  'x\\',
  '%_*?',
  '{{span}} $from $where_0',
  '(none)',
  '(rest)',
  '(total)',
  'true',
  '0',
  'null',
];

/** Target, event, unit. Values of one event are in one unit, but for the last two: those must never be summed together. */
export const measures: readonly (readonly [string, string, string])[] = [
  ['postgresql://shop-db/shop', 'db.client.operation.duration', 's'],
  ['postgresql://shop-db/shop', 'db.client.connection.wait_time', 's'],
  ['postgresql://(unknown)/pay', 'db.client.operation.duration', 's'],
  ['redis://cache:6380', 'db.client.operation.duration', 's'],
  ['https://api.example.com', 'http.client.request.duration', 's'],
  ['https://api.example.com', 'http.client.request.body.size', 'By'],
  ['https://😀', 'http.client.request.duration', 's'],
  ['it\'s "quoted"\\', 'http.client.request.duration', 's'],
  ['openai://gpt', 'gen_ai.client.token.usage', '{token}'],
  ['openai://gpt', 'gen_ai.client.operation.duration', 's'],
  ['mailer', 'email.sent', '{email}'],
  ['mailer', 'odd', 'By'],
  ['mailer', 'odd', '1'],
];

export const entryEvents = [
  'http.server.request.duration',
  'rpc.server.call.duration',
  'messaging.process.duration',
  'faas.invoke_duration',
];

/** Rows of the service itself that are no requests. */
export const serverEvents = ['work.duration', 'http.server.active_time'];

export const accounts: readonly (readonly [event: string, unit: string, reasons: readonly string[]])[] = [
  ['attribution.span.matched', '{span}', ['']],
  ['attribution.span.unmatched', '{span}', ['internal', 'client', '']],
  ['attribution.span.suppressed', '{span}', ['absorbed', 'repeated']],
  ['attribution.measurement.refused', '{measurement}', ['not-finite', "it's odd", '']],
  ['attribution.part.sealed', '{part}', ['']],
  ['attribution.limit.reached', '{limit}', ['scopes']],
];

export const attributeNames = [
  'tenant',
  'feature',
  'a.b',
  'a/b',
  'a~b',
  'a~1b',
  "it's",
  'with space',
  '0',
  '$',
  '$.tenant',
  '["tenant"]',
  '😀',
  'x"y\\z',
  'line\nbreak',
  'null',
  '__proto__',
  '-1',
  '*',
];

export const attributeValues = [
  'acme',
  'Acme',
  'a,b',
  "o'brien",
  '"',
  '\\',
  '1',
  '01',
  'true',
  'null',
  '(none)',
  '😀',
  '{}',
  ' ',
];

export const attributesOf = (pairs: readonly (readonly [string, string])[]): string =>
  // No prototype, so that `__proto__` is a name like any other.
  canonicalAttributes(Object.assign(Object.create(null), Object.fromEntries(pairs)), limits);

/** Whole, half and three-quarter hours from UTC, with and without daylight saving time. */
export const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
];

/** Moments around which clocks change or days begin somewhere. */
export const moments = [
  '2026-11-22T14:00:00Z',
  '2026-11-22T00:00:00Z',
  '2026-10-25T01:00:00Z',
  '2026-03-29T01:00:00Z',
  '2026-11-01T06:00:00Z',
  '2026-10-03T15:30:00Z',
  '2026-11-21T18:30:00Z',
  '2026-02-28T23:00:00Z',
  '2026-12-31T23:00:00Z',
].map((text) => Date.parse(text));
