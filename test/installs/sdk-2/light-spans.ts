import { createRequire } from 'node:module';
import * as api from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { alike } from '../../integration/light-spans/alike.ts';
import { withAttribution } from './node_modules/otel-attribution/dist/index.js';
import { currentAttribution } from './node_modules/otel-attribution/dist/otel/instance.js';

const require = createRequire(createRequire(import.meta.url).resolve('@opentelemetry/sdk-node'));
const [, , withUs, which, ids] = process.argv;
const lightSpans = (): number => currentAttribution()?.lightSpans ?? 0;
await alike(
  { NodeSDK, api, load: (name) => require(name), withAttribution, lightSpans },
  withUs === 'with',
  which!,
  ids!,
);
