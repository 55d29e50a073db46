/** Which Kusto database a command talks to: flags, else variables, else the exporter of the configuration file. */

import { AttributionError } from '../../core/errors.ts';
import { type Address, clusterUrl, databaseBehind, readAddress } from '../../exporters/kusto/address.ts';
import { kustoFromEnv } from '../../exporters/kusto/config.ts';
import { identities, type KustoAuth, type KustoOptions, parseKustoAuth } from '../../exporters/kusto/options.ts';
import { kustoNames } from '../../kusto/names.ts';
import { AUTH_HELP, type ConnectionFlags, PREFIX } from './flags.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** `StoreHost.exporterOptions` */
type ExporterOptions = (name: string) => unknown;

/**
 * Flags come before variables, and both before the `kusto` exporter of the configuration file.
 * A destination and its authentication belong together: once another destination is given, the file's authentication does not count.
 * @throws AttributionError `ATTR_USAGE` (nothing given, or not readable), `ATTR_CONFIG_INVALID` (the file, the table name)
 */
export function kustoOptionsOf(flags: ConnectionFlags, env: Env, exporterOptions: ExporterOptions): KustoOptions {
  const variables = kustoFromEnv(env);
  const given = destination(flags) ?? destination(variables);
  const file = kustoOf(exporterOptions);
  if (given === undefined && file === undefined) throw nothingGiven();

  const auth = flags.auth ? parseKustoAuth(flags.auth) : variables.auth;
  if (auth !== undefined) checkAuth(auth);
  if (auth !== undefined && given?.connectionString !== undefined)
    throw usage('a connection string brings its own authentication: leave --auth out');
  const table = flags.table || (variables.table ?? file?.table);
  if (table !== undefined) kustoNames(table);
  const database = flags.database || (variables.database ?? given?.database ?? file?.database ?? '');
  if (database === '')
    throw usage(`no database given: add --database <name>, or set ${PREFIX}DATABASE. \`.show databases\` lists them.`);

  const { cluster: _, connectionString: __, auth: authOfFile, ...rest } = file ?? { database };
  const { cluster, connectionString } = given ?? file ?? {};
  return {
    ...rest,
    ...(cluster !== undefined && { cluster: checked(() => clusterUrl(cluster, database)) }),
    ...(connectionString !== undefined && { connectionString }),
    ...(given === undefined && authOfFile !== undefined && { auth: authOfFile }),
    ...(auth !== undefined && { auth }),
    ...(table !== undefined && { table }),
    database,
  };
}

/**
 * As far as it is known which database it would be, for what needs no connection.
 * @throws AttributionError `ATTR_CONFIG_INVALID` (the file, the table name)
 */
export function placeOf(
  flags: ConnectionFlags,
  env: Env,
  exporterOptions: ExporterOptions,
): { readonly cluster?: string; readonly database?: string; readonly table?: string } {
  const variables = kustoFromEnv(env);
  const file = kustoOf(exporterOptions);
  const cluster = flags.cluster || (variables.cluster ?? file?.cluster);
  const address = cluster === undefined ? undefined : addressOf(cluster);
  const database = flags.database || (variables.database ?? address?.database ?? file?.database);
  const table = flags.table || (variables.table ?? file?.table);
  return {
    ...(address !== undefined && { cluster: address.url }),
    ...(database !== undefined && { database }),
    ...(table !== undefined && { table: kustoNames(table).base }),
  };
}

interface Destination {
  readonly cluster?: string;
  /** Named by the address or by the string. */
  readonly database: string | undefined;
  readonly connectionString?: string;
}

/** The connection string says more than the cluster; a cluster that is flagged outdoes a string in a variable. */
function destination({ cluster, connectionString }: ConnectionFlags | Partial<KustoOptions>): Destination | undefined {
  if (connectionString) return { connectionString, database: databaseIn(connectionString) };
  return cluster ? { cluster, database: addressOf(cluster).database } : undefined;
}

/** Whoever read the file has checked what is in it. */
const kustoOf = (exporterOptions: ExporterOptions): KustoOptions | undefined =>
  exporterOptions('kusto') as KustoOptions | undefined;

const addressOf = (text: string): Address => checked(() => readAddress(text));

/** @throws AttributionError `ATTR_USAGE` */
function checked<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw usage((error as Error).message);
  }
}

function checkAuth(auth: KustoAuth): void {
  if (typeof auth === 'object' || (identities as readonly unknown[]).includes(auth)) return;
  throw usage(
    `the authentication ${JSON.stringify(auth.slice(0, 60))} is not known: expected ${AUTH_HELP}. An app key comes from AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET with "default".`,
  );
}

/** The database that a connection string names, by itself or behind the address. Its value may be quoted. */
function databaseIn(connectionString: string): string | undefined {
  const match = /(?:^|;)\s*(?:Initial Catalog|Database)\s*=\s*"?([^;"]+)/i.exec(connectionString);
  if (match !== null) return match[1]!.trim();
  const cluster = clusterIn(connectionString);
  return cluster === undefined ? undefined : databaseBehind(cluster);
}

/** The address that a connection string begins with or names, and nothing else: the rest of it may be secret. */
export function clusterIn(connectionString: string): string | undefined {
  const match = /(?:^|;)\s*(?:Data Source|Addr|Address|Network Address|Server)\s*=\s*"?([^;"]+)/i.exec(
    connectionString,
  );
  const [first] = connectionString.split(';');
  return (match?.[1] ?? (first!.includes('=') ? undefined : first))?.trim() || undefined;
}

function nothingGiven(): AttributionError {
  return usage(
    [
      'which Kusto database? Give it in one of three ways:',
      '  --cluster https://<cluster>.<region>.kusto.windows.net (in Microsoft Fabric: the Query URI) --database <name>',
      `  ${PREFIX}CLUSTER and ${PREFIX}DATABASE, or ${PREFIX}CONNECTION_STRING`,
      '  OTEL_ATTRIBUTION_CONFIG_FILE=<file> with  exporters: [{kusto: {cluster: …, database: …}}]',
    ].join('\n'),
  );
}

const usage = (message: string): AttributionError => new AttributionError('ATTR_USAGE', message);
