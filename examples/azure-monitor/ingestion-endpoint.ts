/** Takes what the distro sends to Application Insights, and counts it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface IngestionEndpoint {
  /** Variables that lead the distro here and nowhere else. */
  readonly env: Readonly<Record<string, string>>;
  counts(): { requests: number; dependencies: number };
  close(): Promise<void>;
}

export async function ingestionEndpoint(): Promise<IngestionEndpoint> {
  const counts = { requests: 0, dependencies: 0 };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8');
    const items = JSON.parse(text) as { data?: { baseType?: string } }[];
    for (const { data } of items) {
      if (data?.baseType === 'RequestData') counts.requests++;
      if (data?.baseType === 'RemoteDependencyData') counts.dependencies++;
    }
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ itemsReceived: items.length, itemsAccepted: items.length, errors: [] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const key = '00000000-0000-0000-0000-000000000000';
  return {
    env: {
      APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=${key};IngestionEndpoint=${url}`,
      EXPORTER_OPTIONS: JSON.stringify({ host: url, allowInsecureConnection: true, disableOfflineStorage: true }),
      APPLICATIONINSIGHTS_STATSBEAT_DISABLED: 'true',
      APPLICATION_INSIGHTS_NO_STATSBEAT: 'true',
      OTEL_NODE_RESOURCE_DETECTORS: 'none',
    },
    counts: () => ({ ...counts }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
