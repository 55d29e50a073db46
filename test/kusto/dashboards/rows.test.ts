/** Every query of both dashboards, on a small shop: an empty panel is a mistake, and both say the same. */
import { expect, it, vi } from 'vitest';
import { adxDashboard, grafanaDashboard } from '../../../src/dashboards/index.ts';
import { kqlLiteral } from '../../../src/kusto/literal.ts';
import { testRow } from '../../helpers/parts.ts';
import { evaluate, type KqlDatabase } from '../kql/index.ts';
import type { AdxDashboard } from './adx-checks.ts';
import { withBases } from './adx-web-ui.ts';
import { chosenOdd, type GrafanaDashboard, type GrafanaPanel } from './grafana-checks.ts';
import { asSent, type Chosen } from './grafana-plugin.ts';
import { transformedRows } from './grafana-transformations.ts';
import { place } from './place.ts';
import { from, now, shop, to } from './shop.ts';

vi.setConfig({ testTimeout: 120_000 });

type Row = Readonly<Record<string, unknown>>;
const adx = adxDashboard(place) as unknown as AdxDashboard;
const grafana = grafanaDashboard(place) as unknown as GrafanaDashboard;
const full = shop();

function rowsOf(text: string, database: KqlDatabase): Row[] {
  const { columns, rows } = evaluate(text, database, { now });
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i]])));
}

interface Choice {
  readonly services?: readonly string[];
  readonly targets?: readonly string[];
  readonly origins?: readonly string[];
  readonly measure?: string;
  readonly by?: string;
}

/** As the web UI does it: variables are declared in front of the query. Its "all" is null. */
function askAdx(title: string, choice: Choice = {}, database: KqlDatabase = full): Row[] {
  const queryId =
    adx.tiles.find((tile) => tile.title === title)?.queryRef?.queryId ??
    adx.parameters.find((parameter) => parameter.displayName === title)?.dataSource?.queryRef.queryId;
  const { text, usedVariables } = withBases(adx, queryId!);
  const list = (values?: readonly string[]) => kqlLiteral({ type: 'dynamic', value: values ?? null });
  const values: Readonly<Record<string, string>> = {
    _startTime: kqlLiteral({ type: 'datetime', value: from }),
    _endTime: kqlLiteral({ type: 'datetime', value: to }),
    _services: list(choice.services),
    _targets: list(choice.targets),
    _origins: list(choice.origins),
    _measure: kqlLiteral({ type: 'string', value: choice.measure ?? 'durations' }),
    _by: kqlLiteral({ type: 'string', value: choice.by ?? 'origin' }),
  };
  const lets = usedVariables.map((name) => `let ${name} = ${values[name]};\n`);
  return rowsOf(lets.join('') + text, database);
}

const panels = grafana.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
const chosen: Chosen = {
  lists: { service: 'all', target: 'all', origin: 'all' },
  texts: { measure: 'durations', by: 'origin' },
  from: new Date(from).toISOString(),
  to: new Date(to).toISOString(),
};
const askGrafana = (query: string, choice: Chosen = chosen): Row[] =>
  rowsOf(asSent(query, grafana.templating.list, choice), full);

/** What a panel shows: of its own query, or of the panel that has asked. */
function shownIn({ targets, transformations = [] }: GrafanaPanel): readonly Row[] {
  const { query, panelId } = targets![0]!;
  const asked = query ?? panels.find(({ id }) => id === panelId)!.targets![0]!.query!;
  return transformedRows(askGrafana(asked), transformations);
}

const titles = adx.tiles.filter(({ queryRef }) => queryRef !== undefined).map(({ title }) => title);

