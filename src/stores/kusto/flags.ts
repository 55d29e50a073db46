import type { StoreFlag } from '../kind.ts';

export const PREFIX = 'OTEL_ATTRIBUTION_KUSTO_';
export const AUTH_HELP = 'default, az-cli, managed-identity[:<client id>], workload-identity or none';

/** Which Kusto database; see `kustoOptionsOf`. */
export const connectionFlags = {
  cluster: {
    value: 'url',
    help: `Kusto cluster, https://<cluster>.<region>.kusto.windows.net, or Query URI of a Fabric Eventhouse (${PREFIX}CLUSTER)`,
  },
  database: { value: 'name', help: `its database (${PREFIX}DATABASE)` },
  table: { value: 'base', help: `base name of tables and functions (${PREFIX}TABLE; default: Attribution)` },
  auth: { value: 'kind', help: `${AUTH_HELP} (${PREFIX}AUTH; default: default, which takes az login too)` },
  connectionString: {
    value: 'text',
    help: `instead of cluster and auth; ${PREFIX}CONNECTION_STRING keeps it out of the process list`,
  },
} as const satisfies Readonly<Record<string, StoreFlag>>;

/** Their values. */
export type ConnectionFlags = { readonly [Name in keyof typeof connectionFlags]?: string | undefined };
