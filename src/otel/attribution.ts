/** Assembles the plug-in of one process: mapping, scopes, sum table, pipeline, exporters. */
import { type Context, context as contextApi, type TextMapPropagator } from '@opentelemetry/api';
import type { AttributionOptions } from '../config/options.ts';
import { Accounts } from '../core/accounts.ts';
import { Dictionary } from '../core/aggregate/dictionary.ts';
import type { Logger } from '../core/logger.ts';
import { compileMapping } from '../core/mapping/compile.ts';
import type { Mapping } from '../core/mapping/types.ts';
import { Pipeline } from '../pipeline/pipeline.ts';
import type { ManualMeasurement } from './api.ts';
import { Committer } from './committer.ts';
import { buildExporters } from './exporters.ts';
import { currentAttribution, setCurrentAttribution } from './global.ts';
import { serveLive } from './live/server.ts';
import { recordByHand } from './manual.ts';
import { AttributionMetricReader } from './metrics/metric-reader.ts';
import { PointSink } from './metrics/point-sink.ts';
import { OriginResolver } from './origin-resolver.ts';
import { GuardedProcessor } from './processor.ts';
import { OriginPropagator } from './propagator.ts';
import { installRepairs } from './repair/install.ts';
import { AttributionSampler } from './sampler.ts';
import type { Sampler, SpanProcessor } from './sdk-types.ts';
import { settleOptions } from './settle-options.ts';
import { diagLogger } from './telemetry.ts';
import { SpanTracker } from './tracker.ts';
import { packageVersion } from './version.ts';

/** Key of `@opentelemetry/core`, the same symbol in every copy of it. */
const SUPPRESS_TRACING = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

const NO_PROPAGATION: TextMapPropagator = { inject() {}, extract: (context) => context, fields: () => [] };

const INERT: SpanProcessor = { onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} };

export interface Attribution {
  readonly options: AttributionOptions;
  readonly processor: SpanProcessor;
  readonly pipeline: Pipeline;
  readonly mapping: Mapping;
  readonly tracker: SpanTracker;
  readonly accounts: Accounts;
  /** Where metric data points go. */
  readonly points: PointSink;
  /** When this attribution was made, milliseconds since the Unix epoch. */
  readonly startedMs: number;
  /** Wraps a sampler so that every span is recorded and only what it samples is exported. */
  sampler(delegate: Sampler): Sampler;
  /**
   * Wraps a propagator so that it carries the origin to the listed targets and strips it elsewhere. Undefined when
   * neither `propagateTo` nor `trustBaggage` asks for it: then the caller's propagators stay as they are.
   */
  propagator(delegate: TextMapPropagator | undefined): TextMapPropagator | undefined;
  /** Readers for the SDK's meter provider; none without metric rules. */
  metricReaders(): readonly AttributionMetricReader[];
  record(measurement: ManualMeasurement, context: Context): boolean;
  /** Counts a misuse of the API and says so once. */
  refuse(reason: string, message: string): void;
  /** Commits what waits for its origin, seals it and hands it to the exporters. Bounded, never rejects. */
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
  /** For `process.on('exit')`. */
  flushSync(): void;
}

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
  const attribution = assemble(settleOptions(options));
  setCurrentAttribution(attribution);
  return attribution;
}

/** The pipeline's deadline comes after the exporters' own, whose errors say more. */
function longestCallMs({ exporters = [] }: AttributionOptions): number {
  const own = exporters.map((one) => (typeof one === 'object' && 'kusto' in one ? (one.kusto.timeoutMs ?? 0) : 0));
  return Math.max(30_000, ...own);
}

function untraced<T>(fn: () => T): T {
  return contextApi.with(contextApi.active().setValue(SUPPRESS_TRACING, true), fn);
}

