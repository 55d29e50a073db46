// An application on the Azure Monitor distro. One line more than without attribution: the span processor.
import { shutdownAzureMonitor, useAzureMonitor } from '@azure/monitor-opentelemetry';
import { AttributionSpanProcessor } from 'otel-attribution';

useAzureMonitor({
  // Reads APPLICATIONINSIGHTS_CONNECTION_STRING; the options are for main.ts, which plays the cloud.
  azureMonitorExporterOptions: JSON.parse(process.env.EXPORTER_OPTIONS ?? '{}'),
  // With a ratio the distro records every span and exports a share of them: attribution sees all traffic.
  // Its default, `tracesPerSecond: 5`, hides what it does not export, from attribution too.
  tracesPerSecond: Number(process.env.TRACES_PER_SECOND ?? 0),
  samplingRatio: Number(process.env.SAMPLING_RATIO ?? 0.1),
  enableLiveMetrics: false,
  spanProcessors: [new AttributionSpanProcessor()],
});

const { default: http } = await import('node:http');

/** Resolves when the answer is read. */
const call = (path, agent) =>
  new Promise((resolve, reject) => {
    const { port } = server.address();
    http
      .get({ host: '127.0.0.1', port, path, agent }, (response) => response.resume().on('end', resolve))
      .on('error', reject);
  });

const server = http.createServer(async (request, response) => {
  if (request.url === '/report') for (let i = 0; i < 3; i++) await call('/figures');
  response.end('ok\n');
});
await new Promise((resolve) => server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', resolve));
console.log(`listening on http://127.0.0.1:${server.address().port}`);

async function stop() {
  server.close();
  server.closeAllConnections();
  await shutdownAzureMonitor();
}
process.once('SIGINT', stop);
process.once('SIGTERM', stop);

if (process.argv.includes('--once')) {
  for (let i = 0; i < 40; i++) await call('/report');
  await stop();
}
