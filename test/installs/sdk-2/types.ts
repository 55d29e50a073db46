/** Compiled, not run: the published types fit the SDK 2.12 line and API 1.9. */
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK, type NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { BasicTracerProvider, ConsoleSpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { AttributionPropagator, AttributionSampler, AttributionSpanProcessor, withAttribution } from 'otel-attribution';

new NodeSDK(withAttribution({}));
new NodeSDK(withAttribution({ serviceName: 'shop', instrumentations: [new HttpInstrumentation()] }));
new NodeSDK(withAttribution({ spanProcessor: new SimpleSpanProcessor(new ConsoleSpanExporter()) }));
new NodeSDK({ ...withAttribution({ spanProcessors: [new AttributionSpanProcessor()] }), autoDetectResources: false });

declare const config: Partial<NodeSDKConfiguration>;
new NodeSDK(withAttribution(config, { windowSeconds: 60 }));

declare const { sampler, textMapPropagator }: NodeSDKConfiguration;
new BasicTracerProvider({
  spanProcessors: [new AttributionSpanProcessor()],
  sampler: new AttributionSampler(sampler),
});
new NodeSDK({ textMapPropagator: new AttributionPropagator(textMapPropagator!) });

// @ts-expect-error a service name is a string
new NodeSDK(withAttribution({ serviceName: 7 }));
