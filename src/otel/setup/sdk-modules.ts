/**
 * The application's own OpenTelemetry SDK, loaded at run time. Neither SDK line exports what reads `OTEL_*`, so the
 * classes are taken from the packages its `@opentelemetry/sdk-node` itself depends on; this package never brings a
 * copy of its own.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { TextMapPropagator } from '@opentelemetry/api';
import { mainScript } from '../../engine/main-script.ts';
import type { Sampler, SpanProcessor } from '../sdk-types.ts';

export const SDK_PACKAGE = '@opentelemetry/sdk-node';

// biome-ignore lint/suspicious/noExplicitAny: constructors differ between the two SDK lines; only ours are described.
type Args = any[];
export type Constructor<T> = new (...args: Args) => T;

export interface CoreModule {
  getStringFromEnv(name: string): string | undefined;
  getNumberFromEnv(name: string): number | undefined;
  getBooleanFromEnv(name: string): boolean;
  getStringListFromEnv(name: string): string[] | undefined;
  readonly CompositePropagator: Constructor<TextMapPropagator>;
  readonly W3CTraceContextPropagator: Constructor<TextMapPropagator>;
  readonly W3CBaggagePropagator: Constructor<TextMapPropagator>;
}

export interface TraceModule {
  readonly AlwaysOnSampler: Constructor<Sampler>;
  readonly AlwaysOffSampler: Constructor<Sampler>;
  readonly ParentBasedSampler: Constructor<Sampler>;
  readonly TraceIdRatioBasedSampler: Constructor<Sampler>;
  readonly BatchSpanProcessor: Constructor<SpanProcessor>;
  readonly SimpleSpanProcessor: Constructor<SpanProcessor>;
  readonly ConsoleSpanExporter: Constructor<object>;
}

export interface SdkModules {
  /** File the application's `@opentelemetry/sdk-node` resolves to. */
  readonly path: string;
  /** The 0.2xx line, which still takes the singular `spanProcessor` and `metricReader`. */
  readonly singular: boolean;
  readonly core: CoreModule;
  readonly trace: TraceModule;
  /** Any other package as `@opentelemetry/sdk-node` sees it; undefined when this line of the SDK does not have it. */
  load(name: string): Readonly<Record<string, Constructor<object>>> | undefined;
}

/** Where the application is: its main script, then the working directory, then this package. */
export function resolutionBases(): string[] {
  const main = mainScript();
  return [...(main === undefined ? [] : [main]), join(process.cwd(), 'noop.js'), import.meta.filename];
}

/** Resolves `name` as the application would. Undefined when it is not installed. */
export function resolveFromApplication(name: string, bases = resolutionBases()): string | undefined {
  for (const base of bases) {
    try {
      return createRequire(base).resolve(name);
    } catch {
      // Not installed there: the next place may have it.
    }
  }
  return undefined;
}

/** Version of the package a file belongs to; '' when it cannot be told. */
function packageVersion(file: string): string {
  for (let at = dirname(file); dirname(at) !== at; at = dirname(at)) {
    try {
      const found = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')) as { name?: string; version?: string };
      if (found.version !== undefined) return found.version;
    } catch {
      // Not this directory.
    }
  }
  return '';
}

/** Undefined when the application has no `@opentelemetry/sdk-node` that can be found. */
export function findSdk(bases = resolutionBases()): SdkModules | undefined {
  const path = resolveFromApplication(SDK_PACKAGE, bases);
  if (path === undefined) return undefined;
  const require = createRequire(path);
  return {
    path,
    get singular(): boolean {
      return /^0\.[12]?\d{1,2}\./.test(packageVersion(path));
    },
    get core(): CoreModule {
      return require('@opentelemetry/core') as CoreModule;
    },
    get trace(): TraceModule {
      return require('@opentelemetry/sdk-trace') as TraceModule;
    },
    load(name) {
      let file: string;
      try {
        file = require.resolve(name);
      } catch {
        return undefined;
      }
      return require(file) as Record<string, Constructor<object>>;
    },
  };
}
