/**
 * Adds attribution to a `NodeSDK` configuration and changes nothing else.
 * `NodeSDK` reads `OTEL_*` only for what its configuration leaves open, so whatever we put in is first rebuilt from the
 * environment. What we add are getters: `NodeSDK` reads most of them in `start()`, after `OTEL_SDK_DISABLED` was
 * honoured and once its meter provider is global, and nothing of ours starts before.
 */
import { diag, metrics, type TextMapPropagator } from '@opentelemetry/api';
import { mainScript } from '../../engine/main-script.ts';
import type { Attribution } from '../instance.ts';
import type { Sampler, SpanProcessor } from '../sdk-types.ts';
import { CallersView } from './callers-view.ts';
import { metricReadersFromEnv } from './env-metrics.ts';
import { propagatorFromEnv } from './env-propagators.ts';
import { batchSpanProcessor, exportsTracesFromEnv, samplerFromEnv, spanProcessorsFromEnv } from './env-traces.ts';
import { mendInstrumentations } from './mend-imports.ts';
import { say } from './say.ts';
import { findSdk, type SdkModules } from './sdk-modules.ts';
import { noTraces, PassOnPropagator } from './without-traces.ts';

/** What we read of `Partial<NodeSDKConfiguration>`; both SDK lines fit it. */
export interface SdkConfiguration {
  readonly instrumentations?: readonly unknown[] | undefined;
  readonly spanProcessors?: readonly object[] | undefined;
  /** 2.12 line only, deprecated there. */
  readonly spanProcessor?: object | undefined;
  readonly traceExporter?: object | undefined;
  readonly sampler?: object | undefined;
  readonly textMapPropagator?: object | null | undefined;
  readonly metricReaders?: readonly object[] | undefined;
  /** 2.12 line only, deprecated there. */
  readonly metricReader?: object | undefined;
}

/** The parts of `Attribution` that a set-up plugs in. */
export type PluggedIn = Pick<Attribution, 'processor' | 'sampler' | 'propagator'> & {
  /** Readers for the metric rules; none when there are no such rules. */
  metricReaders?(): readonly object[];
};

/** Where a set-up reports what it did: the zero-code start needs to know. */
export interface SetupHooks {
  /** Called once, when `NodeSDK` asks for the first of our parts. May return undefined: attribution is off. */
  create(): PluggedIn | undefined;
  /**
   * Whether a metric rule exists. Asked in the constructor of `NodeSDK`; only then is attribution created so early.
   * Default: none does.
   */
  hasMetricRules?(): boolean;
  /** Default: the application's own SDK. */
  findSdk?(): SdkModules | undefined;
  readonly view?: CallersView;
}

export const ADDED = ['spanProcessors', 'sampler', 'textMapPropagator', 'metricReaders'] as const;
const PLUGGED = Symbol.for('otel-attribution configured');

export function sdkDisabled(): boolean {
  return process.env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true';
}

/** A copy of `config` with our parts as memoized getters. */
export function plugIn<C extends object>(config: C, hooks: SetupHooks): C {
  if ((config as { [PLUGGED]?: true })[PLUGGED] === true) return config;
  const setup = new Setup(config as SdkConfiguration, hooks);
  const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(config)) as C;
  for (const name of ADDED) {
    let value: { readonly of: unknown } | undefined;
    Object.defineProperty(copy, name, {
      configurable: true,
      enumerable: true,
      get() {
        if (value === undefined) value = { of: setup.read(name) };
        return value.of;
      },
    });
  }
  Object.defineProperty(copy, PLUGGED, { value: true });
  return copy;
}

class Setup {
  readonly #config: SdkConfiguration;
  readonly #hooks: SetupHooks;
  readonly #view: CallersView;
  /** undefined: not asked yet; null: attribution stays out of this SDK. */
  #attribution: PluggedIn | null | undefined;
  #sdk: SdkModules | undefined;

  constructor(config: SdkConfiguration, hooks: SetupHooks) {
    this.#config = config;
    this.#hooks = hooks;
    this.#view = hooks.view ?? new CallersView();
  }

