/** What a database holds of one book. */
import { AttributionError } from '../../../core/errors.ts';
import type { KustoClient, KustoResult } from '../../../kusto/client.ts';
import type { KustoNames } from '../../../kusto/names.ts';
import type { PolicyObject } from './policies.ts';

export interface CurrentView {
  readonly name: string;
  readonly source: string;
  readonly query: string;
  readonly enabled: boolean;
  readonly docstring: string;
  readonly autoUpdateSchema: boolean;
  /** As the service writes it, such as `1.00:00:00`; '' for none. */
  readonly lookback: string;
}

export interface CurrentSchema {
  /** What `AttributionSchema()` says; undefined where there is no such function. */
  readonly version: { readonly version: number; readonly package: string } | undefined;
  /** Type of each column; undefined where there is no raw table. */
  readonly columns: ReadonlyMap<string, string> | undefined;
  /** JSON of the mappings of the raw table, by name. */
  readonly mappings: ReadonlyMap<string, string>;
  /** The view of rows, and the rollups of all generations. */
  readonly views: ReadonlyMap<string, CurrentView>;
  readonly viewColumns: ReadonlyMap<string, readonly string[]>;
  readonly functions: ReadonlyMap<
    string,
    { readonly parameters: string; readonly body: string; readonly folder: string }
  >;
  /** Policies that are set on the object itself. */
  readonly policies: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** A view is missing although rows have arrived. */
  readonly rowsWithoutView: boolean;
}

/** The policies that `readSchema` looks at, by kind of entity. */
const policyKinds = {
  table: ['retention', 'caching', 'ingestionbatching', 'streamingingestion'],
  'materialized-view': ['retention', 'caching'],
} as const;

export const policyKey = ({ entity, policy }: Pick<PolicyObject, 'entity' | 'policy'>): string => `${policy} ${entity}`;

/** Reads with `.show` commands only: the role Viewer is enough. */
export async function readSchema(client: KustoClient, names: KustoNames): Promise<CurrentSchema> {
  const show = async (what: string) => records(await client.command(`.show ${what}`));
  const mine = (name: string) => name.startsWith(names.base);

  const functions = new Map<string, { parameters: string; body: string; folder: string }>();
  for (const one of await show('functions')) {
    if (mine(text(one.Name)))
      functions.set(text(one.Name), {
        parameters: text(one.Parameters),
        body: text(one.Body),
        folder: text(one.Folder),
      });
  }
  const views = new Map<string, CurrentView>();
  const ours = new RegExp(`^${names.base}(Rows|(5m|1h)_v\\d{1,6})$`);
  for (const one of await show('materialized-views'))
    if (ours.test(text(one.Name))) views.set(text(one.Name), viewOf(one));
  const hasTable = (await show('tables')).some((one) => text(one.TableName) === names.raw);

  const policies = new Map<string, Record<string, unknown>>();
  const readPolicies = async (on: keyof typeof policyKinds, entity: string) => {
    for (const policy of policyKinds[on]) {
      const value = json((await show(`${on} ${entity} policy ${policy}`))[0]?.Policy);
      if (value !== null && typeof value === 'object')
        policies.set(policyKey({ entity, policy }), value as Record<string, unknown>);
    }
  };
  const mappings = new Map<string, string>();
  if (hasTable) {
    await readPolicies('table', names.raw);
    for (const one of await mappingsOf(client, names))
      mappings.set(text(one.Name), typeof one.Mapping === 'string' ? one.Mapping : JSON.stringify(one.Mapping));
  }
  const viewColumns = new Map<string, readonly string[]>();
  for (const name of views.keys()) {
    await readPolicies('materialized-view', name);
    viewColumns.set(name, [...columnsOf(await show(`materialized-view ${name} cslschema`)).keys()]);
  }
  const rollup = (level: string) => [...views.keys()].some((name) => name.startsWith(`${names.base}${level}_v`));
  const lacking = !views.has(names.rows) || !rollup('5m') || !rollup('1h');
  return {
    version: functions.has(names.schema) ? await versionOf(client, names) : undefined,
    columns: hasTable ? columnsOf(await show(`table ${names.raw} cslschema`)) : undefined,
    mappings,
    views,
    viewColumns,
    functions,
    policies,
    rowsWithoutView:
      lacking &&
      hasTable &&
      (await client.query(`${views.has(names.rows) ? names.rows : names.raw}\n| take 1`)).rows.length > 0,
  };
}

/** A table without mappings is an empty answer to some releases of the service, and an entity not found to others. */
async function mappingsOf(client: KustoClient, names: KustoNames): Promise<Record<string, unknown>[]> {
  try {
    return records(await client.command(`.show table ${names.raw} ingestion json mappings`));
  } catch (error) {
    if (error instanceof Error && /mapping.{0,200}not found|not found.{0,200}mapping/is.test(error.message)) return [];
    throw error;
  }
}

async function versionOf(client: KustoClient, names: KustoNames): Promise<CurrentSchema['version']> {
  const [row] = records(await client.query(`${names.schema}()`));
  const version = Number(row?.Version);
  if (Number.isInteger(version)) return { version, package: text(row?.Package) };
  throw new AttributionError(
    'ATTR_STORE_VERSION',
    `the function ${names.schema}() of the database ${client.database} does not say a version, so it is not that of otel-attribution. Choose other names with --table, or drop it: .drop function ${names.schema}`,
  );
}

function viewOf(row: Readonly<Record<string, unknown>>): CurrentView {
  return {
    name: text(row.Name),
    source: text(row.SourceTable),
    query: text(row.Query),
    enabled: flag(row.IsEnabled),
    docstring: text(row.DocString),
    autoUpdateSchema: flag(row.AutoUpdateSchema),
    lookback: typeof row.Lookback === 'number' ? timespanText(row.Lookback) : text(row.Lookback),
  };
}

/** `a:string,b:long` as a map. */
function columnsOf(rows: readonly Readonly<Record<string, unknown>>[]): Map<string, string> {
  const pairs = text(rows[0]?.Schema)
    .split(',')
    .map((pair) => pair.split(':').map((part) => part.trim().replace(/^\['(.*)'\]$/, '$1')));
  return new Map(pairs.filter(([name]) => name !== '').map(([name, type]) => [name!, type ?? '']));
}

export function records(result: KustoResult): Record<string, unknown>[] {
  return result.rows.map((row) => Object.fromEntries(result.columns.map(({ name }, i) => [name, row[i]])));
}

function json(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
}

/** `1.00:00:00` of milliseconds. */
function timespanText(ms: number): string {
  const days = Math.floor(ms / 86_400_000);
  return `${days > 0 ? `${days}.` : ''}${new Date(ms % 86_400_000).toISOString().slice(11, 19)}`;
}

const text = (value: unknown): string => (value === null || value === undefined ? '' : String(value));
/** `.show` has its booleans as booleans, as numbers, or as text. */
const flag = (value: unknown): boolean => value === true || value === 1 || /^(true|1)$/i.test(text(value));
