import { createRequire } from 'node:module';
import * as api from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { currentAttribution } from '../../../src/otel/instance.ts';
import { withAttribution } from '../../../src/otel/with-attribution.ts';
import { alike } from './alike.ts';

const require = createRequire(import.meta.resolve('@opentelemetry/sdk-node'));
const [, , withUs, which, ids] = process.argv;
const lightSpans = (): number => currentAttribution()?.lightSpans ?? 0;
await alike(
  { NodeSDK, api, load: (name) => require(name), withAttribution, lightSpans },
  withUs === 'with',
  which!,
  ids!,
);
