/** The demo's shop, real from the browser's side to the database, and its own books: who asked what for whom, in numbers. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BookEntry, Operation } from '../../examples/demo/books.ts';
import { startLoad } from '../../examples/demo/load.ts';
import { openShop } from '../../examples/demo/shop.ts';
import type { Store } from '../../src/core/contracts/store.ts';
import { runReport } from '../../src/reports/run.ts';
import { allReports } from '../helpers/reports.ts';
import { keyOf, sumsBy } from './expected/cells.ts';
import type { Fact } from './expected/facts.ts';
import { type Condition, conditionText, requestsOf, selected } from './expected/filter.ts';
import { readParts } from './live.ts';
import { openSides } from './sides.ts';

const events: Readonly<Record<Operation, string>> = {
  query: 'db.client.operation.duration',
  call: 'http.client.request.duration',
  request: 'http.server.request.duration',
};

const is = (field: Condition['field'], operator: Condition['operator'], value: string): Condition => ({
  field,
  operator,
  value,
});
const filters: readonly (readonly Condition[])[] = [
  [],
  ...['acme', 'globex', ''].flatMap((tenant) => [
    [is('attribute.tenant', '=', tenant)],
    [is('attribute.tenant', '!=', tenant)],
  ]),
  [is('attribute.tenant', '~', 'a*')],
  [is('attribute.tenant', '!~', '*e*')],
  ...['GET /search', 'POST /checkout', 'job:invoices'].flatMap((origin) => [
    [is('origin', '=', origin)],
    [is('origin', '!=', origin)],
  ]),
  [is('origin', '~', '*/*')],
  [is('origin', '!~', 'GET *')],
  ...(['service', 'originService'] as const).flatMap((field) =>
    (['=', '!=', '~', '!~'] as const).map((operator) => [
      is(field, operator, operator.endsWith('~') ? 'pay*' : 'storefront'),
    ]),
  ),
  [is('target', '~', 'postgresql*')],
  [is('target', '!~', 'postgresql*')],
  [is('event', '=', events.call)],
  [is('event', '!=', events.call)],
  [is('unit', '=', 's')],
  ...['acme', 'globex'].map((tenant) => [is('attribute.tenant', '=', tenant), is('service', '=', 'payments')]),
  ...['acme', 'globex'].map((tenant) => [is('attribute.tenant', '!=', tenant), is('origin', '=', 'POST /checkout')]),
];

export interface DemoAnswer {
  readonly questions: number;
  readonly operations: number;
  /** One line for each answer that differs. */
  readonly found: readonly string[];
}

export async function demo(seconds: number): Promise<DemoAnswer> {
  const directory = await mkdtemp(join(tmpdir(), 'reports-truth-demo-'));
  const shop = await openShop(directory, 0);
  const load = startLoad(shop.storefrontUrl);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  await load.stop();
  const books = await shop.stop();
  if (load.failures > 0) throw new Error(`${load.failures} requests of the demo got no answer`);
  const parts = await readParts(join(directory, 'local'));
  const now = Date.now();
  const sides = await openSides({ directory, parts }, now);
  const facts = books.flatMap((entry) => factsOf(entry, shop.databaseUrl.replace('shop:shop@', ''), shop.paymentsUrl));
  const found: string[] = [];
  let questions = 0;
  try {
    for (const where of filters) {
      for (const { language, store } of sides.stores) {
        for (const ask of [askLoad, askPerRequest]) {
          questions++;
          const { expected, answered } = await ask(facts, where, store, now);
          const wrong = [...new Set([...expected.keys(), ...answered.keys()])].filter(
            (key) => expected.get(key) !== answered.get(key),
          );
          if (wrong.length === 0) continue;
          const words = wrong
            .slice(0, 3)
            .map((key) => `${key}: ${answered.get(key)}, by the books ${expected.get(key)}`);
          found.push(`${language} demo ${ask.name} ${where.map(conditionText).join(',')}\n    ${words.join('\n    ')}`);
        }
      }
    }
  } finally {
    await sides.close();
    await rm(directory, { recursive: true, force: true });
  }
  return { questions, operations: facts.length, found };
}

/** Each as often as it was done; when, and how long it took, these books do not say. */
function factsOf(
  { service, operation, originService, origin, tenant, n }: BookEntry,
  database: string,
  payments: string,
): Fact[] {
  const fact: Fact = {
    run: service,
    service,
    originService,
    origin,
    tenant,
    target: { query: database, call: payments, request: `service://${service}` }[operation],
    event: events[operation],
    unit: 's',
    request: operation === 'request',
    begin: 0,
    end: 0,
    settled: 0,
    sealed: 0,
    value: 0,
  };
  return Array.from({ length: n }, () => fact);
}

/** What is looked at, of both reports. */
interface Found {
  readonly target: string;
  readonly kind: string;
  readonly keyService: string;
  readonly key: string;
  readonly originService: string;
  readonly origin: string;
  readonly calls: number;
  readonly callsPerRequest: number | null;
}

interface Compared {
  readonly expected: ReadonlyMap<string, string>;
  readonly answered: ReadonlyMap<string, string>;
}

const ALL = { from: 0, to: 1 };
const report = (name: string) => allReports.find((one) => one.name === name)!;
const said = (calls: number, perRequest: number | null): string =>
  `${calls} calls, ${perRequest?.toFixed(6) ?? 'unknown'} per request`;

async function rowsOf(name: string, where: readonly Condition[], store: Store, now: number): Promise<readonly Found[]> {
  const parameters = {
    since: '1h',
    tz: 'UTC',
    limit: 1_000,
    ...(where.length > 0 && { where: where.map(conditionText).join(',') }),
  };
  return (await runReport(store, report(name), parameters, { now })).rows as unknown as readonly Found[];
}

async function askLoad(
  facts: readonly Fact[],
  where: readonly Condition[],
  store: Store,
  now: number,
): Promise<Compared> {
  const requests = requestsOf(facts, ALL, where);
  const expected = new Map<string, string>();
  for (const { key, calls } of sumsBy(selected(facts, where, undefined), ALL, keyOf('origin')).values()) {
    const [target, , , kind, service, name] = key as [string, string, string, string, string, string];
    const n = kind === 'key' ? requests(service, name) : undefined;
    expected.set(JSON.stringify([target, service, name]), said(calls, n === undefined ? null : calls / n));
  }
  const rows = await rowsOf('load', where, store, now);
  const answered = rows
    .filter(({ kind }) => kind !== 'total')
    .map(({ target, keyService, key, calls, callsPerRequest }): [string, string] => [
      JSON.stringify([target, keyService, key]),
      said(calls, callsPerRequest),
    ]);
  return { expected, answered: new Map(answered) };
}

async function askPerRequest(
  facts: readonly Fact[],
  where: readonly Condition[],
  store: Store,
  now: number,
): Promise<Compared> {
  const requests = requestsOf(facts, ALL, where);
  const expected = new Map<string, string>();
  const sums = sumsBy(selected(facts, where, undefined), ALL, ({ target, originService, origin }) => [
    target,
    originService,
    origin,
  ]);
  for (const { key, calls } of sums.values()) {
    const n = requests(key[1]!, key[2]!);
    if (n !== undefined) expected.set(JSON.stringify(key), said(calls, calls / n));
  }
  const rows = await rowsOf('per-request', where, store, now);
  const answered = rows.map(({ target, originService, origin, calls, callsPerRequest }): [string, string] => [
    JSON.stringify([target, originService, origin]),
    said(calls, callsPerRequest),
  ]);
  return { expected, answered: new Map(answered) };
}
