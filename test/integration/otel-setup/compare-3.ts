import { createRequire } from 'node:module';
import * as api from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { plugIn } from '../../../src/otel/setup/plug-in.ts';
import { compare } from './compare.ts';

const require = createRequire(import.meta.resolve('@opentelemetry/sdk-node'));
await compare({ NodeSDK, api, load: (name) => require(name), plugIn });
