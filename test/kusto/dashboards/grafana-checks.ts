/** Everything that can be wrong with a Grafana dashboard and be seen without Grafana. */
import type { AnalyserDatabase } from '../kql/analyser.ts';
import { type Columns, columnsOf, kinds, needColumn } from './columns.ts';
import { asSent, type Chosen, type GrafanaVariable } from './grafana-plugin.ts';
import { type Transformation, transformedColumns } from './grafana-transformations.ts';
import { layoutProblems } from './layout.ts';

const PLUGIN = 'grafana-azure-data-explorer-datasource';
const DATASOURCE = `\${datasource}`;

interface Target {
  refId: string;
  datasource: { type: string; uid: string };
  database: string;
  /** Absent where another panel has asked. */
  query?: string;
  panelId?: number;
  withTransforms?: boolean;
  queryType: string;
  querySource: string;
  rawMode: boolean;
  resultFormat: string;
}

export interface GrafanaPanel {
  id: number;
  type: string;
  title: string;
  collapsed?: boolean;
  panels?: GrafanaPanel[];
  gridPos: { h: number; w: number; x: number; y: number };
  datasource?: { type: string; uid: string };
  targets?: Target[];
  options?: Record<string, unknown>;
  fieldConfig?: {
    defaults: { displayName?: string; unit?: string };
    overrides: { matcher: { id: string; options: string }; properties: { id: string; value: unknown }[] }[];
  };
  transformations?: Transformation[];
}

export interface GrafanaDashboard {
  uid: string;
  schemaVersion: number;
  panels: GrafanaPanel[];
  templating: {
    list: (GrafanaVariable & { type: string; query: unknown; includeAll: boolean; definition?: string })[];
  };
}

export const chosenAll: Chosen = {
  lists: { service: 'all', target: 'all', origin: 'all' },
  texts: { measure: 'durations', by: 'origin' },
  from: '2026-11-22T10:00:00Z',
  to: '2026-11-22T12:00:00Z',
};

/** With every character that could end a literal. */
export const chosenOdd: Chosen = {
  lists: {
    service: ['it\'s "x" \\', 'b'],
    target: [`$__timeFrom \${origin}`, '@\\'],
    origin: ["'); print 1 //", '\n\u0000'],
  },
  texts: { measure: 'o\'"\\', by: 'attribute.a"b' },
  from: '2026-11-22T10:00:00Z',
  to: '2026-11-22T12:00:00Z',
};

export function grafanaProblems(dashboard: GrafanaDashboard, database: AnalyserDatabase): string[] {
  const all = dashboard.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
  const variables = dashboard.templating.list;
  const problems: string[] = [];
  const ids = all.map(({ id }) => id);
  for (const [i, id] of ids.entries()) if (ids.indexOf(id) !== i) problems.push(`ids: panel ${id} twice`);
  if (!/^[\w-]{1,40}$/.test(dashboard.uid)) problems.push(`ids: uid ${dashboard.uid}`);
  if (dashboard.schemaVersion < 39 || dashboard.schemaVersion > 42) problems.push('ids: schema version');

  for (const variable of variables) {
    const asked = all.flatMap(({ targets = [] }) => targets.map(({ query }) => query ?? ''));
    const users = [...asked, ...variables.map(textOf)];
    const used = users.some((text) => new RegExp(`\\$\\{?${variable.name}\\b`).test(text));
    if (!used && variable.type !== 'datasource') problems.push(`variables: nobody uses ${variable.name}`);
  }
  if (!variables.some(({ type, name }) => type === 'datasource' && name === 'datasource'))
    problems.push('references: no variable for the data source');

  problems.push(...rows(dashboard.panels).flatMap((row) => layoutProblems(row.map(boxOf), 24)));
  for (const panel of all) problems.push(...panelProblems(panel, all, variables, database));
  for (const variable of variables.filter(({ type }) => type === 'query')) {
    const name = `variable ${variable.name}`;
    problems.push(...targetProblems(name, variable.query as Target, 'table', false));
    for (const chosen of [chosenAll, chosenOdd]) {
      const columns = sentColumns(name, textOf(variable), variables, chosen, database, problems);
      if (columns.length !== 1) problems.push(`columns: ${name} has ${columns.length} columns`);
      needColumn(name, columns, columns[0]?.name, kinds.text, problems);
    }
  }
  return problems;
}

const textOf = (variable: { query: unknown }): string => (variable.query as { query?: string }).query ?? '';

const boxOf = ({ title, type, gridPos: { x, y, w, h } }: GrafanaPanel) => ({
  name: title || type,
  x,
  y,
  width: w,
  height: h,
});

/** Panels that are seen together: those of an open row are beside it, those of a folded one in it. */
function rows(panels: readonly GrafanaPanel[]): GrafanaPanel[][] {
  const open = panels.filter(({ type }) => type !== 'row');
  return [open, ...panels.filter(({ type }) => type === 'row').map((row) => row.panels ?? [])];
}

