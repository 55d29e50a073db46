import type { ExporterConfig } from '../../config/component.ts';
import type { Env } from '../../config/env.ts';
import { lazily } from '../../config/lazy.ts';
import { readParts } from '../../config/read-env.ts';
import { databaseBehind } from './address.ts';
import { type KustoOptions, kustoOptions } from './options.ts';

export const kustoConfig: ExporterConfig<'kusto', typeof kustoOptions, KustoOptions> = {
  name: 'kusto',
  options: kustoOptions,
  rules: [
    {
      holds: ({ cluster, connectionString }) => (cluster === undefined) !== (connectionString === undefined),
      otherwise: 'needs either cluster or connectionString',
    },
    {
      holds: ({ cluster = '', database }) => (databaseBehind(cluster) ?? database) === database,
      otherwise: 'the address in cluster names another database: leave the path out of it',
    },
    {
      holds: ({ connectionString, auth }) => connectionString === undefined || auth === undefined,
      otherwise: 'connectionString brings its own authentication: leave auth out',
    },
  ],
  place: ({ cluster = '', database }) => `${cluster} ${database}`,
  create(options, { logger }) {
    const { KustoExporter } = lazily<typeof import('./exporter.ts')>(import.meta.url, './exporter');
    return new KustoExporter(options, { logger });
  },
  async probe(options) {
    const { probe } = await import('./probe.ts');
    return probe(options);
  },
};

/** What the variables say, unchecked. */
export function kustoFromEnv(env: Env): Partial<KustoOptions> {
  return readParts(kustoOptions, env);
}
