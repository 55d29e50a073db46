/**
 * What `NodeSDK` makes of `OTEL_TRACES_*`, `OTEL_EXPORTER_OTLP_*` and `OTEL_BSP_*`, rebuilt step by step with the same
 * classes and the same diagnostics: passing `spanProcessors` or `sampler` would otherwise switch all of it off.
 * test/integration compares the result with a plain `NodeSDK` over a table of variables.
 */
import { diag } from '@opentelemetry/api';
import type { Sampler, SpanProcessor } from '../sdk-types.ts';
import { positiveNumber } from './env-number.ts';
import type { SdkModules } from './sdk-modules.ts';

type MeterProvider = object | undefined;

function newOtlpExporter(sdk: SdkModules): object {
  const { getStringFromEnv } = sdk.core;
  const protocol =
    getStringFromEnv('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ??
    getStringFromEnv('OTEL_EXPORTER_OTLP_PROTOCOL') ??
    'http/protobuf';
  const suffix = { grpc: 'grpc', 'http/json': 'http', 'http/protobuf': 'proto' }[protocol];
  if (suffix === undefined) diag.warn(`Unsupported OTLP traces protocol: ${protocol}. Using http/protobuf.`);
  const exporter = sdk.load(`@opentelemetry/exporter-trace-otlp-${suffix ?? 'proto'}`)!;
  return new exporter.OTLPTraceExporter!();
}

/** Names in `OTEL_TRACES_EXPORTER`; [] for none. */
function exporterNames(sdk: SdkModules, log: Pick<typeof diag, 'warn' | 'debug'>): string[] {
  const names = [...new Set(sdk.core.getStringListFromEnv('OTEL_TRACES_EXPORTER') ?? [])].filter((n) => n !== 'null');
  if (names[0] === 'none') {
    log.warn('OTEL_TRACES_EXPORTER contains "none". SDK will not be initialized.');
    return [];
  }
  if (names.length === 0) {
    log.debug('OTEL_TRACES_EXPORTER is empty. Using default otlp exporter.');
    return ['otlp'];
  }
  if (names.length > 1 && names.includes('none')) {
    log.warn('OTEL_TRACES_EXPORTER contains "none" along with other exporters. Using default otlp exporter.');
    return ['otlp'];
  }
  return names;
}

const KNOWN = ['otlp', 'zipkin', 'console'];
const quiet = { warn() {}, debug() {} };

/** Whether the environment asks for at least one span exporter, found out without building it. */
export function exportsTracesFromEnv(sdk: SdkModules): boolean {
  return exporterNames(sdk, quiet).some((name) => KNOWN.includes(name));
}

/** `getSpanProcessorsFromEnv` of `NodeSDK`. Throws what the exporters' constructors throw. */
export function spanProcessorsFromEnv(sdk: SdkModules, meterProvider: MeterProvider): SpanProcessor[] {
  const { ConsoleSpanExporter, SimpleSpanProcessor } = sdk.trace;
  const processors: SpanProcessor[] = [];
  const names = exporterNames(sdk, diag);
  for (const name of names) {
    if (name === 'otlp') processors.push(batchSpanProcessor(sdk, newOtlpExporter(sdk), meterProvider));
    else if (name === 'zipkin') {
      const { ZipkinExporter } = sdk.load('@opentelemetry/exporter-zipkin')!;
      processors.push(batchSpanProcessor(sdk, new ZipkinExporter!(), meterProvider));
    } else if (name === 'console') {
      const exporter = new ConsoleSpanExporter();
      processors.push(new SimpleSpanProcessor({ exporter, selfObsMeterProvider: meterProvider }));
    } else diag.warn(`Unrecognized OTEL_TRACES_EXPORTER value: ${name}.`);
  }
  if (names.length > 0 && processors.length === 0) {
    diag.warn('Unable to set up trace exporter(s) due to invalid exporter and/or protocol values.');
  }
  return processors;
}

/** A `BatchSpanProcessor` with the four `OTEL_BSP_*`, as `NodeSDK` puts around `traceExporter`. */
export function batchSpanProcessor(sdk: SdkModules, exporter: object, meterProvider: MeterProvider): SpanProcessor {
  return new sdk.trace.BatchSpanProcessor({
    exporter,
    selfObsMeterProvider: meterProvider,
    maxQueueSize: positiveNumber(sdk, 'OTEL_BSP_MAX_QUEUE_SIZE'),
    scheduledDelayMillis: positiveNumber(sdk, 'OTEL_BSP_SCHEDULE_DELAY'),
    exportTimeoutMillis: positiveNumber(sdk, 'OTEL_BSP_EXPORT_TIMEOUT'),
    maxExportBatchSize: positiveNumber(sdk, 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE'),
  });
}

const DEFAULT_RATIO = 1;

function samplerRatio(sdk: SdkModules): number {
  const ratio = sdk.core.getNumberFromEnv('OTEL_TRACES_SAMPLER_ARG');
  if (ratio === undefined) {
    diag.error(`OTEL_TRACES_SAMPLER_ARG is blank, defaulting to ${DEFAULT_RATIO}.`);
    return DEFAULT_RATIO;
  }
  if (ratio < 0 || ratio > 1) {
    diag.error(
      `OTEL_TRACES_SAMPLER_ARG=${ratio} was given, but it is out of range ([0..1]), defaulting to ${DEFAULT_RATIO}.`,
    );
    return DEFAULT_RATIO;
  }
  return ratio;
}

/** The sampler of `OTEL_TRACES_SAMPLER`, or the tracer provider's default, which is the same in both lines. */
export function samplerFromEnv(sdk: SdkModules): Sampler {
  const { AlwaysOnSampler, AlwaysOffSampler, ParentBasedSampler, TraceIdRatioBasedSampler } = sdk.trace;
  const name = sdk.core.getStringFromEnv('OTEL_TRACES_SAMPLER');
  switch (name) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(samplerRatio(sdk));
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(samplerRatio(sdk)) });
    case undefined:
    case 'parentbased_always_on':
      break;
    default:
      diag.error(`unknown OTEL_TRACES_SAMPLER value "${name}", using default`);
  }
  return new ParentBasedSampler({ root: new AlwaysOnSampler() });
}
