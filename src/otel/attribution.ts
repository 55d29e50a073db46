/** The plug-in of one process: an engine, and the parts of an SDK that feed it. */
import { isMainThread } from 'node:worker_threads';
import { type Context, context as contextApi, type TextMapPropagator, trace } from '@opentelemetry/api';
import type { Surroundings } from '../core/attribution/record.ts';
import type { SpanView } from '../core/attribution/span-view.ts';
import { Engine } from '../engine/engine.ts';
import { serveLive } from '../engine/live/server.ts';
import { type AttributionOptions, type SettledOptions, settleOptions } from '../engine/options.ts';
import { Gathering } from '../engine/threads/gather.ts';
import { handOverToMain } from '../engine/threads/hand-over.ts';
import { contextAttributes, inboundOrigin, namedOrigin } from './context.ts';
import { FetchHeaders } from './fetch-headers.ts';
import { givenOptions } from './given-options.ts';
import { type Attribution, currentAttribution, setCurrentAttribution } from './instance.ts';
import { LightSpan } from './light/light-span.ts';
import { installLight } from './light/light-spans.ts';
import { readable } from './light/readable.ts';
import { LightSampler } from './light/sampler.ts';
import { AttributionMetricReader } from './metrics/metric-reader.ts';
import { PointSink } from './metrics/point-sink.ts';
import { GuardedProcessor } from './processor.ts';
import { OriginPropagator } from './propagator.ts';
import { installRepairs } from './repair/install.ts';
import { AttributionSampler } from './sampler.ts';
import { SdkSpan, stateOf } from './sdk-span.ts';
import type { ReadableSpan, Sampler, SpanProcessor } from './sdk-types.ts';
import { say } from './setup/say.ts';
import { withoutTracing } from './suppress.ts';
import { diagLogger } from './telemetry.ts';

const NO_PROPAGATION: TextMapPropagator = { inject() {}, extract: (context) => context, fields: () => [] };

const INERT: SpanProcessor = { onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} };

/**
 * The attribution of this process; a second call returns the first one, with a warning if it came with other options.
 * Never throws: a wrong option is reported on the diagnostic log and on stderr, and its default is used.
 */
export function createAttribution(options?: AttributionOptions): Attribution {
  const current = currentAttribution();
  if (current !== undefined) {
    if (options !== undefined && options !== current.options) {
      diagLogger().warn('attribution is already set up in this process; the options of the first set-up stay in force');
    }
    return current;
  }
  const attribution = new PlugIn(givenOptions(options));
  setCurrentAttribution(attribution);
  return attribution;
}

function untraced<T>(fn: () => T): T {
  return contextApi.with(withoutTracing(contextApi.active()), fn);
}

class PlugIn implements Attribution {
  /** As given: without defaults. */
  readonly options: AttributionOptions;
  readonly #settled: SettledOptions;
  readonly processor: SpanProcessor;
  readonly points: PointSink;
  readonly #engine: Engine;
  readonly #logger = diagLogger();
  readonly #readers: readonly AttributionMetricReader[];
  readonly #closeLive: () => void = () => {};
  readonly #threads: Gathering | undefined;
  readonly #fetchHeaders = new FetchHeaders();

  constructor(given: AttributionOptions) {
    this.options = given;
    const options = settleOptions(given);
    const { route, service } = options;
    this.#settled = options;
    const outlet = options.enabled ? handOverToMain() : undefined;
    this.#engine = new Engine(options, {
      logger: this.#logger,
      say,
      outlet,
      runUntraced: untraced,
      route:
        route &&
        ((root: SpanView) => {
          const span = shownSpan(root);
          return span && route(span);
        }),
    });
    const engine = this.#engine;
    this.points = new PointSink(engine, service);
    this.#readers = engine.mapping.hasMetricRules
      ? [new AttributionMetricReader(this.points, engine.windowSeconds * 1000)]
      : [];
    engine.onFlush(async () => void (await Promise.all(this.#readers.map((reader) => reader.forceFlush()))));
    if (!options.enabled) {
      this.processor = INERT;
      return;
    }
    const { tracker, accounts } = engine;
    this.processor = new GuardedProcessor({
      tracker,
      accounts,
      service,
      flush: () => this.forceFlush(),
      shutdown: () => this.shutdown(),
    });
    this.#fetchHeaders.watch();
    if (options.repair) installRepairs(this.#logger);
    if (options.live) this.#closeLive = untraced(() => serveLive(engine, this.#logger));
    if (isMainThread) {
      const threads = new Gathering((body) => engine.addPart(body));
      this.#threads = threads;
      engine.onFlush(
        (last) => threads.collect(last),
        () => threads.collectSync(),
      );
    }
    engine.start();
    outlet?.begin(engine);
  }

  get accounts() {
    return this.#engine.accounts;
  }

  get tracker() {
    return this.#engine.tracker;
  }

  get lightSpans(): number {
    return this.processor instanceof GuardedProcessor ? this.processor.lightSpans : 0;
  }

  get startedMs(): number {
    return this.#engine.startedMs;
  }

  get windowSeconds(): number {
    return this.#engine.windowSeconds;
  }

  recentParts(sinceMs: number) {
    return this.#engine.recentParts(sinceMs);
  }

  metricReaders(): readonly AttributionMetricReader[] {
    return this.#readers;
  }

  sampler(delegate: Sampler, leavesOutBelow = false): Sampler {
    const { processor } = this;
    if (!(processor instanceof GuardedProcessor)) return new AttributionSampler(delegate);
    const install = (sampler: LightSampler): void => {
      const made = installLight(sampler, (start, context) => processor.startLight(start, context));
      if (!made) this.accounts.count('attribution.hook.failed', 'light');
    };
    return new LightSampler({ delegate, leavesOutBelow, install });
  }

  propagator(delegate: TextMapPropagator | undefined): TextMapPropagator {
    const { enabled, propagateTo, trustBaggage } = this.#settled;
    if (!enabled) return delegate ?? NO_PROPAGATION;
    const { resolver, accounts, tracker } = this.#engine;
    const { remoteParents } = tracker;
    const inner = delegate ?? NO_PROPAGATION;
    return new OriginPropagator({
      delegate: inner,
      propagateTo,
      trustBaggage,
      resolver,
      accounts,
      remoteParents,
      fetchHeaders: this.#fetchHeaders,
    });
  }

  record(measurement: Parameters<Engine['record']>[0], context: Context): boolean {
    return this.#engine.record(measurement, surroundings(context));
  }

  refuse(reason: string, message: string): void {
    this.accounts.count('attribution.measurement.refused', reason);
    this.#logger.warn(message);
  }

  forceFlush(): Promise<void> {
    return this.#engine.forceFlush();
  }

  async shutdown(): Promise<void> {
    this.#closeLive();
    await this.#engine.shutdown();
    this.#threads?.close();
  }

  flushSync(): void {
    this.#closeLive();
    this.#engine.flushSync();
  }
}

/** What a hook of the application is given. */
function shownSpan(span: SpanView): ReadableSpan | undefined {
  if (span instanceof SdkSpan) return span.sdk;
  return span instanceof LightSpan ? readable(span) : undefined;
}

function surroundings(context: Context): Surroundings {
  return {
    span: stateOf(trace.getSpan(context)),
    named: namedOrigin(context),
    inbound: inboundOrigin(context),
    attributes: contextAttributes(context),
  };
}
