import { createRequire } from 'node:module';
import path from 'node:path';
import { AttributionError } from '../../core/errors.ts';
import type { ResourceMetrics } from './metric-data.ts';

export const PEER = '@opentelemetry/exporter-metrics-otlp-http';

/** What is used of the peer's exporter. */
export interface PeerExporter {
  export(metrics: ResourceMetrics, done: (result: { readonly code: number; readonly error?: Error }) => void): void;
  shutdown(): Promise<void>;
}

export interface PeerOptions {
  readonly url?: string;
  readonly headers?: Record<string, string>;
  readonly timeoutMillis: number;
}

/**
 * The application's own copy first, as its version was chosen for its API; then the one beside this package.
 * @throws AttributionError `ATTR_PEER_MISSING`
 */
export function loadPeer(from: readonly string[] = places()): new (options: PeerOptions) => PeerExporter {
  let cause: unknown;
  for (const place of from) {
    try {
      return createRequire(place)(PEER).OTLPMetricExporter;
    } catch (error) {
      cause ??= error;
      // It is there, but broken: another copy would only hide why.
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND' || !String(error).includes(`'${PEER}'`)) break;
    }
  }
  throw new AttributionError(
    'ATTR_PEER_MISSING',
    `The otlp exporter needs ${PEER}, which cannot be loaded. Run: npm i ${PEER}`,
    { cause },
  );
}

function places(): string[] {
  const script = process.argv[1];
  return [
    ...(script === undefined ? [] : [path.resolve(script)]),
    path.join(process.cwd(), 'package.json'),
    import.meta.url,
  ];
}
