import type { ZodType } from 'zod';
import { option, type Zod } from '../../config/declare.ts';
import type { SettledOf, Source, ValuesOf } from '../../config/option.ts';
import { functionSchema } from '../../config/schema-parts.ts';
import { DEFAULT_BASE } from '../../kusto/names.ts';
import { addressProblem } from './address.ts';

const TIMEOUT_MS = 30_000;

export const identities = ['default', 'az-cli', 'managed-identity', 'workload-identity', 'none'] as const;

export type KustoAuth =
  /** `none`: no token at all, for an emulator. */
  | (typeof identities)[number]
  | { readonly managedIdentity: { readonly clientId: string } }
  | { readonly appKey: { readonly tenantId: string; readonly clientId: string; readonly clientSecret: string } }
  | {
      readonly certificate: {
        readonly tenantId: string;
        readonly clientId: string;
        /** PEM with certificate and private key. */
        readonly path: string;
      };
    }
  /** In code only; called for every request, on the main thread. */
  | { readonly token: () => Promise<string> };

const textSchema = (z: Zod) => z.string().min(1, 'must not be empty');

export const kustoOptions = {
  /**
   * `https://<cluster>.<region>.kusto.windows.net`, or the Query URI of an Eventhouse in Microsoft Fabric,
   * `https://<x>.<zone>.kusto.fabric.microsoft.com`. Not needed with `connectionString`.
   */
  cluster: option({
    schema: (z) =>
      z.string().superRefine((text, context) => {
        const problem = addressProblem(text);
        if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
      }),
    type: 'string',
    text: 'address of the cluster, or Query URI of an Eventhouse in Microsoft Fabric; not needed with connectionString',
    example: 'https://mycluster.westeurope.kusto.windows.net',
    env: { name: 'OTEL_ATTRIBUTION_KUSTO_CLUSTER', read: 'text' },
  }),
  database: option({
    schema: textSchema,
    required: true,
    type: 'string',
    text: 'database in the cluster',
    example: 'attribution',
    env: { name: 'OTEL_ATTRIBUTION_KUSTO_DATABASE', read: 'text' },
  }),
  /** Base name of tables, views and functions. Default `Attribution`. */
  table: option({
    schema: (z) =>
      z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,99}$/, 'must begin with a letter and hold only letters, digits and _'),
    type: 'string',
    default: DEFAULT_BASE,
    text: 'base name of tables, views and functions',
    example: DEFAULT_BASE,
    env: { name: 'OTEL_ATTRIBUTION_KUSTO_TABLE', read: 'text' },
  }),
  /** `queued` (default): batched by the service, confirmed by query. `streaming`: seconds after the window, for small volumes. */
  mode: option({
    schema: (z) => z.enum(['queued', 'streaming']),
    type: 'queued or streaming',
    default: 'queued',
    text: '`queued`: batched by the service, confirmed by query; `streaming`: seconds after the window, for small volumes',
    example: 'queued',
    env: { name: 'OTEL_ATTRIBUTION_KUSTO_MODE', read: 'text' },
  }),
  /** Default: the default Azure credential chain. */
  auth: option({
    schema: authSchema,
    type: `${identities.join(', ')}, {managedIdentity: {clientId}}, {appKey: {...}}, {certificate: {...}} or, in code, {token: function}`,
    default: 'default',
    text: 'who asks; `default` is the default Azure credential chain',
    example: 'default',
    env: { name: 'OTEL_ATTRIBUTION_KUSTO_AUTH', read: parseKustoAuth },
  }),
  /** A Kusto connection string, with its own authentication. */
  connectionString: option({
    schema: textSchema,
    type: 'string',
    text: 'a Kusto connection string, instead of cluster and auth',
    env: { name: 'OTEL_ATTRIBUTION_KUSTO_CONNECTION_STRING', read: 'text' },
  }),
  /** Deadline of one upload or query in milliseconds. Default 30,000. */
  timeoutMs: option({
    schema: (z) => z.number().int('must be a whole number').min(1_000, 'must be at least 1000').max(600_000),
    type: 'number',
    default: TIMEOUT_MS,
    text: 'deadline of one upload or query in milliseconds',
    example: `${TIMEOUT_MS}`,
  }),
};

/** A database of Azure Data Explorer, or of anything else that speaks its protocol. */
export interface KustoOptions extends ValuesOf<typeof kustoOptions> {}

/** With their defaults: what everything behind the exporter and `openKusto` works with. */
export interface SettledKustoOptions extends SettledOf<typeof kustoOptions> {}

/** `managed-identity:<client id>` names a user-assigned identity; everything else stands for itself. */
export function parseKustoAuth(text: string): KustoAuth {
  const clientId = /^managed-identity:(.+)$/.exec(text)?.[1];
  return clientId === undefined ? (text as KustoAuth) : { managedIdentity: { clientId } };
}

function authSchema(z: Zod, source: Source): ZodType<KustoAuth> {
  const text = textSchema(z);
  const inFile = [
    z.enum(identities),
    z.strictObject({ managedIdentity: z.strictObject({ clientId: text }) }),
    z.strictObject({ appKey: z.strictObject({ tenantId: text, clientId: text, clientSecret: text }) }),
    z.strictObject({ certificate: z.strictObject({ tenantId: text, clientId: text, path: text }) }),
  ] as const;
  if (source === 'file') return z.union(inFile);
  return z.union([...inFile, z.strictObject({ token: functionSchema<() => Promise<string>>(z) })]);
}
