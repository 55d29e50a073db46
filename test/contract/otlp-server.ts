import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Row } from '../../src/core/row.ts';

/** The n-th request gets the n-th answer, later ones 200: a status with headers, `hang` (no answer ever) or `cut` (connection lost). */
export type Answer =
  | 'hang'
  | 'cut'
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };

export interface OtlpServer {
  readonly url: string;
  /** Number of requests, whatever their answer. */
  readonly requests: () => number;
  /** Points of each request answered with success. */
  readonly pointsPerRequest: readonly number[];
  /** Metric names seen. */
  readonly metricNames: ReadonlySet<string>;
  rows(): Partial<Row>[];
  /** Series as a backend tells them apart, with the times of their points in the order of arrival, in nanoseconds. */
  series(): Map<string, { readonly start: bigint; readonly end: bigint }[]>;
  close(): Promise<void>;
}

interface Attribute {
  readonly key: string;
  readonly value: {
    readonly stringValue?: string;
    readonly intValue?: number;
    readonly doubleValue?: number;
    readonly boolValue?: boolean;
  };
}

/** A real server that speaks OTLP over HTTP with JSON bodies, and reads them by the letter of the protocol. */
export async function otlpServer(...script: Answer[]): Promise<OtlpServer> {
  let requests = 0;
  const bodies: string[] = [];
  const pointsPerRequest: number[] = [];
  const metricNames = new Set<string>();
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      requests++;
      const answer = script.shift() ?? { status: 200 };
      if (answer === 'hang') return;
      if (answer === 'cut') {
        request.socket.destroy();
        return;
      }
      if (answer.status === 200) bodies.push(Buffer.concat(chunks).toString());
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      response.end(answer.body ?? '{}');
    });
    request.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const read = (): Partial<Row>[] => {
    pointsPerRequest.length = 0;
    return bodies.flatMap((body) => {
      const rows = rowsOfRequest(JSON.parse(body), metricNames);
      pointsPerRequest.push(rows.points);
      return rows.rows;
    });
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/metrics`,
    requests: () => requests,
    pointsPerRequest,
    metricNames,
    rows: read,
    series: () => seriesOf(bodies),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Point {
  readonly attributes: readonly Attribute[];
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
  readonly asDouble?: number;
  readonly count?: number;
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
  readonly bucketCounts: readonly number[];
  readonly explicitBounds: readonly number[];
}

interface Data {
  readonly aggregationTemporality: number;
  readonly isMonotonic?: boolean;
  readonly dataPoints: readonly Point[];
}

interface MetricsRequest {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeMetrics: readonly {
      readonly metrics: readonly { readonly name: string; readonly histogram?: Data; readonly sum?: Data }[];
    }[];
  }[];
}

function seriesOf(bodies: readonly string[]): ReturnType<OtlpServer['series']> {
  const series: ReturnType<OtlpServer['series']> = new Map();
  for (const { resource, scopeMetrics } of bodies.flatMap(
    (body) => (JSON.parse(body) as MetricsRequest).resourceMetrics,
  ))
    for (const { name, histogram, sum } of scopeMetrics.flatMap(({ metrics }) => metrics))
      for (const { attributes, startTimeUnixNano, timeUnixNano } of (histogram ?? sum!).dataPoints) {
        const key = JSON.stringify([name, resource.attributes, attributes]);
        const points = series.get(key) ?? [];
        series.set(key, points);
        points.push({ start: BigInt(startTimeUnixNano), end: BigInt(timeUnixNano) });
      }
  return series;
}

function rowsOfRequest(request: MetricsRequest, names: Set<string>): { rows: Partial<Row>[]; points: number } {
  const rows = new Map<string, Record<string, unknown>>();
  let points = 0;
  for (const { resource, scopeMetrics } of request.resourceMetrics) {
    const service = textOf(resource.attributes, 'service.name');
    for (const metric of scopeMetrics.flatMap((scope) => scope.metrics)) {
      names.add(metric.name);
      for (const point of (metric.histogram ?? metric.sum!).dataPoints) {
        points++;
        const windowStart = Number(BigInt(point.startTimeUnixNano) / 1_000_000n);
        const key = JSON.stringify([service, windowStart, point.attributes]);
        const row = rows.get(key) ?? {};
        rows.set(key, row);
        Object.assign(row, {
          service,
          windowStart,
          windowSeconds: Number((BigInt(point.timeUnixNano) - BigInt(point.startTimeUnixNano)) / 1_000_000_000n),
          originService: textOf(point.attributes, 'attribution.origin.service'),
          origin: textOf(point.attributes, 'attribution.origin'),
          target: textOf(point.attributes, 'attribution.target'),
          event: textOf(point.attributes, 'attribution.event'),
          unit: textOf(point.attributes, 'attribution.unit'),
          attributes: ownAttributes(point.attributes),
        });
        if (metric.histogram === undefined) {
          if (metric.sum?.aggregationTemporality !== 1 || metric.sum.isMonotonic !== true)
            throw new Error('not a delta sum');
          row.count = point.asDouble;
        } else {
          if (metric.histogram.aggregationTemporality !== 1) throw new Error('not a delta histogram');
          if (point.bucketCounts.length + point.explicitBounds.length !== 0) throw new Error('unexpected buckets');
          row.count ??= point.count;
          Object.assign(row, {
            samples: point.count,
            value: point.sum,
            min: point.min ?? null,
            max: point.max ?? null,
          });
        }
      }
    }
  }
  return { rows: [...rows.values()], points };
}

function textOf(attributes: readonly Attribute[], key: string): string {
  return attributes.find((attribute) => attribute.key === key)?.value.stringValue ?? '(missing)';
}

function ownAttributes(attributes: readonly Attribute[]): string {
  const prefix = 'attribution.attribute.';
  const own = attributes
    .filter(({ key }) => key.startsWith(prefix))
    .map(({ key, value }) => [key.slice(prefix.length), value.stringValue] as const);
  return own.length === 0 ? '' : JSON.stringify(Object.fromEntries(own));
}
