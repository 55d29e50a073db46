/** Everything that can be wrong with an ADX dashboard and be seen without the web UI. */
import type { KustoColumn, KustoType } from '../../../src/kusto/names.ts';
import type { AnalyserDatabase } from '../kql/analyser.ts';
import { withBases } from './adx-web-ui.ts';
import { type Columns, columnsOf, kinds, needColumn } from './columns.ts';
import { GRID, known } from './known-adx.ts';
import { layoutProblems } from './layout.ts';
import { strangers } from './shapes.ts';

export interface AdxTile {
  id: string;
  title: string;
  visualType: string;
  pageId: string;
  layout: { x: number; y: number; width: number; height: number };
  queryRef?: { kind: string; queryId: string };
  markdownText?: string;
  visualOptions: Record<string, unknown>;
}

export interface AdxParameter {
  kind: string;
  id: string;
  displayName: string;
  variableName?: string;
  beginVariableName?: string;
  endVariableName?: string;
  selectionType?: string;
  includeAllOption?: boolean;
  defaultValue: { kind: string; value?: unknown };
  dataSource?: {
    kind: string;
    columns: { value: string; label?: string };
    queryRef: { kind: string; queryId: string };
  };
  showOnPages: { kind: string; pageIds?: string[] };
}

export interface AdxDashboard {
  id: string;
  eTag: string;
  title: string;
  tiles: AdxTile[];
  baseQueries: { id: string; queryId: string; variableName: string }[];
  parameters: AdxParameter[];
  dataSources: { id: string; clusterUri: string; database: string }[];
  pages: { id: string; name: string }[];
  queries: { id: string; text: string; usedVariables: string[]; dataSource: { kind: string; dataSourceId: string } }[];
}

export function adxProblems(dashboard: AdxDashboard, database: AnalyserDatabase): string[] {
  return [
    ...strangers(dashboard as unknown as Readonly<Record<string, unknown>>, known),
    ...idProblems(dashboard),
    ...referenceProblems(dashboard),
    ...dashboard.pages.flatMap((page) =>
      layoutProblems(
        dashboard.tiles
          .filter((tile) => tile.pageId === page.id)
          .map((tile) => ({ name: `${page.name}/${tile.title || tile.visualType}`, ...tile.layout })),
        GRID,
      ),
    ),
    ...variableProblems(dashboard),
    ...queryProblems(dashboard, database),
  ];
}

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function idProblems(d: AdxDashboard): string[] {
  const rules = d.tiles.flatMap((tile) => (tile.visualOptions.colorRules ?? []) as { id: string }[]);
  const lists = [d.tiles, d.baseQueries, d.parameters, d.dataSources, d.pages, d.queries, rules];
  const ids = [d.id, d.eTag, ...lists.flat().map(({ id }) => id)];
  return [
    ...ids.filter((id) => !UUID_V4.test(id)).map((id) => `ids: ${id} is no UUID`),
    ...ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => `ids: ${id} twice`),
  ];
}

function referenceProblems(d: AdxDashboard): string[] {
  const problems: string[] = [];
  const find = (what: string, list: readonly { id: string }[], id: string | undefined): void => {
    if (!list.some((one) => one.id === id)) problems.push(`references: no ${what} ${id}`);
  };
  for (const tile of d.tiles) {
    find('page', d.pages, tile.pageId);
    if (tile.visualType !== 'markdownCard') find('query', d.queries, tile.queryRef?.queryId);
    else if (tile.markdownText === undefined || tile.queryRef !== undefined)
      problems.push(`references: ${tile.id}: text`);
  }
  for (const parameter of d.parameters) {
    if (parameter.dataSource !== undefined) find('query', d.queries, parameter.dataSource.queryRef.queryId);
    else if (parameter.kind !== 'duration') problems.push(`references: ${parameter.displayName} has no values`);
    for (const id of parameter.showOnPages.pageIds ?? []) find('page', d.pages, id);
  }
  for (const base of d.baseQueries) find('query', d.queries, base.queryId);
  for (const query of d.queries) {
    find('data source', d.dataSources, query.dataSource.dataSourceId);
    // The web UI refuses a query that is used by nobody or by two.
    const uses = [
      ...d.tiles.map((tile) => tile.queryRef?.queryId),
      ...d.parameters.map((parameter) => parameter.dataSource?.queryRef.queryId),
      ...d.baseQueries.map((base) => base.queryId),
    ].filter((id) => id === query.id).length;
    if (uses !== 1) problems.push(`references: query ${query.id} is used ${uses} times`);
  }
  for (const page of d.pages)
    if (!d.tiles.some((tile) => tile.pageId === page.id)) problems.push(`references: page ${page.name} is empty`);
  return problems;
}

