/** The schema in test databases. */
import { type KustoColumn, type KustoNames, kustoNames, rollupColumns, rowColumns } from '../../../src/kusto/names.ts';
import { parametersText, type StoredFunctionDefinition } from '../../../src/kusto/stored-function.ts';
import { type SchemaObject, schemaObjects } from '../../../src/stores/kusto/schema/objects.ts';
import type { AnalyserDatabase, StoredFunction } from '../kql/analyser.ts';

/** Runs every command of the schema, in order. `execute` is the in-process one of a fake, or sends to a cluster. */
export async function applySchema(
  execute: (command: string) => unknown,
  names: KustoNames = kustoNames(),
  functions: readonly StoredFunctionDefinition[] = [],
): Promise<void> {
  for (const { commands } of schemaObjects(names, { functions, package: '0.0.0-test' }))
    for (const command of commands) await execute(command);
}

/** What a database with this schema consists of, for the analyser. */
export function schemaDatabase(
  names: KustoNames = kustoNames(),
  objects: readonly SchemaObject[] = schemaObjects(names, { functions: [], package: '0.0.0-test' }),
): AnalyserDatabase {
  const views = new Map<string, readonly KustoColumn[]>();
  const functions: StoredFunction[] = [];
  for (const object of objects) {
    if (object.kind === 'materialized-view')
      views.set(object.name, object.level === 'rows' ? rowColumns : rollupColumns);
    if (object.kind === 'function') functions.push(storedFunction(object.definition));
  }
  return { tables: new Map([[names.raw, rowColumns]]), views, functions };
}

export function storedFunction(definition: StoredFunctionDefinition): StoredFunction {
  return { name: definition.name, parameters: parametersText(definition), body: `{\n${definition.body}\n}` };
}
