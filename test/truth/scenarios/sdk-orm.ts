/** As `frameworks/sdk.ts`, with Prisma's own spans over those of `pg`. Nobody calls `shutdown`: exit must do. */
import { register } from 'node:module';
import { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { PrismaInstrumentation } from '@prisma/instrumentation';
import { withAttribution } from '../../../src/index.ts';

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);

new NodeSDK(
  withAttribution({ instrumentations: [getNodeAutoInstrumentations(), new PrismaInstrumentation()] }),
).start();
