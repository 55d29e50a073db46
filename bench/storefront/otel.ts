/**
 * Preloaded into the demo's storefront: OpenTelemetry as `VARIANT` says, at sampling ratio `RATIO`, sampled spans exported to `SINK_URL`.
 * `otel`: alone. `attribution`: with this package. `record`: alone, but recording unsampled spans as attribution must.
 */
import { register, registerHooks } from 'node:module';
import { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { NodeSDK } from '@opentelemetry/sdk-node';
import {
  BatchSpanProcessor,
  createAlwaysRecordSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';

const variant = process.env.VARIANT;
const PLAIN = `data:text/javascript,${encodeURIComponent(
  'export const withAttributes = (_attributes, fn) => fn(); export const withOrigin = (_origin, fn) => fn();',
)}`;

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);

const ratio = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(Number(process.env.RATIO)) });
const sampler: Sampler = variant === 'record' ? createAlwaysRecordSampler(ratio) : ratio;
const configuration = {
  serviceName: 'storefront',
  sampler,
  spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: process.env.SINK_URL! }) })],
  metricReaders: [],
  logRecordProcessors: [],
  instrumentations: [getNodeAutoInstrumentations()],
};

if (variant === 'attribution') {
  const { withAttribution } = await import('../../src/index.ts');
  new NodeSDK(
    withAttribution(configuration, {
      directory: process.env.DIRECTORY!,
      propagateTo: ['127.0.0.1'],
      trustBaggage: true,
      windowSeconds: 5,
      exitTable: false,
    }),
  ).start();
} else {
  // Without the package the application would not call it, either.
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier.endsWith('/src/index.ts') ? { url: PLAIN, shortCircuit: true } : next(specifier, context),
  });
  new NodeSDK(configuration).start();
}

process.on('message', (question) => {
  if (question === 'cpu') {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMicros: user + system });
  }
});
