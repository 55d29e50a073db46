import { z } from 'zod';
import type { KustoOptions } from './options.ts';

/** As the portal shows it, with or without `https://`; this computer by name or number. */
const CLUSTER = /^(https?:\/\/)?(localhost|\[::1\]|[\w-]+(\.[\w-]+)+)(:\d+)?\/?$/;

const text = z.string().min(1, 'must not be empty');

const identities = z.enum(['default', 'az-cli', 'managed-identity', 'workload-identity', 'none']);
const inFile = [
  identities,
  z.strictObject({ managedIdentity: z.strictObject({ clientId: text }) }),
  z.strictObject({ appKey: z.strictObject({ tenantId: text, clientId: text, clientSecret: text }) }),
  z.strictObject({ certificate: z.strictObject({ tenantId: text, clientId: text, path: text }) }),
] as const;
const token = z.strictObject({
  token: z.custom<() => Promise<string>>((value) => typeof value === 'function', 'must be a function'),
});

/** Schema of `{kusto: …}`; in code a function may bring the token. */
export function kustoSchema(withFunctions: boolean) {
  return z
    .strictObject({
      cluster: z
        .string()
        .regex(CLUSTER, 'must be the URL of a cluster, such as https://mycluster.westeurope.kusto.windows.net')
        .optional(),
      database: text,
      table: z
        .string()
        .regex(/^[A-Za-z][A-Za-z0-9_]{0,99}$/, 'must begin with a letter and hold only letters, digits and _')
        .optional(),
      mode: z.enum(['queued', 'streaming']).optional(),
      auth: (withFunctions ? z.union([...inFile, token]) : z.union(inFile)).optional(),
      connectionString: text.optional(),
      timeoutMs: z.number().int('must be a whole number').min(1_000, 'must be at least 1000').max(600_000).optional(),
    })
    .refine(
      (options) => (options.cluster === undefined) !== (options.connectionString === undefined),
      'needs either cluster or connectionString',
    )
    .refine(
      (options) => options.connectionString === undefined || options.auth === undefined,
      'connectionString brings its own authentication: leave auth out',
    ) as z.ZodType<KustoOptions>;
}

export const kustoKeys = ['cluster', 'database', 'table', 'mode', 'auth', 'connectionString', 'timeoutMs'];
