import type { AttributionOptions } from '../config/options.ts';
import { type Attribution, createAttribution } from './attribution.ts';
import { settleOptions } from './settle-options.ts';
import { atExit } from './setup/at-exit.ts';
import { plugIn } from './setup/plug-in.ts';

/**
 * Adds attribution to the configuration of a `NodeSDK`, of either SDK line:
 * `new NodeSDK(withAttribution({ instrumentations: [...] }, { windowSeconds: 60 }))`.
 *
 * Returns a copy of `config`; exporters, processors, sampler and propagators, from `config` or from `OTEL_*`, go on as
 * before, and your span processors see the spans they saw before. Nothing starts before `NodeSDK.start()`, and nothing
 * at all with `OTEL_SDK_DISABLED=true`. Never throws: with unusable options or without an `@opentelemetry/sdk-node` to
 * be found, one line on standard error says so and `NodeSDK` runs without attribution.
 */
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
  const { rules = [] } = process.env.OTEL_ATTRIBUTION_CONFIG_FILE ? settleOptions(options) : (options ?? {});
  return rules.some((rule) => rule.signal === 'metric');
}
