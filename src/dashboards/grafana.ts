/** The dashboard for Grafana and its data source plugin `grafana-azure-data-explorer-datasource`; pages are rows that can be folded. */
import { choices } from './choices.ts';
import { partTransformations, shownInGrafana, visualOf } from './grafana-visuals.ts';
import { shownAs } from './kql.ts';
import { type Choice, laidOut, type Page, type Panel, type Place, type VariableName } from './model.ts';
import { pages } from './pages/index.ts';
import { scopeOf } from './scope.ts';
import { uuidOf } from './uuid.ts';

const PLUGIN = 'grafana-azure-data-explorer-datasource';
/** Of the plugin for which the queries were written. */
const PLUGIN_VERSION = '7.2.8';
/** Grafana 11.6; later ones migrate it. */
const SCHEMA_VERSION = 41;

const splice = (name: string): string => `\${${name}}`;

/** A variable of the dashboard chooses among the data sources of the plugin, so that no import asks for one. */
const datasource = { type: PLUGIN, uid: splice('datasource') };

/** Shows what another panel has asked. */
const dashboard = { type: 'datasource', uid: '-- Dashboard --' };

/**
 * The plugin can only splice text. Two formats of Grafana make that safe, whatever a value holds: `json` of a list has the quotes and
 * escapes of a dynamic literal (of a single text it has none), and `percentencode` leaves nothing that could end a string.
 */
const variables: Readonly<Record<VariableName, string>> = {
  from: '$__timeFrom',
  to: '$__timeTo',
  services: `dynamic(${splice('service:json')})`,
  targets: `dynamic(${splice('target:json')})`,
  origins: `dynamic(${splice('origin:json')})`,
  measure: `url_decode('${splice('measure:percentencode')}')`,
  by: `url_decode('${splice('by:percentencode')}')`,
};

const names = { services: 'service', targets: 'target', origins: 'origin', measure: 'measure', by: 'by' } as const;

/** JSON-able. */
export function grafanaDashboard(place: Place): Readonly<Record<string, unknown>> {
  const scope = scopeOf(place.table, variables);
  let lastId = 0;

  /** The panel of each page that asks its question: the first that shows a part of it. */
  const askers = new Map<Page, number>();

  const asks = (page: Page, { query, part, visual }: Panel, id: number): Record<string, unknown> => {
    if (query !== undefined) {
      const series = visual.kind === 'area' || visual.kind === 'lines';
      const text = shownAs(query(scope), visual, shownInGrafana);
      return {
        datasource,
        targets: [{ refId: 'A', datasource, ...kql(place, text, series ? 'time_series' : 'table') }],
      };
    }
    if (part === undefined) return {};
    const transformations = [...partTransformations(part, visual), ...(visualOf(visual).transformations ?? [])];
    const asker = askers.get(page);
    if (asker !== undefined) {
      const targets = [{ refId: 'A', datasource: dashboard, panelId: asker, withTransforms: false }];
      return { datasource: dashboard, targets, transformations };
    }
    askers.set(page, id);
    const targets = [{ refId: 'A', datasource, ...kql(place, page.question!(scope), 'table') }];
    return { datasource, targets, transformations };
  };

  const panel = (page: Page, one: Panel, x: number, y: number): Record<string, unknown> => {
    const { visual, title, description, width, height } = one;
    const id = ++lastId;
    return {
      id,
      title,
      ...(description !== undefined && { description }),
      gridPos: { h: height, w: width, x, y },
      ...visualOf(visual),
      ...asks(page, one, id),
    };
  };

  const panels: Record<string, unknown>[] = [];
  let y = 0;
  for (const [i, page] of pages.entries()) {
    // Folded rows ask nothing until they are opened.
    const collapsed = i > 0;
    const row = { id: ++lastId, type: 'row', title: page.title, collapsed, gridPos: { h: 1, w: 24, x: 0, y } };
    const top = y + 1;
    const inside = laidOut(page.panels).map((one) => panel(page, one.panel, one.x, top + one.y));
    panels.push({ ...row, panels: collapsed ? inside : [] }, ...(collapsed ? [] : inside));
    y = collapsed ? y + 1 : Math.max(...laidOut(page.panels).map((one) => top + one.y + one.panel.height));
  }

  return {
    __requires: [
      { type: 'grafana', id: 'grafana', name: 'Grafana', version: '11.6.0' },
      { type: 'datasource', id: PLUGIN, name: 'Azure Data Explorer Datasource', version: '7.0.0' },
    ],
    annotations: { list: [] },
    description: 'Who causes the load on shared databases, queues and APIs, and what it costs (otel-attribution).',
    editable: true,
    fiscalYearStartMonth: 0,
    graphTooltip: 1,
    id: null,
    links: [],
    panels,
    refresh: '',
    schemaVersion: SCHEMA_VERSION,
    tags: ['otel-attribution'],
    templating: {
      list: [
        {
          name: 'datasource',
          type: 'datasource',
          label: 'Data source',
          query: PLUGIN,
          current: {},
          hide: 0,
          includeAll: false,
          multi: false,
          options: [],
          refresh: 1,
          regex: '',
          skipUrlSync: false,
        },
        ...choices.map((choice) => templateVariable(place, choice, choice.query(scope))),
      ],
    },
    time: { from: 'now-1h', to: 'now' },
    timepicker: {},
    timezone: 'utc',
    title: place.title,
    uid: `otel-attribution-${uuidOf('grafana', place.cluster, place.database, place.table).slice(0, 8)}`,
    version: 1,
    weekStart: '',
  };
}

/** What the plugin keeps with a query; `clusterUri` is empty so that the cluster is that of the data source. */
function kql(place: Place, query: string, resultFormat: 'table' | 'time_series'): Record<string, unknown> {
  const none = { type: 'and', expressions: [] };
  return {
    database: place.database,
    clusterUri: '',
    query,
    queryType: 'KQL',
    querySource: 'raw',
    rawMode: true,
    resultFormat,
    pluginVersion: PLUGIN_VERSION,
    expression: { where: none, reduce: none, groupBy: none },
  };
}

function templateVariable(place: Place, choice: Choice, query: string): Record<string, unknown> {
  const many = choice.first === 'all';
  return {
    name: names[choice.variable],
    type: 'query',
    label: choice.title,
    description: choice.description,
    datasource,
    definition: query,
    query: { refId: `variable-${names[choice.variable]}`, ...kql(place, query, 'table') },
    // Queries look at the chosen time range.
    refresh: 2,
    hide: 0,
    includeAll: many,
    multi: many,
    // Goes into the query as it is: an empty list means all, and a list of thousands would be too long.
    ...(many && { allValue: '[]' }),
    current:
      choice.first === 'all'
        ? { text: ['All'], value: ['$__all'] }
        : { text: choice.first.value, value: choice.first.value },
    options: [],
    regex: '',
    skipUrlSync: false,
    sort: 0,
  };
}
