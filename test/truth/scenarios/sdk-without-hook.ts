/** The one line around `NodeSDK`, and nothing else: no loader hook, so that what ES modules import stays unpatched. */
import { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { withAttribution } from '../../../src/index.ts';

new NodeSDK(withAttribution({ instrumentations: [getNodeAutoInstrumentations()] })).start();
