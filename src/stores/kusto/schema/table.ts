import { mappingEntries } from '../../../kusto/mapping.ts';
import { type KustoColumn, type KustoNames, rowColumns } from '../../../kusto/names.ts';

export interface TableObject {
  readonly kind: 'table';
  readonly name: string;
  readonly columns: readonly KustoColumn[];
  /** Control commands that bring it about. Running them again changes nothing. */
  readonly commands: readonly string[];
}

/** `.create-merge` adds the columns that an older table lacks, and leaves all else alone. */
export function createTable(names: KustoNames): TableObject {
  const columns = rowColumns.map(({ name, type }) => `${name}:${type}`).join(', ');
  const docstring =
    'Rows of otel-attribution as they arrived, some of them more than once. Query the functions instead.';
  return {
    kind: 'table',
    name: names.raw,
    columns: rowColumns,
    commands: [`.create-merge table ${names.raw} (${columns}) with (folder='${names.base}', docstring='${docstring}')`],
  };
}

export function createMapping(names: KustoNames): string {
  const mapping = mappingEntries.map(({ column, path }) => ({ column, Properties: { Path: path } }));
  return `.create-or-alter table ${names.raw} ingestion json mapping '${names.mapping}' '${JSON.stringify(mapping)}'`;
}
