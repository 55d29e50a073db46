import { expect, it, vi } from 'vitest';
import { grafanaDashboard } from '../../../src/dashboards/index.ts';
import { analyse } from '../kql/analyser.ts';
import { chosenOdd, type GrafanaDashboard, type GrafanaPanel, grafanaProblems } from './grafana-checks.ts';
import { asSent } from './grafana-plugin.ts';
import { database, outlines, place } from './place.ts';

// The analyser reads every function of a query with it.
vi.setConfig({ testTimeout: 180_000 });

const fresh = (): GrafanaDashboard => JSON.parse(JSON.stringify(grafanaDashboard(place)));

it('has panels that fit, references that resolve and good queries, whatever is chosen', () => {
  const dashboard = fresh();
  expect(grafanaProblems(dashboard, database)).toEqual([]);
  expect(grafanaProblems(dashboard, outlines)).toEqual([]);
  expect(dashboard.panels.filter(({ type }) => type === 'row')).toHaveLength(7);
});

it('asks for one page only until another is opened', () => {
  const rows = fresh().panels.filter(({ type }) => type === 'row');
  expect(rows.map(({ collapsed }) => collapsed)).toEqual([false, true, true, true, true, true, true]);
});

it('asks once for what several panels of a page show', () => {
  const asked = fresh().panels.flatMap((row) => [row, ...(row.panels ?? [])]);
  const queries = asked.flatMap(({ targets = [] }) => targets.flatMap(({ query }) => query ?? []));
  expect(new Set(queries).size).toBe(queries.length);
  expect(asked.filter(({ targets }) => targets?.[0]?.panelId !== undefined)).toHaveLength(9);
});

it('keeps every value a value', () => {
  const lists = ['service', 'target', 'origin'].map((name) => `dynamic(\${${name}:json})`);
  const text = asSent(`print ${lists.join(', ')}`, fresh().templating.list, chosenOdd);
  const { diagnostics, columns } = analyse(text, database);
  expect(diagnostics).toEqual([]);
  expect(columns).toHaveLength(3);
});

const everyPanel = (d: GrafanaDashboard): GrafanaPanel[] => d.panels.flatMap((p) => [p, ...(p.panels ?? [])]);
const panel = (d: GrafanaDashboard, type: string) => everyPanel(d).find((p) => p.type === type)!;
const target = (d: GrafanaDashboard, type: string) => panel(d, type).targets![0]!;

const transformation = (d: GrafanaDashboard, id: string) =>
  everyPanel(d)
    .flatMap(({ transformations = [] }) => transformations)
    .find((one) => one.id === id)!;
const shared = (d: GrafanaDashboard) =>
  everyPanel(d)
    .flatMap(({ targets = [] }) => targets)
    .find(({ query }) => query === undefined)!;

const breakages: readonly [string, RegExp, (d: GrafanaDashboard) => void][] = [
  ['an id twice', /^ids: panel/, (d) => (d.panels[1]!.id = d.panels[2]!.id)],
  ['panels on top of each other', /^layout: .* overlap/, (d) => (panel(d, 'table').gridPos.y -= 2)],
  ['folded panels on top of each other', /^layout: .* overlap/, (d) => (d.panels.at(-1)!.panels![2]!.gridPos.y -= 1)],
  ['a panel beyond the edge', /^layout: .* outside/, (d) => (panel(d, 'barchart').gridPos.w += 1)],
  ['another data source', /^references: .* another data source/, (d) => (target(d, 'stat').datasource.uid = 'x')],
  ['no variable for the data source', /^references: no variable/, (d) => d.templating.list.shift()],
  ['a panel without a query', /^references: .* no query/, (d) => panel(d, 'stat').targets!.pop()],
  ['a query for the builder', /^target:/, (d) => (target(d, 'stat').rawMode = false)],
  ['a chart over a table', /^target:/, (d) => (target(d, 'timeseries').resultFormat = 'table')],
  ['a variable that is not there', /^variables: .* leaves \$/, (d) => d.templating.list.splice(1, 1)],
  [
    'a variable that nobody uses',
    /^variables: nobody uses/,
    (d) => Object.assign(d.templating.list[1]!, { name: 'services' }),
  ],
  [
    'a value that is spliced as it is',
    /^query:/,
    (d) => {
      const one = target(d, 'stat');
      one.query = one.query!.replaceAll(':json}', '}');
    },
  ],
  [
    'a single text in the format of lists',
    /^query:/,
    (d) => {
      for (const { targets = [] } of everyPanel(d))
        for (const one of targets) Object.assign(one, { query: one.query?.replaceAll(':percentencode}', ':json}') });
    },
  ],
  ['no value for all', /^query:/, (d) => delete (d.templating.list[1] as { allValue?: string }).allValue],
  ['a query that is not good', /^query: .*KS/, (d) => (target(d, 'table').query += '| where Nothing == 1')],
  [
    'an override of no column',
    /^columns: .* no column/,
    (d) => (panel(d, 'stat').fieldConfig!.overrides[0]!.matcher.options = 'Age'),
  ],
  [
    'a chart that is not in order',
    /^columns: .* order of time/,
    (d) => (target(d, 'timeseries').query += '\n| take 10'),
  ],
  [
    'a chart with one label more',
    /^columns: .* 4 columns/,
    (d) => (target(d, 'timeseries').query += '\n| extend a = "x"\n| order by Time asc'),
  ],
  [
    'a matrix of no column',
    /^columns: .* no column/,
    (d) => {
      Object.assign(transformation(d, 'groupingToMatrix').options, { rowField: 'Where' });
    },
  ],
  [
    'a place that the question does not give',
    /^columns: .* no column "nowhere"/,
    (d) => Object.assign(transformation(d, 'sortBy').options, { sort: [{ field: 'nowhere' }] }),
  ],
  [
    'a column that the question does not give',
    /^columns: .* no column "nothing"/,
    (d) => Object.assign(transformation(d, 'filterFieldsByName').options, { include: { names: ['nothing'] } }),
  ],
  [
    'a panel that shows what another page asks',
    /^references: .* shows what no panel beside it asks/,
    (d) => (shared(d).panelId = d.panels.at(-1)!.panels!.find(({ targets }) => targets !== undefined)!.id),
  ],
  [
    'a panel that shows what nobody asks',
    /^references: .* shows what no panel beside it asks/,
    (d) => (shared(d).panelId = d.panels[0]!.id),
  ],
  [
    'a panel that shows what is left of another',
    /^references: .* has no query/,
    (d) => (shared(d).withTransforms = true),
  ],
  [
    'a variable with two columns',
    /^columns: variable/,
    (d) => ((d.templating.list[1]!.query as { query: string }).query += '\n| extend b = 1'),
  ],
];

it.each(breakages)('%s is found', (_, expected, spoil) => {
  const dashboard = fresh();
  spoil(dashboard);
  expect(grafanaProblems(dashboard, outlines)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
});