const namesOf = (parameter: AdxParameter): string[] =>
  [parameter.variableName, parameter.beginVariableName, parameter.endVariableName].filter((name) => name !== undefined);

function variableProblems(d: AdxDashboard): string[] {
  const problems: string[] = [];
  const bases = d.baseQueries.map(({ variableName }) => variableName);
  const names = [...d.parameters.flatMap(namesOf), ...bases];
  for (const name of bases) {
    // It stands in a query as it is.
    if (!/^[A-Za-z_]\w*$/.test(name)) problems.push(`variables: ${name} is no name`);
    if (names.filter((other) => other === name).length > 1) problems.push(`variables: ${name} has two meanings`);
    if (!d.queries.some((query) => query.usedVariables.includes(name))) problems.push(`variables: nobody uses ${name}`);
  }
  for (const query of d.queries) {
    const inText = names.filter((name) => new RegExp(`(?<!\\w)${name}(?!\\w)`).test(query.text));
    for (const name of inText)
      if (!query.usedVariables.includes(name)) problems.push(`variables: ${query.id} uses ${name} and does not say so`);
    for (const name of query.usedVariables)
      if (!inText.includes(name)) problems.push(`variables: ${query.id} does not use ${name}`);
  }
  for (const parameter of d.parameters) {
    for (const name of namesOf(parameter))
      if (!d.queries.some((query) => query.usedVariables.includes(name)))
        problems.push(`variables: nobody uses ${name}`);
    // A parameter that is not shown on a page has no value there.
    const shown = (pageId: string): boolean =>
      parameter.showOnPages.kind === 'all' || (parameter.showOnPages.pageIds ?? []).includes(pageId);
    for (const tile of d.tiles) {
      const known = d.queries.some((query) => query.id === tile.queryRef?.queryId);
      const used = known ? withBases(d, tile.queryRef!.queryId).usedVariables : [];
      const needed = namesOf(parameter).some((name) => used.includes(name));
      if (needed && !shown(tile.pageId))
        problems.push(`variables: ${parameter.displayName} is not shown with ${tile.title}`);
    }
    const isList = parameter.selectionType === 'array';
    if (
      parameter.kind !== 'duration' &&
      (parameter.defaultValue.kind === 'all') !== (isList && parameter.includeAllOption)
    )
      problems.push(`variables: ${parameter.displayName} has an odd default`);
  }
  return problems;
}

/** Types of the names that a dashboard declares in front of a query. */
export function variableTypes(d: AdxDashboard): KustoColumn[] {
  return d.parameters.flatMap((parameter) => {
    const type: KustoType =
      parameter.kind === 'duration' ? 'datetime' : parameter.selectionType === 'array' ? 'dynamic' : 'string';
    return namesOf(parameter).map((name) => ({ name, type }));
  });
}

function queryProblems(d: AdxDashboard, database: AnalyserDatabase): string[] {
  const problems: string[] = [];
  const types = variableTypes(d);
  const columns = (name: string, queryId: string | undefined): Columns => {
    if (!d.queries.some(({ id }) => id === queryId)) return [];
    const { text, usedVariables } = withBases(d, queryId!);
    const variables = types.filter((variable) => usedVariables.includes(variable.name));
    return columnsOf(name, text, database, variables, problems);
  };
  for (const tile of d.tiles) {
    if (tile.visualType === 'markdownCard') continue;
    const found = columns(tile.title, tile.queryRef?.queryId);
    const need = (wanted: unknown, wantedTypes: readonly string[]) =>
      needColumn(tile.title, found, wanted, wantedTypes, problems);
    const { xColumn, yColumns, seriesColumns, multiStat__labelColumn, multiStat__valueColumn, colorRules } =
      tile.visualOptions;
    if (tile.visualType === 'multistat') {
      need(multiStat__labelColumn, kinds.text);
      need(multiStat__valueColumn, kinds.any);
    } else if (tile.visualType !== 'table') {
      const overTime = ['timechart', 'stackedarea', 'area', 'line'].includes(tile.visualType);
      need(xColumn, overTime ? kinds.time : kinds.text);
      for (const y of yColumns as string[]) need(y, kinds.number);
      for (const series of (seriesColumns ?? []) as string[]) need(series, kinds.text);
    }
    for (const rule of (colorRules ?? []) as { conditions: { column: string }[] }[])
      for (const { column } of rule.conditions) need(column, kinds.text);
  }
  for (const parameter of d.parameters) {
    if (parameter.dataSource === undefined) continue;
    const found = columns(parameter.displayName, parameter.dataSource.queryRef.queryId);
    needColumn(parameter.displayName, found, parameter.dataSource.columns.value, kinds.text, problems);
  }
  return problems;
}