function assemble(options: AttributionOptions): Attribution {
  const logger: Logger = diagLogger();
  const accounts = new Accounts();
  const dictionary = new Dictionary({ onCut: () => accounts.count('attribution.limit.reached', 'name_chars') });
  const mapping = compileMapping({
    ...(options.presets !== undefined && { presets: options.presets }),
    ...(options.rules !== undefined && { rules: options.rules }),
    dictionary,
    accounts,
  });
  const windowSeconds = options.windowSeconds ?? 60;
  const originDeadlineMs = (options.originDeadlineSeconds ?? 2 * windowSeconds) * 1000;
  const { exporters, directory } = buildExporters(options, logger);
  const pipeline: Pipeline = new Pipeline({
    exporters,
    dictionary,
    accounts,
    windowSeconds,
    service: () => tracker.service || options.service || 'unknown_service',
    mappingHash: mapping.hash,
    packageVersion,
    logger,
    ...(options.maxRows !== undefined && { maxRows: options.maxRows }),
    ...(directory !== undefined && { directory }),
    ...(options.maxSpoolBytes !== undefined && { maxSpoolBytes: options.maxSpoolBytes }),
    runUntraced: untraced,
    delivery: { callMs: longestCallMs(options) },
  });
  const resolver = new OriginResolver({
    originAttribute: options.originAttribute ?? 'attribution.origin',
    attributes: options.attributes ?? {},
    route: options.route,
    accounts,
  });
  const committer = new Committer({ dictionary, table: pipeline.table, accounts, rotate: () => pipeline.afterAdd() });
  const tracker: SpanTracker = new SpanTracker({
    mapping,
    accounts,
    resolver,
    committer,
    windowSeconds,
    originDeadlineMs,
    service: options.service ?? '',
    now: Date.now,
    defer: (work) => void setImmediate(work).unref(),
  });
  pipeline.onBeforeRotate(() => tracker.commitOverdue());
  const points = new PointSink({
    mapping,
    dictionary,
    accounts,
    table: pipeline.table,
    resolver,
    windowSeconds,
    service: options.service ?? '',
    afterAdd: () => pipeline.afterAdd(),
  });
  const readers = mapping.hasMetricRules ? [new AttributionMetricReader(points, windowSeconds * 1000)] : [];
  const collect = async () => void (await Promise.all(readers.map((reader) => reader.forceFlush())));
  const enabled = options.enabled !== false;
  let ended: Promise<void> | undefined;
  let closeLive = () => {};
  const attribution: Attribution = {
    options,
    pipeline,
    mapping,
    tracker,
    accounts,
    points,
    startedMs: Date.now(),
    processor: enabled
      ? new GuardedProcessor(
          tracker,
          accounts,
          () => attribution.forceFlush(),
          () => attribution.shutdown(),
        )
      : INERT,
    metricReaders: () => readers,
    sampler: (delegate) => new AttributionSampler(delegate),
    propagator(delegate) {
      const { propagateTo = [], trustBaggage = false } = options;
      if (propagateTo.length === 0 && !trustBaggage) return undefined;
      const { remoteParents } = tracker;
      return new OriginPropagator({
        delegate: delegate ?? NO_PROPAGATION,
        propagateTo,
        trustBaggage,
        resolver,
        accounts,
        remoteParents,
      });
    },
    record: (measurement, context) =>
      recordByHand(measurement, context, {
        accounts,
        committer,
        dictionary,
        windowSeconds,
        service: () => tracker.service,
      }),
    refuse(reason, message) {
      accounts.count('attribution.measurement.refused', reason);
      logger.warn(message);
    },
    async forceFlush() {
      await collect();
      await pipeline.forceFlush();
    },
    shutdown() {
      closeLive();
      tracker.commitAll();
      ended ??= collect().then(() => pipeline.shutdown());
      return ended;
    },
    flushSync() {
      closeLive();
      tracker.commitAll();
      pipeline.flushSync();
    },
  };
  if (!enabled) return attribution;
  if (options.repair !== false) installRepairs(logger);
  if (options.live !== false) closeLive = untraced(() => serveLive(attribution, logger));
  pipeline.start();
  return attribution;
}
