/**
 * Starts `NodeSDK` for every case of the table twice in this process, without and with attribution, and writes what
 * each consists of. The modules come from the caller, so that every install compares its own SDK.
 */
import { describe } from './describe.ts';
import { seededIds } from './export-spans.ts';
import { type Case, table } from './table.ts';

// biome-ignore lint/suspicious/noExplicitAny: private fields of two SDK lines are the subject of this comparison.
type Any = any;

export interface Install {
  readonly NodeSDK: Any;
  readonly api: Any;
  /** Modules as the install has them. */
  readonly load: (name: string) => Any;
  readonly plugIn: (config: Any, hooks: Any) => Any;
}

/** Stands in for attribution: records what it is asked, keeps what it is given. */
function standIn(wanted: Case) {
  const processor = { onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {}, ours: true };
  return {
    processor,
    sampler: (delegate: Any) => ({
      delegate,
      shouldSample: (...args: Any[]) => delegate.shouldSample(...args),
      toString: () => `Ours{${delegate}}`,
    }),
    propagator: (delegate: Any) => ({
      ours: true,
      delegate,
      inject: (...args: Any[]) => delegate?.inject(...args),
      extract: (context: Any, ...args: Any[]) => delegate?.extract(context, ...args) ?? context,
      fields: () => delegate?.fields() ?? [],
    }),
    metricReaders: () => (wanted.metricRule === true ? [ourReader()] : []),
  };
}

function ourReader() {
  return {
    ours: true,
    setMetricProducer() {},
    selectAggregation: () => ({ type: 0 }),
    selectAggregationTemporality: () => 0,
    selectCardinalityLimit: () => 100_000,
    collect: async () => ({}),
    forceFlush: async () => {},
    shutdown: async () => {},
  };
}

function configuration(install: Install, name: string | undefined): Any {
  const { load } = install;
  const processor = () => ({ onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {}, mine: 1 });
  const traceExporter = () => new (load('@opentelemetry/sdk-trace').InMemorySpanExporter)();
  const reader = () => {
    const { PeriodicExportingMetricReader, InMemoryMetricExporter } = load('@opentelemetry/sdk-metrics');
    return new PeriodicExportingMetricReader({ exporter: new InMemoryMetricExporter(1) });
  };
  const configurations: Record<string, () => Any> = {
    spanProcessors: () => ({ spanProcessors: [processor(), processor()] }),
    noSpanProcessors: () => ({ spanProcessors: [] }),
    processorsAndExporter: () => ({ spanProcessors: [processor()], traceExporter: traceExporter() }),
    spanProcessor: () => ({ spanProcessor: processor() }),
    processorAndExporter: () => ({ spanProcessor: processor(), traceExporter: traceExporter() }),
    traceExporter: () => ({ traceExporter: traceExporter() }),
    sampler: () => ({ sampler: new (load('@opentelemetry/sdk-trace').TraceIdRatioBasedSampler)(0.5) }),
    metricReader: () => ({ metricReader: reader() }),
    metricReaders: () => ({ metricReaders: [reader(), reader()] }),
    propagator: () => ({ textMapPropagator: new (load('@opentelemetry/core').W3CBaggagePropagator)() }),
    noPropagator: () => ({ textMapPropagator: null }),
  };
  return name === undefined ? {} : configurations[name]!();
}

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';

/** Headers of a call made inside a span, with and without a trace context that came in. */
function injected(api: Any): unknown {
  const result: Record<string, unknown> = {};
  const incoming = { traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01`, baggage: 'k=v' };
  for (const [name, headers] of Object.entries({ fresh: {}, incoming })) {
    const context = api.propagation.extract(api.ROOT_CONTEXT, headers);
    const span = api.trace.getTracer('compare').startSpan('work', {}, context);
    const carrier: Record<string, string> = {};
    api.propagation.inject(api.trace.setSpan(context, span), carrier);
    // Identifiers are random; whether they are the caller's is what matters.
    const shapes = Object.entries(carrier).map(([key, value]) => [key, shape(value)]);
    result[name] = Object.fromEntries(shapes);
  }
  return result;
}

function shape(value: string): string {
  return value
    .replaceAll(TRACE_ID, '<caller trace>')
    .replaceAll('b7ad6b7169203331', '<caller span>')
    .replaceAll(/[0-9a-f]{16,32}/g, '<id>');
}

export interface Snapshot {
  readonly processors: unknown;
  readonly sampler: string;
  readonly propagator: unknown;
  readonly readers: unknown;
  readonly injected: unknown;
  readonly diagnostics: readonly string[];
  readonly thrown: string;
}

async function snapshot(install: Install, wanted: Case, withUs: boolean): Promise<Snapshot> {
  const { api } = install;
  const before = { ...process.env };
  if (wanted.metrics !== true) process.env.OTEL_METRICS_EXPORTER = 'none';
  process.env.OTEL_LOGS_EXPORTER = 'none';
  Object.assign(process.env, wanted.env);
  const diagnostics: string[] = [];
  const note = (level: string) => (message: unknown) => diagnostics.push(`${level} ${String(message)}`);
  api.diag.setLogger(
    { verbose() {}, debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') },
    { logLevel: api.DiagLogLevel.DEBUG, suppressOverrideMessage: true },
  );
  let thrown = '';
  let sdk: Any;
  try {
    const config = { idGenerator: seededIds(), ...configuration(install, wanted.config) };
    sdk = new install.NodeSDK(
      withUs
        ? install.plugIn(config, { create: () => standIn(wanted), hasMetricRules: () => wanted.metricRule === true })
        : config,
    );
    sdk.start();
  } catch (error) {
    thrown = String(error);
  }
  const provider = sdk?._tracerProvider;
  const processors: Any[] = provider?._activeSpanProcessor._spanProcessors ?? [];
  const readers: Any[] = sdk?._meterProvider?._sharedState.metricCollectors.map((c: Any) => c._metricReader) ?? [];
  const propagator = api.propagation._getGlobalPropagator();
  // Taken before the probe starts spans of its own: their diagnostics are not the set-up's.
  const said = [...diagnostics];
  const result: Snapshot = {
    processors: describe(processors.map((p) => (p.ours === true ? 'ours' : (p.processor ?? p)))),
    sampler: provider === undefined ? '' : String(provider._tracerOptions.sampler),
    propagator: describe(propagator.ours === true ? { ours: true, delegate: propagator.delegate } : propagator),
    readers: describe(readers.map((r) => (r.ours === true ? 'ours' : r))),
    injected: injected(api),
    diagnostics: said,
    thrown,
  };
  for (const name of ['trace', 'metrics', 'propagation', 'context', 'diag']) api[name].disable();
  if (wanted.env?.OTEL_METRICS_EXPORTER === 'prometheus') {
    await Promise.race([sdk?.shutdown(), new Promise((resolve) => setTimeout(resolve, 2000).unref())]);
  }
  for (const key of Object.keys(process.env)) if (!(key in before)) delete process.env[key];
  Object.assign(process.env, before);
  return result;
}

export async function compare(install: Install): Promise<void> {
  for (const key of Object.keys(process.env)) if (key.startsWith('OTEL_')) delete process.env[key];
  const results: Record<string, { without: Snapshot; with: Snapshot }> = {};
  for (const wanted of table) {
    const without = await snapshot(install, wanted, false);
    results[wanted.name] = { without, with: await snapshot(install, wanted, true) };
  }
  process.stdout.write(JSON.stringify(results), () => process.exit(0));
}
