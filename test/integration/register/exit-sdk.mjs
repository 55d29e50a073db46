/** The one-line set-up. */
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { withAttribution } from '../../../src/index.ts';

new NodeSDK(withAttribution({ instrumentations: [new UndiciInstrumentation()] })).start();
