/** `node examples/nodesdk/main.ts [--once]`: a `NodeSDK` that was there before, and one line more. */
import { register } from 'node:module';
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { withAttribution, withOrigin } from '../../src/index.ts'; // 'otel-attribution' in your application

// Exporters, sampler, batches and propagators still come from OTEL_*. For this example, none by default:
process.env.OTEL_TRACES_EXPORTER ??= 'none';
process.env.OTEL_METRICS_EXPORTER ??= 'none';
process.env.OTEL_LOGS_EXPORTER ??= 'none';

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
const sdk = new NodeSDK(
  withAttribution({
    serviceName: 'shop',
    instrumentations: [new HttpInstrumentation(), new ExpressInstrumentation(), new UndiciInstrumentation()],
  }),
);
sdk.start();

const { openShop } = await import('./shop.ts');
const shop = await openShop();
const stop = async (): Promise<void> => {
  shop.close();
  await sdk.shutdown();
};

if (process.argv.includes('--once')) {
  // A job names its origin; requests have theirs from the route.
  await withOrigin('job:restock', async () => {
    for (const item of ['tea', 'cups', 'pot', 'milk']) await shop.stock(item);
  });
  await shop.visit(5);
  await stop();
} else {
  console.log(`try ${shop.url}/search; Ctrl-C ends, on a terminal with the table of who loaded what`);
  process.once('SIGINT', stop);
}
