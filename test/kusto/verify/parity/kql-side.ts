import type { KustoClient, KustoResult } from '../../../../src/kusto/client.ts';
import { declareParameters, kqlLiteral } from '../../../../src/kusto/literal.ts';
import { type KustoColumn, type KustoNames, rowColumns } from '../../../../src/kusto/names.ts';
import type { StoredFunctionDefinition } from '../../../../src/kusto/stored-function.ts';
import { type SchemaObject, schemaObjects } from '../../../../src/stores/kusto/schema/objects.ts';
import { evaluate, type KqlDatabase, type KqlTable } from '../../kql/evaluate.ts';
import { functionsOf, viewsOf } from '../analyser/schema-texts.ts';
import type { Delivery } from './data-set.ts';
import { rawRows } from './raw-rows.ts';

const HOUR = 3_600_000;

/**
 * The objects of a database. With `cut` one whose rollups were replaced at that hour: the older views hold everything, the newer ones
 * what was there when they were made, an hour before.
 */
export function parityObjects(
  names: KustoNames,
  functions: readonly StoredFunctionDefinition[],
  cut?: number,
): readonly SchemaObject[] {
  const fixed = { functions, package: '0.0.0' };
  if (cut === undefined) return schemaObjects(names, fixed);
  const generations = {
    '5m': [{ view: names.rollup5mView }, { view: `${names.base}5m_v1000`, cut }],
    '1h': [{ view: names.rollup1hView }, { view: `${names.base}1h_v1000`, cut }],
  };
  const older = viewsOf(schemaObjects(names, fixed)).filter((view) => view.level !== 'rows');
  return [...older, ...schemaObjects(names, { ...fixed, generations })];
}

/**
 * A database filled as the exporter fills it, its views computed by their own texts from all that arrived. The views have taken up the
 * first `taken` deliveries: what `materialized_view()` returns is computed from those alone.
 */
export function kqlDatabase(
  objects: readonly SchemaObject[],
  names: KustoNames,
  deliveries: readonly Delivery[],
  cut?: number,
  taken = deliveries.length,
): KqlDatabase {
  const whole = filled(objects, names, deliveries, cut);
  const { tables } = taken === deliveries.length ? whole : filled(objects, names, deliveries.slice(0, taken), cut);
  const materialized = new Map(viewsOf(objects).map(({ name }) => [name, tables.get(name)!]));
  return { ...whole, materialized };
}

function filled(
  objects: readonly SchemaObject[],
  names: KustoNames,
  deliveries: readonly Delivery[],
  cut: number | undefined,
): KqlDatabase {
  const columns: readonly KustoColumn[] = rowColumns;
  const tables = new Map<string, KqlTable>([[names.raw, { columns, rows: rawRows(deliveries) }]]);
  const functions = new Map(functionsOf(objects).map((fn) => [fn.name, fn]));
  const database: KqlDatabase = { name: 'parity', tables, materialized: tables, functions };
  const views = viewsOf(objects).toSorted((a, b) => Number(b.level === 'rows') - Number(a.level === 'rows'));
  for (const view of views) {
    const newer = view.name.endsWith('_v1000') && cut !== undefined;
    tables.set(view.name, evaluate(view.query, newer ? since(database, names.rows, cut - HOUR) : database));
  }
  return database;
}

/** The same database, to which nothing older had been ingested. */
function since(database: KqlDatabase, table: string, from: number): KqlDatabase {
  const { columns, rows } = database.tables.get(table)!;
  const start = columns.findIndex((column) => column.name === 'WindowStart');
  const later = rows.filter((row) => (row[start] as number) >= from);
  return { ...database, tables: new Map([...database.tables, [table, { columns, rows: later }]]) };
}

/** What the reports take for a cluster. `onText` sees every query as it would be sent. */
export function evaluatingClient(
  database: KqlDatabase,
  now: () => number,
  onText: (text: string) => void = () => {},
): KustoClient {
  return {
    cluster: 'evaluator',
    database: database.name,
    async query(text, parameters = {}) {
      const full = declareParameters(parameters) + text;
      onText(full);
      const literals = Object.fromEntries(
        Object.entries(parameters).map(([name, parameter]) => [name, kqlLiteral(parameter)]),
      );
      // Types beyond those of our columns come from no query of ours.
      return evaluate(full, database, { parameters: literals, now: now() }) as KustoResult;
    },
    command: () => Promise.reject(new Error('the reports run queries only')),
    close: () => Promise.resolve(),
  };
}