  /** Never throws: whatever fails, the caller's own value goes to `NodeSDK`, which then does what it always did. */
  read(name: (typeof ADDED)[number]): unknown {
    if (sdkDisabled()) return this.#config[name];
    try {
      if (name === 'metricReaders' && this.#hooks.hasMetricRules?.() !== true) return this.#config[name];
      const attribution = this.#plugged();
      if (attribution === null) return this.#config[name];
      return this[name](attribution);
    } catch (error) {
      this.#attribution = null;
      say(`off, because it could not join the OpenTelemetry set-up (${name}): ${messageOf(error)}`);
      return this.#config[name];
    }
  }

  #plugged(): PluggedIn | null {
    if (this.#attribution !== undefined) return this.#attribution;
    this.#sdk = (this.#hooks.findSdk ?? findSdk)();
    if (this.#sdk === undefined) {
      this.#attribution = null;
      say(
        `off: cannot find the application's @opentelemetry/sdk-node from ${mainScript() ?? process.cwd()}. ` +
          'Run: npm i @opentelemetry/sdk-node',
      );
      return null;
    }
    this.#attribution = this.#hooks.create() ?? null;
    if (this.#attribution !== null) mendInstrumentations([this.#config.instrumentations], say);
    return this.#attribution;
  }

  /** The caller's processors, in `NodeSDK`'s order of precedence; undefined: the environment decides. */
  #configured(): readonly SpanProcessor[] | undefined {
    const { spanProcessors, spanProcessor, traceExporter } = this.#config;
    if (spanProcessors) return spanProcessors as readonly SpanProcessor[];
    if (spanProcessor && this.#sdk!.singular) return [spanProcessor as SpanProcessor];
    if (traceExporter) return [batchSpanProcessor(this.#sdk!, traceExporter, this.#selfObserved())];
    return undefined;
  }

  /** Whether spans leave this process without us. */
  #exportsTraces(): boolean {
    const { spanProcessors, spanProcessor, traceExporter } = this.#config;
    if (spanProcessors) return spanProcessors.length > 0;
    if (traceExporter || (spanProcessor && this.#sdk!.singular)) return true;
    return exportsTracesFromEnv(this.#sdk!);
  }

  /** The SDK's metrics about itself: only with the switch that `NodeSDK` wants for them. */
  #selfObserved(): object | undefined {
    const on = this.#sdk!.core.getBooleanFromEnv('OTEL_NODE_EXPERIMENTAL_SDK_METRICS');
    if (!on) return undefined;
    const provider = metrics.getMeterProvider();
    return provider.constructor.name === 'NoopMeterProvider' ? undefined : provider;
  }

  spanProcessors(attribution: PluggedIn): object[] {
    const callers = this.#configured() ?? spanProcessorsFromEnv(this.#sdk!, this.#selfObserved());
    return [attribution.processor, ...this.#view.processors(callers)];
  }

  sampler(attribution: PluggedIn): object {
    const delegate = this.#exportsTraces()
      ? ((this.#config.sampler as Sampler | undefined) ?? samplerFromEnv(this.#sdk!))
      : noTraces;
    return attribution.sampler(this.#view.sampler(delegate), leavesOutBelow(delegate, this.#sdk!));
  }

  /** Always ours: what a caller claims to be is stripped here, and only the outermost propagator can do that. */
  textMapPropagator(attribution: PluggedIn): object {
    const configured = this.#config.textMapPropagator as TextMapPropagator | null | undefined;
    const callers = configured === undefined ? propagatorFromEnv(this.#sdk!) : configured;
    const passOn = callers !== null && !this.#exportsTraces();
    return attribution.propagator(passOn ? new PassOnPropagator(callers) : (callers ?? undefined));
  }

  metricReaders(attribution: PluggedIn): readonly object[] | undefined {
    const ours = attribution.metricReaders?.() ?? [];
    const { metricReaders, metricReader } = this.#config;
    if (ours.length === 0) return metricReaders;
    if (metricReaders) return [...metricReaders, ...ours];
    if (metricReader && this.#sdk!.singular) {
      diag.warn("The 'metricReader' option is deprecated. Please use 'metricReaders' instead.");
      return [metricReader, ...ours];
    }
    return [...metricReadersFromEnv(this.#sdk!), ...ours];
  }
}

/** Whether it is one of the SDK's of which that is known. */
function leavesOutBelow(sampler: Sampler, { trace }: SdkModules): boolean {
  if (sampler === noTraces || sampler.constructor === trace.AlwaysOffSampler) return true;
  const below = (sampler as { readonly _localParentNotSampled?: Sampler })._localParentNotSampled;
  return sampler.constructor === trace.ParentBasedSampler && below?.constructor === trace.AlwaysOffSampler;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
