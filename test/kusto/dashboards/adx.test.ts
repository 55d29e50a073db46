import { expect, it, vi } from 'vitest';
import { adxDashboard } from '../../../src/dashboards/index.ts';
import { type AdxDashboard, adxProblems } from './adx-checks.ts';
import { database, outlines, place } from './place.ts';

// The analyser reads every function of a query with it.
vi.setConfig({ testTimeout: 180_000 });

const fresh = (): AdxDashboard => JSON.parse(JSON.stringify(adxDashboard(place)));

it('has nothing that the web UI would refuse, and every query is good', () => {
  const dashboard = fresh();
  expect(adxProblems(dashboard, database)).toEqual([]);
  expect(adxProblems(dashboard, outlines)).toEqual([]);
  expect(dashboard.pages).toHaveLength(7);
  expect(dashboard.queries.length).toBeGreaterThan(20);
});

it('is the same text every time, and has other ids for another database', () => {
  expect(adxDashboard(place)).toEqual(adxDashboard(place));
  const other = JSON.stringify(adxDashboard({ ...place, database: 'other' }));
  for (const { id } of fresh().tiles) expect(other).not.toContain(id);
});

it('has one base query for what several tiles of a page show', () => {
  const { baseQueries, pages, queries } = fresh();
  expect(baseQueries.map(({ variableName }) => variableName)).toEqual([
    '_now_question',
    '_cost_question',
    '_operations_question',
    '_per_request_question',
    '_changes_question',
    '_books_question',
  ]);
  expect(pages).toHaveLength(7);
  for (const { variableName } of baseQueries) {
    expect(queries.filter(({ usedVariables }) => usedVariables.includes(variableName)).length).toBeGreaterThan(1);
  }
});

it('asks the tables of another base name', () => {
  const { queries } = adxDashboard({ ...place, table: 'Books' }) as unknown as AdxDashboard;
  expect(queries.filter(({ text }) => text.includes('Attribution'))).toEqual([]);
  expect(() => adxDashboard({ ...place, table: "x'; drop" })).toThrow(/table name/);
});

const tile = (d: AdxDashboard, type: string) => d.tiles.find(({ visualType }) => visualType === type)!;
const queryOf = (d: AdxDashboard, type: string) => d.queries.find(({ id }) => id === tile(d, type).queryRef!.queryId)!;

const breakages: readonly [string, RegExp, (d: AdxDashboard) => void][] = [
  ['an id that is no UUID', /^ids: .* is no UUID/, (d) => (d.pages[0]!.id = 'now')],
  ['an id twice', /^ids: .* twice/, (d) => (d.tiles[1]!.id = d.tiles[0]!.id)],
  ['a tile on no page', /^references: no page/, (d) => (d.tiles[0]!.pageId = d.id)],
  ['a page without tiles', /^references: page .* is empty/, (d) => d.pages.push({ id: d.id, name: 'x' })],
  ['a tile without its query', /^references: no query/, (d) => (tile(d, 'table').queryRef!.queryId = d.id)],
  ['a query that nobody uses', /^references: query .* used 0 times/, (d) => d.tiles.splice(1, 1)],
  [
    'a query for two tiles',
    /^references: query .* used 2 times/,
    (d) => (tile(d, 'bar').queryRef = tile(d, 'table').queryRef!),
  ],
  ['a base query without its query', /^references: no query/, (d) => (d.baseQueries[0]!.queryId = d.id)],
  [
    'a base query that nobody names',
    /^variables: nobody uses _unused/,
    (d) => (d.baseQueries[0]!.variableName = '_unused'),
  ],
  ['a base query by the name of a parameter', /_by has two meanings/, (d) => (d.baseQueries[0]!.variableName = '_by')],
  [
    'a base query whose name is none',
    /_per-request is no name/,
    (d) => (d.baseQueries[0]!.variableName = '_per-request'),
  ],
  ['a tile whose base query is missing', /^query: .*KS/, (d) => d.baseQueries.splice(0, 1)],
  ['no such data source', /^references: no data source/, (d) => (d.queries[0]!.dataSource.dataSourceId = d.id)],
  ['tiles on top of each other', /^layout: .* overlap/, (d) => (d.tiles[1]!.layout.y = 0)],
  ['a tile beyond the edge', /^layout: .* outside/, (d) => (tile(d, 'bar').layout.x += 4)],
  ['a tile too small', /^layout: .* too small/, (d) => (tile(d, 'bar').layout.width = 2)],
  ['a variable that is not said', /does not say so/, (d) => d.queries[0]!.usedVariables.pop()],
  ['a variable that is not used', /does not use/, (d) => (d.queries[0]!.text = 'print x = 1')],
  [
    'a parameter that is not shown where it is used',
    /^variables: By is not shown/,
    (d) => d.parameters.at(-1)!.showOnPages.pageIds!.pop(),
  ],
  ['a variable of another name', /^query: .*KS142/, (d) => (d.parameters[1]!.variableName = '_service')],
  ['a function that is not there', /^query: .*KS/, (d) => (queryOf(d, 'table').text = 'Attribution()')],
  [
    'a column that the query does not return',
    /^columns: .* no column "Time"/,
    (d) => (queryOf(d, 'stackedarea').text += '\n| project-away Time'),
  ],
  [
    'a number that is text',
    /^columns: .* is string/,
    (d) => (queryOf(d, 'bar').text += '\n| extend Active = tostring(Active)'),
  ],
  ['an option that no export has', /^shape: tile bar/, (d) => (tile(d, 'bar').visualOptions.sparkle = true)],
  ['an option of another type', /^shape: tile table/, (d) => (tile(d, 'table').visualOptions.colorRules = null)],
  ['a visual that no export has', /^shape: tile sankey/, (d) => (tile(d, 'bar').visualType = 'sankey')],
  ['a list without all', /^variables: Service has an odd default/, (d) => (d.parameters[1]!.includeAllOption = false)],
];

it.each(breakages)('%s is found', (_, expected, spoil) => {
  const dashboard = fresh();
  spoil(dashboard);
  expect(adxProblems(dashboard, outlines)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
});
