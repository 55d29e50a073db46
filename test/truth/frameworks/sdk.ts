/** Preloaded with `--import` by the applications that own their SDK: one line around the options of `NodeSDK`. */
import { register } from 'node:module';
import { FastifyOtelInstrumentation } from '@fastify/otel';
import { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { withAttribution } from '../../../src/index.ts';

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);

export const sdk = new NodeSDK(
  withAttribution({
    instrumentations: [
      getNodeAutoInstrumentations(),
      new FastifyOtelInstrumentation({ registerOnInitialization: true }),
    ],
  }),
);
sdk.start();
