/** Tables, their columns and their ingestion mappings. */
import { FakeTable, type IngestionMapping, type MappingEntry } from '../database.ts';
import type { Scanner } from '../scanner.ts';
import { badRequest, entityExists, entityNotFound } from '../service-error.ts';
import { type Column, type ResultTable, systemType } from '../values.ts';
import { type Command, type CommandContext, result } from './context.ts';

const TABLE_COLUMNS = 'TableName:string, Schema:string, DatabaseName:string, Folder:string, DocString:string';
const MAPPING_COLUMNS =
  'Name:string, Kind:string, Mapping:string, LastUpdatedOn:datetime, Database:string, Table:string';

/** `create`: must not exist; `create-merge` and `alter-merge` add columns and keep what is there. */
export function createTable(mode: 'create' | 'create-merge' | 'alter-merge'): Command {
  return (scanner, context) => {
    const { database } = context;
    const name = scanner.name();
    const columns = scanner.columns();
    const properties = scanner.properties();
    scanner.end();
    if (database.views.has(name)) throw entityExists('MaterializedView', name);
    let table = database.tables.get(name);
    if (mode === 'alter-merge' && table === undefined) throw entityNotFound('Table', name);
    // As on the real service: creating a table that exists with other columns fails, with the same ones it does nothing.
    if (mode === 'create' && table !== undefined && cslSchema(table.columns) !== cslSchema(columns)) {
      throw entityExists('Table', name);
    }
    if (table === undefined) {
      table = new FakeTable(name, columns);
      database.tables.set(name, table);
    } else merge(table, columns);
    table.folder = properties.get('folder') ?? table.folder;
    table.docString = properties.get('docstring') ?? table.docString;
    return schemaResult(table, context, jsonSchema(table.name, table.columns));
  };
}

function merge(table: FakeTable, columns: readonly Column[]): void {
  const added: Column[] = [];
  for (const column of columns) {
    const present = table.columns.find(({ name }) => name === column.name);
    if (present === undefined) added.push(column);
    else if (present.type !== column.type) {
      const detail = `Column '${column.name}' of table '${table.name}' is of type '${present.type}' and cannot become '${column.type}'.`;
      throw badRequest('BadRequest_SchemaMismatch', detail);
    }
  }
  table.addColumns(added);
}

export const dropTable: Command = (scanner, { database }) => {
  const name = scanner.name();
  const ifExists = scanner.try('ifexists');
  scanner.end();
  const table = database.tables.get(name);
  if (table === undefined && !ifExists) throw entityNotFound('Table', name);
  const above = [...database.views.values()].find(({ source }) => source === table);
  if (above !== undefined) {
    throw badRequest(
      'General_BadRequest',
      `Table '${name}' cannot be dropped: materialized view '${above.name}' is on it.`,
    );
  }
  database.tables.delete(name);
  return result(
    'TableName:string, DatabaseName:string',
    Array.from(database.tables.keys(), (each) => [each, database.name]),
  );
};

export const clearTable: Command = (scanner, { database }) => {
  const table = database.table(scanner.name());
  scanner.expect('data');
  scanner.end();
  for (const view of database.views.values()) view.refresh();
  table.clear();
  return result('Status:string', [['Table data was cleared.']]);
};

/** `.create-or-alter table T ingestion json mapping 'm' '[…]'`; `create` alone refuses one that exists. */
export function createMapping(scanner: Scanner, { database }: CommandContext, replace: boolean): ResultTable {
  const table = database.table(scanner.name());
  scanner.expect('ingestion', 'json', 'mapping');
  const name = scanner.string();
  const text = scanner.string();
  scanner.properties();
  scanner.end();
  if (!replace && table.mappings.has(name)) throw entityExists('IngestionMapping', name);
  const mapping: IngestionMapping = {
    name,
    kind: 'Json',
    text,
    entries: parseMapping(text, table),
    updatedAt: database.now(),
  };
  table.mappings.set(name, mapping);
  return result(MAPPING_COLUMNS, [mappingRow(mapping, table, database.name)]);
}

