import type { AttributionOptions } from '../engine/options.ts';
import { createAttribution } from './attribution.ts';
import { givenOptions } from './given-options.ts';
import type { Attribution } from './instance.ts';
import { atExit } from './setup/at-exit.ts';
import { plugIn } from './setup/plug-in.ts';

/** See engine.ts. */
export function withAttribution<C extends object>(config: C, options?: AttributionOptions): C {
  if (options?.enabled === false) return config;
  return plugIn(config, {
    create: () => created(options),
    hasMetricRules: () => hasMetricRules(options),
  });
}

function created(options: AttributionOptions | undefined): Attribution | undefined {
  const attribution = createAttribution(options);
  if (attribution.options.enabled === false) return undefined;
  atExit(attribution);
  return attribution;
}

/** In code, or in the file that the environment names. */
export function hasMetricRules(options: AttributionOptions | undefined): boolean {
  const { rules = [] } = process.env.OTEL_ATTRIBUTION_CONFIG_FILE ? givenOptions(options) : (options ?? {});
  return rules.some((rule) => rule.signal === 'metric');
}
