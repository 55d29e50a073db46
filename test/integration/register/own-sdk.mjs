// An OpenTelemetry set-up of the application's own.
import { NodeSDK } from '@opentelemetry/sdk-node';

const processor = { onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} };
new NodeSDK({
  spanProcessors: [processor],
  metricReaders: [],
  logRecordProcessors: [],
  autoDetectResources: false,
}).start();
