import { createRequire } from 'node:module';
import * as api from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { compare } from '../../integration/otel-setup/compare.ts';
import { plugIn } from './node_modules/otel-attribution/dist/otel/setup/plug-in.js';

const require = createRequire(createRequire(import.meta.url).resolve('@opentelemetry/sdk-node'));
await compare({ NodeSDK, api, load: (name) => require(name), plugIn });
