/** The dashboard as the web UI of Azure Data Explorer imports it (schema 60; a real export is the model of every key). */
import { bigNumbers, shownInAdx, visualOf } from './adx-visuals.ts';
import { choices } from './choices.ts';
import { partOf, shownAs } from './kql.ts';
import { type Choice, laidOut, type Page, type Panel, type Place, queriesOf, type VariableName } from './model.ts';
import { pages } from './pages/index.ts';
import { scopeOf } from './scope.ts';
import { uuidOf } from './uuid.ts';

const variables: Readonly<Record<VariableName, string>> = {
  from: '_startTime',
  to: '_endTime',
  services: '_services',
  targets: '_targets',
  origins: '_origins',
  measure: '_measure',
  by: '_by',
};

interface AdxQuery {
  readonly dataSource: { readonly kind: 'inline'; readonly dataSourceId: string };
  readonly text: string;
  readonly id: string;
  readonly usedVariables: readonly string[];
}

/** JSON-able. Every query is referred to once, as the UI demands. */
export function adxDashboard(place: Place): Readonly<Record<string, unknown>> {
  const id = (...name: string[]): string => uuidOf('adx', place.cluster, place.database, place.table, ...name);
  const scope = scopeOf(place.table, variables);
  const dataSourceId = id('data source');
  const queries: AdxQuery[] = [];

  const query = (text: string, name: string[]): { kind: 'query'; queryId: string } => {
    const queryId = id('query', ...name);
    queries.push({
      dataSource: { kind: 'inline', dataSourceId },
      text,
      id: queryId,
      usedVariables: usedVariables(text),
    });
    return { kind: 'query', queryId };
  };

  const tile = (page: Page, panel: Panel, x: number, y: number): Record<string, unknown> => {
    const { visual, key, title, description } = panel;
    const common = {
      id: id('tile', page.key, key),
      title,
      ...(description !== undefined && { description }),
      ...visualOf(visual, (name) => id('rule', page.key, key, name)),
      pageId: id('page', page.key),
      layout: { x, y, width: panel.width, height: panel.height },
    };
    if (visual.kind === 'text') return { ...common, markdownText: visual.markdown };
    const text = panel.part === undefined ? panel.query!(scope) : partOf(baseName(page), panel.part);
    const shown = visual.kind === 'stats' ? bigNumbers(text, visual) : shownAs(text, visual, shownInAdx);
    return { ...common, queryRef: query(shown, [page.key, key]) };
  };

  const parameter = (choice: Choice): Record<string, unknown> => {
    const variableName = variables[choice.variable];
    const users = pages.filter((page) => queriesOf(page).some((query) => uses(query(scope), variableName)));
    const showOnPages =
      users.length === pages.length
        ? { kind: 'all' }
        : { kind: 'selection', pageIds: users.map((page) => id('page', page.key)) };
    const { first } = choice;
    return {
      kind: 'string',
      id: id('parameter', choice.variable),
      displayName: choice.title,
      description: choice.description,
      variableName,
      selectionType: first === 'all' ? 'array' : 'scalar',
      includeAllOption: first === 'all',
      defaultValue: first === 'all' ? { kind: 'all' } : { kind: 'value', value: first.value },
      dataSource: {
        kind: 'query',
        columns: { value: 'value' },
        queryRef: query(choice.query(scope), ['parameter', choice.variable]),
      },
      showOnPages,
    };
  };

  // Before the tiles, which name them.
  const baseQueries = pages.flatMap((page) => {
    if (page.question === undefined) return [];
    const { queryId } = query(page.question(scope), [page.key, 'question']);
    return [{ id: id('base query', page.key), queryId, variableName: baseName(page) }];
  });
  const tiles = pages.flatMap((page) => laidOut(page.panels).map(({ panel, x, y }) => tile(page, panel, x, y)));
  const parameters = [
    {
      kind: 'duration',
      id: id('parameter', 'time'),
      displayName: 'Time range',
      description: '',
      beginVariableName: variables.from,
      endVariableName: variables.to,
      defaultValue: { kind: 'dynamic', count: 1, unit: 'hours' },
      showOnPages: { kind: 'all' },
    },
    ...choices.map(parameter),
  ];
  return {
    $schema: 'https://dataexplorer.azure.com/static/d/schema/60/dashboard.json',
    id: id('dashboard'),
    eTag: id('etag'),
    title: place.title,
    schema_version: '60',
    tiles,
    baseQueries,
    parameters,
    dataSources: [
      {
        id: dataSourceId,
        kind: 'manual-kusto',
        scopeId: 'kusto',
        name: place.database,
        clusterUri: `${place.cluster.replace(/\/+$/, '')}/`,
        database: place.database,
      },
    ],
    pages: pages.map((page) => ({ name: page.title, id: id('page', page.key) })),
    queries,
  };
}

const uses = (text: string, variable: string): boolean => new RegExp(`(?<!\\w)${variable}(?!\\w)`).test(text);

/** What tiles call the question of their page: the UI puts it before each of them as a `let`. */
const baseName = ({ key }: Page): string => `_${key.replaceAll('-', '_')}_question`;

const names = [...Object.values(variables), ...pages.map(baseName)];
const usedVariables = (text: string): string[] => names.filter((name) => uses(text, name));
