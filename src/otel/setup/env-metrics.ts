/** What `NodeSDK` makes of `OTEL_METRICS_EXPORTER`, rebuilt because passing `metricReaders` switches it off. */
import { diag } from '@opentelemetry/api';
import { positiveNumber } from './env-number.ts';
import type { SdkModules } from './sdk-modules.ts';

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_INTERVAL_MS = 60_000;

function newOtlpExporter(sdk: SdkModules): object {
  const { getStringFromEnv } = sdk.core;
  const protocol =
    (
      getStringFromEnv('OTEL_EXPORTER_OTLP_METRICS_PROTOCOL') ?? getStringFromEnv('OTEL_EXPORTER_OTLP_PROTOCOL')
    )?.trim() || 'http/protobuf';
  const suffix = { grpc: 'grpc', 'http/json': 'http', 'http/protobuf': 'proto' }[protocol];
  if (suffix === undefined) diag.warn(`Unsupported OTLP metrics protocol: "${protocol}". Using http/protobuf.`);
  const exporter = sdk.load(`@opentelemetry/exporter-metrics-otlp-${suffix ?? 'proto'}`)!;
  return new exporter.OTLPMetricExporter!();
}

function periodicReader(sdk: SdkModules, exporter: object): object {
  const interval = positiveNumber(sdk, 'OTEL_METRIC_EXPORT_INTERVAL');
  const timeout = positiveNumber(sdk, 'OTEL_METRIC_EXPORT_TIMEOUT');
  const exportIntervalMillis = interval ?? DEFAULT_INTERVAL_MS;
  let exportTimeoutMillis = timeout ?? DEFAULT_TIMEOUT_MS;
  if (exportTimeoutMillis > exportIntervalMillis) {
    const text = (value: number | undefined, preset: number) =>
      value === undefined ? `${preset}, default` : `${value}`;
    const message = `OTEL_METRIC_EXPORT_TIMEOUT (${text(timeout, DEFAULT_TIMEOUT_MS)}) is greater than OTEL_METRIC_EXPORT_INTERVAL (${text(interval, DEFAULT_INTERVAL_MS)}). Clamping timeout to interval value.`;
    if (timeout !== undefined && interval !== undefined) diag.warn(message);
    else diag.info(message);
    exportTimeoutMillis = exportIntervalMillis;
  }
  const { PeriodicExportingMetricReader } = sdk.load('@opentelemetry/sdk-metrics')!;
  return new PeriodicExportingMetricReader!({ exporter, exportIntervalMillis, exportTimeoutMillis });
}

/** `getMetricReadersFromEnv` of `NodeSDK`. Throws what the exporters' constructors throw. */
export function metricReadersFromEnv(sdk: SdkModules): object[] {
  const { getStringFromEnv, getNumberFromEnv, getStringListFromEnv } = sdk.core;
  const names = [...new Set(getStringListFromEnv('OTEL_METRICS_EXPORTER') ?? [])];
  if (names.length === 0) {
    diag.debug('OTEL_METRICS_EXPORTER is empty. Using default otlp exporter.');
    names.push('otlp');
  }
  if (names.includes('none')) {
    diag.info('OTEL_METRICS_EXPORTER contains "none". Metric provider will not be initialized.');
    return [];
  }
  const readers: object[] = [];
  for (const name of names) {
    if (name === 'otlp') readers.push(periodicReader(sdk, newOtlpExporter(sdk)));
    else if (name === 'console') {
      const { PeriodicExportingMetricReader, ConsoleMetricExporter } = sdk.load('@opentelemetry/sdk-metrics')!;
      readers.push(new PeriodicExportingMetricReader!({ exporter: new ConsoleMetricExporter!() }));
    } else if (name === 'prometheus') {
      const { PrometheusExporter } = sdk.load('@opentelemetry/exporter-prometheus')!;
      // The 0.223 line reads these two inside the exporter, with the same result.
      const host = getStringFromEnv('OTEL_EXPORTER_PROMETHEUS_HOST');
      const port = getNumberFromEnv('OTEL_EXPORTER_PROMETHEUS_PORT');
      readers.push(new PrometheusExporter!({ host, port }));
    } else {
      diag.warn(
        `Unsupported OTEL_METRICS_EXPORTER value: "${name}". Supported values are: otlp, console, prometheus, none.`,
      );
    }
  }
  return readers;
}
