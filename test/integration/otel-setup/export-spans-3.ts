import { createRequire } from 'node:module';
import * as api from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { AttributionSampler } from '../../../src/otel/sampler.ts';
import { plugIn } from '../../../src/otel/setup/plug-in.ts';
import { exportSpans } from './export-spans.ts';

const require = createRequire(import.meta.resolve('@opentelemetry/sdk-node'));
const [, , withUs, mode] = process.argv;
const load = (name: string) => require(name);
await exportSpans({ NodeSDK, api, load, plugIn, AttributionSampler }, withUs === 'with', mode!);
