/** What a database holds for one book, in the order in which it is created. */
import { mappingEntries } from '../../../kusto/mapping.ts';
import type { KustoNames } from '../../../kusto/names.ts';
import { createFunctionCommand, type StoredFunctionDefinition } from '../../../kusto/stored-function.ts';
import { schemaFunctions } from './functions.ts';
import { type PolicyObject, type RetentionDays, streamingPolicy, tablePolicies, viewPolicies } from './policies.ts';
import { createMapping, createTable, type TableObject } from './table.ts';
import { type Generations, rollups, rowsView, type ViewObject } from './views.ts';

interface Common {
  readonly name: string;
  /** Control commands that bring it about. Running them again changes nothing. */
  readonly commands: readonly string[];
}

export interface MappingObject extends Common {
  readonly kind: 'mapping';
  readonly entries: readonly { readonly column: string; readonly path: string }[];
}

export interface FunctionObject extends Common {
  readonly kind: 'function';
  readonly definition: StoredFunctionDefinition;
}

export type SchemaObject = TableObject | MappingObject | PolicyObject | ViewObject | FunctionObject;

export interface SchemaOptions {
  /** Of the reports: `reportFunctions(names)`. */
  readonly functions: readonly StoredFunctionDefinition[];
  /** Version of this package. */
  readonly package: string;
  /** What is named here is set; for the rest the defaults hold where nothing is set yet. */
  readonly retention?: Partial<RetentionDays>;
  /** Default: the rollup views of this release alone. */
  readonly generations?: Generations;
}

/**
 * Tables, views, mapping, functions: an exporter finds its mapping only once the views stand, so that no row comes before them.
 * The function that says the version is the last that must succeed; a cluster without streaming ingestion refuses the policy after it.
 */
export function schemaObjects(names: KustoNames, options: SchemaOptions): SchemaObject[] {
  const { retention = {}, functions, generations } = options;
  const views = [rowsView(names), ...rollups(names, generations)];
  const own = schemaFunctions(names, options.package, generations);
  const last = own.findIndex((fn) => fn.name === names.schema);
  return [
    createTable(names),
    ...tablePolicies(names, retention),
    ...views.flatMap((view) => [view, ...viewPolicies(view, retention)]),
    { kind: 'mapping', name: names.mapping, entries: mappingEntries, commands: [createMapping(names)] },
    ...[...own.slice(0, last), ...functions, ...own.slice(last)].map(
      (definition): FunctionObject => ({
        kind: 'function',
        name: definition.name,
        definition,
        commands: [createFunctionCommand(definition, names.base)],
      }),
    ),
    streamingPolicy(names),
  ];
}
