/** Which Kusto database a command talks to: flags, else variables, else the exporter of the configuration file. */

import { AttributionError } from '../../core/errors.ts';
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
  const database =
    flags.database || (variables.database ?? databaseIn(given?.connectionString) ?? file?.database ?? '');
  if (database === '')
    throw usage(`no database given: add --database <name>, or set ${PREFIX}DATABASE. \`.show databases\` lists them.`);

  const { cluster, connectionString, auth: authOfFile, ...rest } = file ?? { database };
  return {
    ...rest,
    ...(given ?? {
      ...(cluster !== undefined && { cluster }),
      ...(connectionString !== undefined && { connectionString }),
      ...(authOfFile !== undefined && { auth: authOfFile }),
    }),
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
  const database = flags.database || (variables.database ?? file?.database);
  const table = flags.table || (variables.table ?? file?.table);
  return {
    ...(cluster !== undefined && { cluster: clusterOf(cluster) }),
    ...(database !== undefined && { database }),
    ...(table !== undefined && { table: kustoNames(table).base }),
  };
}

interface Destination {
  readonly cluster?: string;
  readonly connectionString?: string;
}

/** The connection string says more than the cluster; a cluster that is flagged outdoes a string in a variable. */
function destination(from: ConnectionFlags | Partial<KustoOptions>): Destination | undefined {
  if (from.connectionString) return { connectionString: from.connectionString };
  return from.cluster ? { cluster: clusterOf(from.cluster) } : undefined;
}

/** Whoever read the file has checked what is in it. */
const kustoOf = (exporterOptions: ExporterOptions): KustoOptions | undefined =>
  exporterOptions('kusto') as KustoOptions | undefined;

function clusterOf(text: string): string {
  const url = (text.includes('://') ? text : `https://${text}`).replace(/\/+$/, '');
  if (/^https?:\/\/[^/\s]+$/.test(url) && URL.canParse(url)) return url;
  throw usage(
    `the cluster ${JSON.stringify(text.slice(0, 200))} is no address: expected https://<cluster>.<region>.kusto.windows.net`,
  );
}

function checkAuth(auth: KustoAuth): void {
  if (typeof auth === 'object' || (identities as readonly unknown[]).includes(auth)) return;
  throw usage(
    `the authentication ${JSON.stringify(auth.slice(0, 60))} is not known: expected ${AUTH_HELP}. An app key comes from AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET with "default".`,
  );
}

/** The database that a connection string names. Its value may be quoted. */
function databaseIn(connectionString: string | undefined): string | undefined {
  const match = /(?:^|;)\s*(?:Initial Catalog|Database)\s*=\s*"?([^;"]+)/i.exec(connectionString ?? '');
  return match?.[1]?.trim();
}

function nothingGiven(): AttributionError {
  return usage(
    [
      'which Kusto database? Give it in one of three ways:',
      '  --cluster https://<cluster>.<region>.kusto.windows.net --database <name>',
      `  ${PREFIX}CLUSTER and ${PREFIX}DATABASE, or ${PREFIX}CONNECTION_STRING`,
      '  OTEL_ATTRIBUTION_CONFIG_FILE=<file> with  exporters: [{kusto: {cluster: …, database: …}}]',
    ].join('\n'),
  );
}

const usage = (message: string): AttributionError => new AttributionError('ATTR_USAGE', message);