it.each(titles)('%s has rows, in both', (title) => {
  const rows = askAdx(title);
  expect(rows.length).toBeGreaterThan(0);
  // No column is there for nothing.
  for (const name of Object.keys(rows[0]!))
    expect(
      rows.some((row) => row[name] !== null),
      name,
    ).toBe(true);
  const panel = panels.find((one) => one.title === title)!;
  const theirs = shownIn(panel);
  // Big numbers are rows in ADX and columns in Grafana.
  if (panel.type === 'stat') {
    expect(Object.keys(theirs[0]!)).toHaveLength(rows.length);
    return;
  }
  expect(theirs).toHaveLength(rows.length);
  // The same lines in the same order, by what is written in the same way in both.
  const texts = Object.keys(rows[0]!).filter((name) => name in theirs[0]! && typeof rows[0]![name] === 'string');
  expect(texts.length).toBeGreaterThan(0);
  for (const name of texts) expect(theirs.map((row) => row[name])).toEqual(rows.map((row) => row[name]));
});

it.each(adx.parameters.filter(({ kind }) => kind !== 'duration').map(({ displayName }) => displayName))(
  'there is something to choose for %s',
  (name) => {
    const variable = grafana.templating.list.find((one) => (one as { label?: string }).label === name)!;
    const values = askAdx(name).map((row) => row.value);
    expect(values.length).toBeGreaterThan(1);
    expect(new Set(values).size).toBe(values.length);
    expect(askGrafana((variable.query as { query: string }).query).map((row) => row.value)).toEqual(values);
  },
);

it('choices narrow those after them', () => {
  expect(askAdx('Service').map((row) => row.value)).toEqual(['billing', 'storefront']);
  expect(askAdx('Target', { services: ['billing'] }).map((row) => row.value)).toEqual(['postgresql://shop-db/shop']);
  const targets = ['redis://cache'];
  expect(askAdx('Origin', { targets }).map((row) => row.value)).toEqual(['GET /search']);
  expect(askAdx('Measure')[0]).toEqual({ value: 'durations' });
  expect(askAdx('By').map((row) => row.value)).toEqual(['origin', 'service', 'target', 'attribute.tenant']);
});

it('says who loads what', () => {
  const stats = Object.fromEntries(askAdx('State of the books').map((row) => [row.Label, row]));
  expect(stats['Services reporting']).toMatchObject({ Value: '2', State: 'ok' });
  expect(stats['Data through']).toMatchObject({ Value: '2026-11-22 12:00' });
  expect(stats['Parts missing']).toMatchObject({ Value: '1', State: 'warning' });
  // 5 × 0.02 of 940 × 0.016 + 20 × 0.25 + 30 × 0.08 + 5 × 0.02 seconds.
  expect(stats['Unattributed, worst target']).toMatchObject({ Value: '0.4 %', State: 'ok' });

  const [heaviest] = askAdx('Load by origin, per target');
  expect(heaviest).toMatchObject({ Target: 'postgresql://shop-db/shop', Service: 'storefront', Origin: 'GET /search' });
  expect(heaviest!['Share %']).toBeCloseTo((100 * 15.04) / 22.54, 1);
  expect(heaviest).toMatchObject({ 'Calls/request': 47, 'Mean ms': 16, 'Max ms': 48 });
  expect(askAdx('Top origins')[0]!.Who).toBe('storefront GET /search → postgresql://shop-db/shop');
});

it('adds the shares of a target up to 100 %', () => {
  for (const by of ['origin', 'service', 'attribute.tenant']) {
    const shares = new Map<unknown, number>();
    for (const row of askAdx('Share of each target', { by })) {
      shares.set(row.Target, (shares.get(row.Target) ?? 0) + (row['Share %'] as number));
    }
    expect(shares.size).toBeGreaterThan(1);
    for (const total of shares.values()) expect(total).toBeCloseTo(100, 0);
  }
});

it('finds the N+1, the slowest and the largest', () => {
  expect(askAdx('Calls per request')[0]).toEqual({
    Who: 'storefront GET /search → postgresql://shop-db/shop',
    'Calls/request': 47,
  });
  expect(askAdx('Slowest on average')[0]).toMatchObject({ Origin: 'POST /cart', 'Mean ms': 250 });
  expect(askAdx('Largest single operations')[0]).toMatchObject({
    'Max ms': 750,
    'Trace of the largest': 'b'.repeat(32),
  });
});

