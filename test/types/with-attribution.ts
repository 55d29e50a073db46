/** Compiled, not run: `withAttribution` fits between a configuration and `NodeSDK`. The second install has its own. */
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK, type NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { ConsoleSpanExporter } from '@opentelemetry/sdk-trace';
import {
  AttributionPropagator,
  AttributionSampler,
  AttributionSpanProcessor,
  withAttribution,
} from '../../src/index.ts';

new NodeSDK(withAttribution({}));
new NodeSDK(withAttribution({ serviceName: 'shop', instrumentations: [new HttpInstrumentation()] }));
new NodeSDK(withAttribution({ traceExporter: new ConsoleSpanExporter(), textMapPropagator: null }));
new NodeSDK({ ...withAttribution({ spanProcessors: [new AttributionSpanProcessor()] }), autoDetectResources: false });

declare const config: Partial<NodeSDKConfiguration>;
new NodeSDK(withAttribution(config, { windowSeconds: 60, propagateTo: ['billing'] }));

declare const { sampler, textMapPropagator }: NodeSDKConfiguration;
new NodeSDK({
  spanProcessors: [new AttributionSpanProcessor({ trustBaggage: true })],
  sampler: new AttributionSampler(sampler),
  textMapPropagator: new AttributionPropagator(textMapPropagator!),
});

// @ts-expect-error a service name is a string
new NodeSDK(withAttribution({ serviceName: 7 }));
// @ts-expect-error no such option
withAttribution({}, { windowsSeconds: 60 });
// @ts-expect-error a configuration is needed
withAttribution();
