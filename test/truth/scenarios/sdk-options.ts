/** As `frameworks/sdk.ts`, with the options of TRUTH_OPTIONS (JSON). */
import { register } from 'node:module';
import { FastifyOtelInstrumentation } from '@fastify/otel';
import { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { type AttributionOptions, withAttribution } from '../../../src/index.ts';

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);

const options = JSON.parse(process.env.TRUTH_OPTIONS ?? '{}') as AttributionOptions;
new NodeSDK(
  withAttribution(
    {
      instrumentations: [
        getNodeAutoInstrumentations(),
        new FastifyOtelInstrumentation({ registerOnInitialization: true }),
      ],
    },
    options,
  ),
).start();