it('sees what a release changed', () => {
  const changes = askAdx('Who contributed what', { targets: ['postgresql://shop-db/shop'] });
  expect(changes.find((row) => row.Who === 'GET /search')!['Relative %']).toBe(100);
  expect(changes.find((row) => row.Who === 'job:invoices')!['Relative %']).toBeLessThan(0);
  expect(askAdx('Change of what moved most')[0]!.Who).toBe('storefront GET /search');
});

it('counts another measure in its own unit', () => {
  const rows = askAdx('Load and share', { measure: 'gen_ai.client.token.usage' });
  expect(rows).toMatchObject([{ Target: 'openai://gpt', Unit: '{token}', Value: 48_000 }]);
  expect(askAdx('Load per second, by target', { measure: 'gen_ai.client.token.usage' }).length).toBeGreaterThan(0);
});

it('stacks have every series at every step', () => {
  for (const title of ['Active operations by target', 'Active operations by origin, heaviest target']) {
    const rows = askAdx(title);
    const [time, series] = Object.keys(rows[0]!) as [string, string];
    const count = (name: string) => new Set(rows.map((row) => row[name])).size;
    expect(rows).toHaveLength(count(time) * count(series));
    expect(rows.map((row) => row[time])).toEqual(rows.map((row) => row[time]).toSorted());
  }
});

it('finds what is missing from the books', () => {
  const stats = Object.fromEntries(askAdx('Failing checks').map((row) => [row.Label, row.Value]));
  expect(stats).toMatchObject({ 'Instances with gaps': '1', 'Silent services': '1', 'Parts without all rows': '0' });
  expect(askAdx('Who reports')[0]).toMatchObject({ Service: 'billing', Version: '0.2.0', 'Parts missing': 1 });
});

it('obeys the filters', () => {
  const rows = askAdx('Load by origin, per target', { services: ['billing'], origins: ['job:invoices'] });
  expect(rows).toMatchObject([{ Service: 'billing', Origin: 'job:invoices', 'Share %': 100 }]);
  expect(askAdx('Load by origin, per target', { services: [] })).toEqual(askAdx('Load by origin, per target'));
});

it('takes odd values for what they are', () => {
  const [table] = panels.filter((panel) => panel.title === 'Load and share');
  const asked = panels.find(({ id }) => id === table!.targets![0]!.panelId)!.targets![0]!.query!;
  expect(askGrafana(asked, { ...chosenOdd, from: chosen.from, to: chosen.to })).toEqual([]);
});

it('is empty, not broken, before there is data', () => {
  const empty = shop([]);
  for (const title of titles) expect(() => askAdx(title, {}, empty), title).not.toThrow();
  expect(askAdx('State of the books', {}, empty)[0]).toEqual({ Label: 'Data age', Value: '–', State: 'bad' });
});

it('puts what is beyond the heaviest in one piece, and leaves the rest of the lines', () => {
  const origins = Array.from({ length: 20 }, (_, i) => `GET /${String.fromCharCode(97 + i)}`);
  const windowStart = to - 10 * 60_000;
  const rows = origins.map((origin, i) => testRow({ windowStart, origin, value: 20 - i }));
  const many = shop([{ instance: 'i', sequence: 1, startedAt: from, sealedAt: windowStart + 61_000, rows }]);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const share = (from: number, to: number) => (100 * sum(rows.slice(from, to).map(({ value }) => value))) / 210;

  const pieces = askAdx('Share of each target', {}, many);
  expect(pieces.map((row) => row.Who)).toEqual([...origins.slice(0, 8).map((o) => `storefront ${o}`), '(rest)']);
  expect(pieces.at(-1)!['Share %']).toBeCloseTo(share(8, 20), 1);
  const lines = askAdx('Load by origin, per target', {}, many);
  expect(lines.map((row) => row.Origin)).toEqual([...origins.slice(0, 12), '(rest)']);
  expect(lines.at(-1)!['Share %']).toBeCloseTo(share(12, 20), 1);
  expect(askAdx('Top origins', {}, many).map((row) => row.Who)).toEqual(
    origins.slice(0, 12).map((origin) => `storefront ${origin} → postgresql://shop-db/shop`),
  );
});