export const dropMapping: Command = (scanner, { database }) => {
  const table = database.table(scanner.name());
  scanner.expect('ingestion', 'json', 'mapping');
  const name = scanner.string();
  scanner.end();
  const mapping = table.mappings.get(name);
  if (mapping === undefined) throw entityNotFound('MappingPersistent', name);
  table.mappings.delete(name);
  return result(MAPPING_COLUMNS, [mappingRow(mapping, table, database.name)]);
};

export function showMappings(table: FakeTable, databaseName: string, only?: string): ResultTable {
  const mappings = [...table.mappings.values()].filter(({ name }) => only === undefined || name === only);
  if (only !== undefined && mappings.length === 0) throw entityNotFound('MappingPersistent', only);
  return result(
    MAPPING_COLUMNS,
    mappings.map((mapping) => mappingRow(mapping, table, databaseName)),
  );
}

function mappingRow(mapping: IngestionMapping, table: FakeTable, databaseName: string) {
  return [mapping.name, mapping.kind, mapping.text, mapping.updatedAt, databaseName, table.name];
}

function parseMapping(text: string, table: FakeTable): MappingEntry[] {
  const invalid = (reason: string) =>
    badRequest('BadRequest_InvalidMapping', `Ingestion mapping is not valid: ${reason}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw invalid('it is not JSON');
  }
  if (!Array.isArray(parsed) || parsed.length === 0) throw invalid('it must be an array with an entry for each column');
  return parsed.map((entry: Record<string, unknown>) => {
    const fields = lowerCased(entry);
    const properties = lowerCased((fields.properties ?? {}) as Record<string, unknown>);
    const column = fields.column;
    const path = properties.path ?? fields.path;
    const transform = properties.transform ?? fields.transform;
    if (typeof column !== 'string' || typeof path !== 'string' || !path.startsWith('$')) {
      throw invalid(`${JSON.stringify(entry)} must have a column and a Path that begins with $`);
    }
    if (!table.columns.some(({ name }) => name === column))
      throw invalid(`table ${table.name} has no column ${column}`);
    return { column, path, transform: typeof transform === 'string' ? transform : undefined };
  });
}

const lowerCased = (record: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name.toLowerCase(), value]));

export const showTables: Command = (scanner, { database }) => {
  const names = scanner.try('(') ? listOfNames(scanner) : undefined;
  scanner.end();
  const rows = [...database.tables.values()]
    .filter(({ name }) => names?.includes(name) ?? true)
    .map((table) => [table.name, database.name, table.folder, table.docString]);
  return result('TableName:string, DatabaseName:string, Folder:string, DocString:string', rows);
};

function listOfNames(scanner: Scanner): string[] {
  const names = [scanner.name()];
  while (scanner.try(',')) names.push(scanner.name());
  scanner.expect(')');
  return names;
}

/** `.show table|materialized-view X cslschema` and `… schema as json` */
export function showSchema(scanner: Scanner, context: CommandContext, of: NamedColumns): ResultTable {
  const json = scanner.try('schema', 'as', 'json');
  if (!json) scanner.expect('cslschema');
  scanner.end();
  return schemaResult(of, context, json ? jsonSchema(of.name, of.columns) : cslSchema(of.columns));
}

interface NamedColumns {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly folder: string;
  readonly docString: string;
}

function schemaResult(of: NamedColumns, { database }: CommandContext, schema: string): ResultTable {
  return result(TABLE_COLUMNS, [[of.name, schema, database.name, of.folder, of.docString]]);
}

export const cslSchema = (columns: readonly Column[]): string =>
  columns.map(({ name, type }) => `${name}:${type}`).join(',');

export const orderedColumns = (columns: readonly Column[]) =>
  columns.map(({ name, type }) => ({ Name: name, Type: systemType(type), CslType: type }));

const jsonSchema = (name: string, columns: readonly Column[]): string =>
  JSON.stringify({ Name: name, OrderedColumns: orderedColumns(columns) });
