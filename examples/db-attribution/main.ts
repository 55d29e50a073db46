/** `node examples/db-attribution/main.ts [--once]`: which route and which job load the database? */
import { register } from 'node:module';
import { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { withAttribution } from '../../src/index.ts'; // 'otel-attribution' in your application

// The usual set-up of OpenTelemetry, before the application is loaded ...
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
const sdk = new NodeSDK(
  // ... and the one line that this example is about.
  withAttribution(
    {
      serviceName: 'shop',
      spanProcessors: [],
      metricReaders: [],
      logRecordProcessors: [],
      instrumentations: [getNodeAutoInstrumentations({ '@opentelemetry/instrumentation-undici': { enabled: false } })],
    },
    { exporters: ['memory'], exitTable: true },
  ),
);
sdk.start();

const { open } = await import('./app.ts');
const app = await open();
const close = async (): Promise<void> => {
  await app.close();
  await sdk.shutdown();
  process.exit(); // prints the table
};

if (process.argv.includes('--once')) {
  await app.job();
  for (let i = 0; i < 20; i++) await fetch(`${app.url}/customers/${i}`);
  for (let i = 0; i < 5; i++) await fetch(`${app.url}/customers`);
  await close();
} else {
  console.log(`try ${app.url}/customers and ${app.url}/customers/7; Ctrl-C prints who loaded the database`);
  setInterval(() => void app.job(), 5000);
  process.once('SIGINT', close);
}