function targetProblems(name: string, target: Target, format: string, withSource = true): string[] {
  const good =
    target.queryType === 'KQL' &&
    target.rawMode === true &&
    target.querySource === 'raw' &&
    target.resultFormat === format &&
    target.database !== '' &&
    target.refId !== '';
  const problems = good ? [] : [`target: ${name}`];
  if (withSource && (target.datasource?.type !== PLUGIN || target.datasource.uid !== DATASOURCE))
    problems.push(`references: ${name} asks another data source`);
  return problems;
}

function sentColumns(
  name: string,
  query: string,
  variables: readonly GrafanaVariable[],
  chosen: Chosen,
  database: AnalyserDatabase,
  problems: string[],
): Columns {
  const text = asSent(query, variables, chosen);
  if (chosen === chosenAll && text.includes('$'))
    problems.push(`variables: ${name} leaves ${/\$.{0,20}/.exec(text)?.[0]}`);
  return columnsOf(name, text, database, [], problems);
}

/** After the transformations, each with the type that it had under its former name. */
function shownColumns(
  title: string,
  sent: Columns,
  transformations: readonly Transformation[],
  problems: string[],
): Columns {
  const wrong: string[] = [];
  const titles = Object.assign({}, ...transformations.map(({ options }) => options.renameByName)) as Record<
    string,
    string
  >;
  const formerly = new Map(Object.entries(titles).map(([column, shown]) => [shown, column]));
  const names = transformedColumns(
    sent.map(({ name }) => name),
    transformations,
    wrong,
  );
  problems.push(...wrong.map((one) => `columns: ${title}: ${one}`));
  return names.map((name) => ({
    name,
    type: sent.find((column) => column.name === (formerly.get(name) ?? name))?.type ?? 'unknown',
  }));
}

/** The panel whose query a target shows the answer of, in the same row: a folded one asks nothing. */
function askerOf(target: Target, panel: GrafanaPanel, all: readonly GrafanaPanel[], problems: string[]): Target {
  if (target.query !== undefined) return target;
  const { type, uid } = target.datasource;
  if (
    type !== 'datasource' ||
    uid !== '-- Dashboard --' ||
    panel.datasource?.uid !== uid ||
    target.withTransforms !== false
  )
    problems.push(`references: ${panel.title} has no query`);
  const asker = all.find(({ id }) => id === target.panelId);
  const found = asker?.targets?.[0];
  const folded = (one?: GrafanaPanel) => all.find(({ panels }) => panels?.some((inner) => inner === one));
  if (found?.query === undefined || folded(asker) !== folded(panel)) {
    problems.push(`references: ${panel.title} shows what no panel beside it asks`);
  }
  return found ?? target;
}

function panelProblems(
  panel: GrafanaPanel,
  all: readonly GrafanaPanel[],
  variables: readonly GrafanaVariable[],
  database: AnalyserDatabase,
): string[] {
  const { title, type, options = {}, transformations = [] } = panel;
  if (type === 'row') return (panel.panels ?? []).length > 0 === (panel.collapsed ?? false) ? [] : [`layout: ${title}`];
  if (type === 'text') return typeof options.content === 'string' && options.content !== '' ? [] : ['text: empty'];
  const problems: string[] = [];
  const { defaults, overrides } = panel.fieldConfig!;
  for (const own of panel.targets ?? []) {
    const target = askerOf(own, panel, all, problems);
    const query = target.query ?? '';
    problems.push(...targetProblems(title, target, type === 'timeseries' ? 'time_series' : 'table'));
    sentColumns(title, query, variables, chosenOdd, database, problems);
    const sent = sentColumns(title, query, variables, chosenAll, database, problems);
    const columns = shownColumns(title, sent, transformations, problems);
    const matrices = transformations.filter(({ id }) => id === 'groupingToMatrix');
    const need = (wanted: unknown, types: readonly string[]) => needColumn(title, columns, wanted, types, problems);
    for (const { matcher } of overrides) need(matcher.options, kinds.any);
    for (const { options: matrix } of matrices) {
      need(matrix.columnField, kinds.text);
      need(matrix.rowField, kinds.text);
      need(matrix.valueField, kinds.number);
    }
    if (type === 'barchart' && matrices.length === 0) {
      need(options.xField, kinds.text);
      if (columns.filter((column) => kinds.number.includes(column.type)).length !== 1)
        problems.push(`columns: ${title}: not one number`);
    }
    if (type === 'timeseries') {
      // The plugin makes series of one time, one number and labels.
      need(columns[0]?.name, kinds.time);
      need(/labels\.(\w+)\}/.exec(defaults.displayName ?? '')?.[1], kinds.text);
      if (columns.length !== 3) problems.push(`columns: ${title}: ${columns.length} columns`);
      need(columns[2]?.name, kinds.number);
      if (!/\| order by \S+ asc$/.test(query)) problems.push(`columns: ${title}: not in order of time`);
    }
  }
  if ((panel.targets ?? []).length !== 1) problems.push(`references: ${title} has no query`);
  return problems;
}
