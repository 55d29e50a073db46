import type { KustoAuth, KustoOptions } from './options.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** What each variable sets; all of them are read by the plug-in (`OTEL_ATTRIBUTION_EXPORTERS=kusto`) and by the command line. */
export const kustoVariables = {
  OTEL_ATTRIBUTION_KUSTO_CLUSTER: 'cluster',
  OTEL_ATTRIBUTION_KUSTO_DATABASE: 'database',
  OTEL_ATTRIBUTION_KUSTO_TABLE: 'table',
  OTEL_ATTRIBUTION_KUSTO_MODE: 'mode',
  OTEL_ATTRIBUTION_KUSTO_AUTH: 'auth',
  OTEL_ATTRIBUTION_KUSTO_CONNECTION_STRING: 'connectionString',
} as const satisfies Record<string, keyof KustoOptions>;

/** `managed-identity:<client id>` names a user-assigned identity; everything else stands for itself. */
export function parseKustoAuth(text: string): KustoAuth {
  const clientId = /^managed-identity:(.+)$/.exec(text)?.[1];
  return clientId === undefined ? (text as KustoAuth) : { managedIdentity: { clientId } };
}

/** What the variables say, unchecked. */
export function kustoFromEnv(env: Env): Partial<KustoOptions> {
  const options: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(kustoVariables)) {
    const text = env[name]?.trim();
    if (text !== undefined && text !== '') options[option] = option === 'auth' ? parseKustoAuth(text) : text;
  }
  return options;
}
