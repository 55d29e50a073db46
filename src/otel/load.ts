/**
 * The engine, loaded when attribution is first set up. Modules that import this package only to call `withOrigin` load a
 * twentieth of its files (bench/import.ts). Synchronous, because set-ups run before the first await of an application.
 */
import { createRequire } from 'node:module';
import type { AttributionOptions } from '../engine/options.ts';
import type { Attribution } from './instance.ts';
import { sayIfAlone } from './setup/wrong-start.ts';

sayIfAlone();

const require = createRequire(import.meta.url);
// From source the modules end in .ts, from the package in .js.
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

/**
 * The attribution of this process; a second call returns the first one, with a warning if it came with other options.
 * Never throws: a wrong option is reported on the diagnostic log and on standard error, and left out.
 */
export function createAttribution(options?: AttributionOptions): Attribution {
  return load<typeof import('./attribution.ts')>('attribution').createAttribution(options);
}

/**
 * Adds attribution to the configuration of a `NodeSDK`:
 * `new NodeSDK(withAttribution({ instrumentations: [...] }, { windowSeconds: 60 }))`.
 *
 * Returns a copy of `config`; exporters, processors, sampler and propagators, from `config` or from `OTEL_*`, go on as
 * before, and your span processors see the spans they saw before. Nothing starts before `NodeSDK.start()`, and nothing
 * at all with `OTEL_SDK_DISABLED=true`. Never throws: without an `@opentelemetry/sdk-node` to be found, one line on
 * standard error says so and `NodeSDK` runs without attribution.
 */
export function withAttribution<C extends object>(config: C, options?: AttributionOptions): C {
  return load<typeof import('./with-attribution.ts')>('with-attribution').withAttribution(config, options);
}

/** What is still in memory leaves when the process ends. */
export function flushAtExit(attribution: Attribution): void {
  load<typeof import('./setup/at-exit.ts')>('setup/at-exit').atExit(attribution);
}

function load<T>(name: string): T {
  return require(`./${name}.${extension}`) as T;
}
