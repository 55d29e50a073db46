import { createRequire } from 'node:module';
import * as api from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { exportSpans } from '../../integration/otel-setup/export-spans.ts';
import { AttributionSampler } from './node_modules/otel-attribution/dist/otel/sampler.js';
import { plugIn } from './node_modules/otel-attribution/dist/otel/setup/plug-in.js';

const require = createRequire(createRequire(import.meta.url).resolve('@opentelemetry/sdk-node'));
const [, , withUs, mode] = process.argv;
const load = (name: string) => require(name);
await exportSpans({ NodeSDK, api, load, plugIn, AttributionSampler }, withUs === 'with', mode!);
