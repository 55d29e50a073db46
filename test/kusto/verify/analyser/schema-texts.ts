import { type KustoColumn, type KustoNames, rollupColumns, rowColumns } from '../../../../src/kusto/names.ts';
import { parametersText, type StoredFunctionDefinition } from '../../../../src/kusto/stored-function.ts';
import type { SchemaObject } from '../../../../src/stores/kusto/schema/objects.ts';
import type { ViewObject } from '../../../../src/stores/kusto/schema/views.ts';
import { type AnalyserDatabase, analyse, type StoredFunction } from '../../kql/analyser.ts';
import type { Text } from './text.ts';

/** What the commands of a schema make, as the analyser sees it: the views have the columns that their queries give. */
export function databaseOf(objects: readonly SchemaObject[]): AnalyserDatabase {
  const tables = new Map(objects.flatMap((o) => (o.kind === 'table' ? [[o.name, o.columns] as const] : [])));
  const functions = functionsOf(objects);
  const views = new Map<string, readonly KustoColumn[]>();
  // Those that others stand on first.
  for (const view of viewsOf(objects).toSorted((a, b) => Number(b.level === 'rows') - Number(a.level === 'rows'))) {
    const { columns } = analyse(view.query, { tables, views: new Map(views), functions });
    views.set(view.name, (columns ?? []) as readonly KustoColumn[]);
  }
  return { tables, views, functions };
}

export const viewsOf = (objects: readonly SchemaObject[]): readonly ViewObject[] =>
  objects.flatMap((object) => (object.kind === 'materialized-view' ? [object] : []));

export const functionsOf = (objects: readonly SchemaObject[]): readonly StoredFunction[] =>
  objects.flatMap((object) => (object.kind === 'function' ? [stored(object.definition)] : []));

export const stored = (fn: StoredFunctionDefinition): StoredFunction => ({
  name: fn.name,
  parameters: parametersText(fn),
  body: `{\n${fn.body}\n}`,
});

export function schemaTexts(objects: readonly SchemaObject[], names: KustoNames): readonly Text[] {
  return objects.flatMap((object) => [
    // All texts of an object that are commands, whatever they are called.
    ...Object.values(object)
      .flat()
      .filter((value) => typeof value === 'string' && value.startsWith('.'))
      .map((text) => ({ source: `${object.kind} ${object.name}`, text: text as string })),
    ...(object.kind === 'materialized-view' ? [viewText(object, names)] : []),
    ...(object.kind === 'function' ? functionTexts(object.definition) : []),
  ]);
}

function viewText(view: ViewObject, names: KustoNames): Text {
  const columns = view.name === names.rows ? rowColumns : rollupColumns;
  return { source: `query of view ${view.name}`, text: view.query, columns, anyOrder: view.name === names.rows };
}

/** Called with what has no default, and with everything by name. */
function functionTexts({ name, parameters, columns }: StoredFunctionDefinition): readonly Text[] {
  const literals = {
    string: "'x'",
    long: '1',
    int: 'int(1)',
    real: '1.5',
    datetime: 'datetime(2026-11-22)',
    bool: 'true',
    timespan: '1h',
    dynamic: "dynamic(['x'])",
  } as const;
  const required = parameters.filter((parameter) => parameter.default === undefined);
  const calls = [
    required.map(({ type }) => literals[type]),
    parameters.map((parameter) => `${parameter.name}=${literals[parameter.type]}`),
  ];
  return calls.map((values) => ({ source: `call of ${name}`, text: `${name}(${values.join(', ')})`, columns }));
}
