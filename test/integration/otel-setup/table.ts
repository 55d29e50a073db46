/** The variables and configurations over which `NodeSDK` is compared with and without attribution. */
export interface Case {
  readonly name: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Names a configuration in compare.ts; default: none. */
  readonly config?: string;
  /** The case sets up its own metrics; the others switch them off to stay quick. */
  readonly metrics?: true;
  /** A metric rule exists: our reader is added. */
  readonly metricRule?: true;
}

const env = (name: string, variables: Record<string, string>, more: Partial<Case> = {}): Case => ({
  name,
  env: variables,
  ...more,
});

const exporters: Case[] = [
  { name: 'nothing set' },
  env('otlp', { OTEL_TRACES_EXPORTER: 'otlp' }),
  env('otlp grpc', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }),
  env('otlp http/json', { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }),
  env('otlp http/protobuf', { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }),
  env('traces protocol wins', {
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
  }),
  env('unknown protocol', { OTEL_EXPORTER_OTLP_PROTOCOL: 'carrier-pigeon' }),
  env('protocol with blanks', { OTEL_EXPORTER_OTLP_PROTOCOL: ' http/json ' }),
  env('endpoint and headers', {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9999',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=secret,x-team=payments',
    OTEL_EXPORTER_OTLP_TIMEOUT: '1234',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
  }),
  env('traces endpoint', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:9998/custom' }),
  env('zipkin', { OTEL_TRACES_EXPORTER: 'zipkin', OTEL_EXPORTER_ZIPKIN_ENDPOINT: 'http://127.0.0.1:9411/api' }),
  env('console', { OTEL_TRACES_EXPORTER: 'console' }),
  env('list', { OTEL_TRACES_EXPORTER: 'console, otlp,zipkin' }),
  env('list with repeats', { OTEL_TRACES_EXPORTER: 'otlp,otlp' }),
  env('none', { OTEL_TRACES_EXPORTER: 'none' }),
  env('none first', { OTEL_TRACES_EXPORTER: 'none,console' }),
  env('none later', { OTEL_TRACES_EXPORTER: 'console,none' }),
  env('null', { OTEL_TRACES_EXPORTER: 'null' }),
  env('unknown exporter', { OTEL_TRACES_EXPORTER: 'jaeger' }),
  env('unknown beside known', { OTEL_TRACES_EXPORTER: 'jaeger,console' }),
  env('blank exporter', { OTEL_TRACES_EXPORTER: '  ' }),
  env('disabled', { OTEL_SDK_DISABLED: ' True ' }),
  env('disabled with exporter', { OTEL_SDK_DISABLED: 'true', OTEL_TRACES_EXPORTER: 'console' }),
  env('not quite disabled', { OTEL_SDK_DISABLED: '1' }),
];

const batch: Case[] = [
  env('batch', {
    OTEL_BSP_MAX_QUEUE_SIZE: '100',
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '50',
    OTEL_BSP_SCHEDULE_DELAY: '777',
    OTEL_BSP_EXPORT_TIMEOUT: '888',
  }),
  env('batch, larger than queue', { OTEL_BSP_MAX_QUEUE_SIZE: '10', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '50' }),
  env('batch, refused', {
    OTEL_BSP_MAX_QUEUE_SIZE: '-1',
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '0',
    OTEL_BSP_SCHEDULE_DELAY: 'soon',
  }),
  env('batch around a trace exporter', { OTEL_BSP_SCHEDULE_DELAY: '777' }, { config: 'traceExporter' }),
  env('self observation', { OTEL_NODE_EXPERIMENTAL_SDK_METRICS: 'true' }, { metrics: true }),
  env('self observation without metrics', { OTEL_NODE_EXPERIMENTAL_SDK_METRICS: 'true' }),
];

const samplers: Case[] = [
  ...['always_on', 'always_off', 'parentbased_always_on', 'parentbased_always_off'].map((name) =>
    env(name, { OTEL_TRACES_SAMPLER: name }),
  ),
  env('traceidratio', { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' }),
  env('parentbased_traceidratio', {
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.01',
  }),
  env('ratio blank', { OTEL_TRACES_SAMPLER: 'traceidratio' }),
  env('ratio out of range', { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '7' }),
  env('ratio not a number', { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: 'half' }),
  env('unknown sampler', { OTEL_TRACES_SAMPLER: 'jaeger_remote' }),
  env('sampler in code wins', { OTEL_TRACES_SAMPLER: 'always_on' }, { config: 'sampler' }),
  env('sampler without exporter', { OTEL_TRACES_SAMPLER: 'always_on', OTEL_TRACES_EXPORTER: 'none' }),
];

const configured: Case[] = [
  { name: 'span processors', config: 'spanProcessors' },
  { name: 'no span processors', config: 'noSpanProcessors' },
  { name: 'span processors over exporter', config: 'processorsAndExporter' },
  env('span processors over environment', { OTEL_TRACES_EXPORTER: 'console' }, { config: 'spanProcessors' }),
  env('trace exporter over environment', { OTEL_TRACES_EXPORTER: 'none' }, { config: 'traceExporter' }),
  { name: 'span processor, only in 2.12', config: 'spanProcessor' },
  { name: 'span processor over exporter, only in 2.12', config: 'processorAndExporter' },
  { name: 'metric reader, only in 2.12', config: 'metricReader', metrics: true },
  { name: 'metric readers', config: 'metricReaders', metrics: true },
  { name: 'metric readers and a metric rule', config: 'metricReaders', metrics: true, metricRule: true },
  { name: 'metric reader and a metric rule, only in 2.12', config: 'metricReader', metrics: true, metricRule: true },
  { name: 'propagator in code', config: 'propagator' },
  { name: 'no propagator', config: 'noPropagator' },
];

const propagators: Case[] = ['tracecontext', 'baggage', 'b3', 'b3multi', 'jaeger', 'none', 'xray', 'b3,xray'].flatMap(
  (name) => [
    env(`propagator ${name}`, { OTEL_PROPAGATORS: name }),
    env(`propagator ${name}, no traces`, { OTEL_PROPAGATORS: name, OTEL_TRACES_EXPORTER: 'none' }),
  ],
);

const metricVariables: readonly Record<string, string>[] = [
  {},
  { OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
  { OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json' },
  { OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'smoke' },
  { OTEL_METRICS_EXPORTER: 'console' },
  { OTEL_METRICS_EXPORTER: 'none' },
  { OTEL_METRICS_EXPORTER: 'statsd,console' },
  { OTEL_METRIC_EXPORT_INTERVAL: '5000', OTEL_METRIC_EXPORT_TIMEOUT: '4000' },
  { OTEL_METRIC_EXPORT_INTERVAL: '5000' },
  { OTEL_METRIC_EXPORT_INTERVAL: '5000', OTEL_METRIC_EXPORT_TIMEOUT: '6000' },
  { OTEL_METRIC_EXPORT_INTERVAL: '-1', OTEL_METRIC_EXPORT_TIMEOUT: 'x' },
  {
    OTEL_METRICS_EXPORTER: 'prometheus',
    OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
    OTEL_EXPORTER_PROMETHEUS_PORT: '0',
  },
];
const metrics: Case[] = metricVariables.flatMap((variables) => {
  const name = `metrics ${Object.entries(variables)
    .map(([k, v]) => `${k.slice(5)}=${v}`)
    .join(' ')}`;
  return [
    env(name, variables, { metrics: true }),
    env(`${name}, metric rule`, variables, { metrics: true, metricRule: true }),
  ];
});

export const table: readonly Case[] = [...exporters, ...batch, ...samplers, ...configured, ...propagators, ...metrics];
