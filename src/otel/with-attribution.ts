import type { AttributionOptions } from '../config/options.ts';
import { createAttribution } from './attribution.ts';
import { atExit } from './setup/at-exit.ts';
import { plugIn, type SdkConfiguration } from './setup/plug-in.ts';

/**
 * Adds attribution to the configuration of a `NodeSDK`:
 * `new NodeSDK(withAttribution({ instrumentations: [...] }, { windowSeconds: 60 }))`.
 *
 * Returns a copy of `config`; exporters, processors, sampler and propagators, from `config` or from `OTEL_*`, go on as
 * before, and your span processors see the spans they saw before. Nothing starts before `NodeSDK.start()`, and nothing
 * at all with `OTEL_SDK_DISABLED=true`. Never throws: with unusable options or without an `@opentelemetry/sdk-node` to
 * be found, one line on standard error says so and `NodeSDK` runs without attribution.
 */
export function withAttribution<C extends SdkConfiguration>(config: C, options?: AttributionOptions): C {
  if (options?.enabled === false) return config;
  return plugIn(config, {
    create() {
      const attribution = createAttribution(options);
      atExit(attribution);
      return attribution;
    },
  });
}
