import { afterEach, describe, expect, test } from 'vitest';
import { OtlpExporter, type OtlpExporterOptions } from '../../../src/exporters/otlp/exporter.ts';
import { type Answer, type OtlpServer, otlpServer } from '../../contract/otlp-server.ts';
import { makePart } from '../parts/make-part.ts';
import { makePipeline } from '../pipeline/helpers.ts';

let server: OtlpServer;
let exporter: OtlpExporter;
const signal = new AbortController().signal;

async function open(script: readonly Answer[], options: OtlpExporterOptions = {}): Promise<void> {
  server = await otlpServer(...script);
  exporter = new OtlpExporter({ url: server.url, timeoutMs: 3_000, ...options });
}

afterEach(async () => {
  await server.close();
  await exporter.close();
});

const many = (rows: number) => makePart(Array.from({ length: rows }, (_, i) => ({ origin: `o${i}`, value: i })));

describe('metrics', () => {
  test('a part travels in requests of at most maxPoints points, per service', async () => {
    await open([], { maxPoints: 10 });
    const rows = Array.from({ length: 24 }, (_, i) => ({
      origin: `o${i}`,
      service: i % 2 ? 'a' : 'b',
      value: i,
      count: 2,
      samples: i % 3 ? 2 : 1,
    }));
    await exporter.export(makePart(rows), signal);
    expect(server.rows()).toHaveLength(24);
    expect(server.requests()).toBe(4);
    expect(Math.max(...server.pointsPerRequest)).toBeLessThanOrEqual(10);
    expect(server.rows().reduce((sum, row) => sum + row.value!, 0)).toBe(276);
    expect(server.rows().every((row) => row.count === 2)).toBe(true);
  });

  test('names follow the rule for instruments; the event itself stays an attribute', async () => {
    await open([]);
    await exporter.export(
      makePart([
        { event: 'e-mail sent!', count: 3, samples: 1 },
        { event: 'attribution.span.seen' },
        { event: 'db.client.operation.duration' },
      ]),
      signal,
    );
    expect(server.rows().map((row) => row.event)).toContain('e-mail sent!');
    expect([...server.metricNames].sort()).toEqual([
      'attribution.db.client.operation.duration',
      'attribution.e-mail_sent_',
      'attribution.e-mail_sent_.count',
      'attribution.span.seen',
    ]);
  });

  test('what a later part brings of an earlier window is a newer point of its series: running sums take it', async () => {
    await open([], { maxPoints: 3 });
    const window = (n: number) => 1_700_000_040_000 + n * 60_000;
    const parts = [
      { sequence: 1, sealedAt: window(1) + 300, windows: [0, 1] },
      // In one rotation with the next one.
      { sequence: 2, sealedAt: window(2) + 200, windows: [0, 1, 2] },
      { sequence: 3, sealedAt: window(2) + 200, windows: [1] },
      { sequence: 4, sealedAt: window(3) + 100, windows: [3] },
    ];
    for (const { windows, ...options } of parts) {
      const rows = ['a', 'b'].flatMap((origin) =>
        windows.map((n) => ({
          origin,
          windowStart: window(n),
          value: n + 1,
          min: n,
          max: n + 2,
          count: 3,
          samples: 2,
        })),
      );
      await exporter.export(makePart(rows, options), signal);
    }
    await exporter.export(makePart([{ origin: 'a' }], { instance: 'another', sealedAt: window(1) + 300 }), signal);

    for (const times of server.series().values())
      for (const [i, { start, end }] of times.entries()) {
        expect(start < end).toBe(true);
        if (i === 0) continue;
        expect(end > times[i - 1]!.end).toBe(true);
        expect(start >= times[i - 1]!.start).toBe(true);
      }
    // Histogram and count of a and b, and the histogram of the other process.
    expect(server.series().size).toBe(5);
    const ofA = server.rows().filter(({ origin, count }) => origin === 'a' && count !== 1);
    expect(ofA.map(({ value, samples, count, min, max }) => [value, samples, count, min, max])).toEqual([
      [3, 4, 6, 0, 3],
      [6, 6, 9, 0, 4],
      [2, 2, 3, 1, 3],
      [4, 2, 3, 3, 5],
    ]);
  });

  test('headers are sent', async () => {
    await open([{ status: 401, body: 'who are you' }], { headers: { authorization: 'Bearer x' } });
    await expect(exporter.export(many(1), signal)).rejects.toMatchObject({ name: 'RetryableError', message: /401/ });
  });
});

describe('failures', () => {
  test('429 with Retry-After: the request is repeated after that time and counts once', async () => {
    await open([{ status: 429, headers: { 'retry-after': '1' } }]);
    const start = performance.now();
    expect(await exporter.export(many(3), signal)).toBe('delivered');
    expect(performance.now() - start).toBeGreaterThan(900);
    expect(server.requests()).toBe(2);
    expect(server.rows()).toHaveLength(3);
  });

  test('429 that asks to wait longer than the timeout: retryable', async () => {
    await open([{ status: 429, headers: { 'retry-after': '60' } }]);
    await expect(exporter.export(many(1), signal)).rejects.toMatchObject({ name: 'RetryableError' });
    expect(server.requests()).toBe(1);
  });

  test.each([502, 503, 504])('%i without end: retryable', async (status) => {
    await open(Array(10).fill({ status }), { timeoutMs: 500 });
    await expect(exporter.export(many(1), signal)).rejects.toMatchObject({ name: 'RetryableError' });
  });

  test.each([400, 413, 500])('%i: permanent, with what the server said', async (status) => {
    await open([{ status, body: '{"message":"no such tenant"}' }]);
    await expect(exporter.export(many(1), signal)).rejects.toMatchObject({
      name: 'PermanentError',
      message: new RegExp(`${status}.*no such tenant`),
    });
  });

  test.each([401, 403, 404])('%i speaks about the set-up, not the part: retryable', async (status) => {
    await open([{ status }]);
    await expect(exporter.export(many(1), signal)).rejects.toMatchObject({
      name: 'RetryableError',
      message: new RegExp(`${status}`),
    });
  });

  test('no answer: ambiguous, within the timeout', async () => {
    await open(['hang'], { timeoutMs: 300 });
    await expect(exporter.export(many(1), signal)).rejects.toMatchObject({
      name: 'AmbiguousError',
      message: /may have arrived/,
    });
  });

  test('a connection lost before the answer: ambiguous once the peer gives up', async () => {
    await open(Array(10).fill('cut'), { timeoutMs: 500 });
    await expect(exporter.export(many(1), signal)).rejects.toMatchObject({ name: 'AmbiguousError' });
  });

  test('nobody listens: retryable', async () => {
    await open([], { timeoutMs: 500 });
    await server.close();
    await expect(exporter.export(many(1), signal)).rejects.toMatchObject({
      name: 'RetryableError',
      message: /cannot be reached.*ECONNREFUSED/,
    });
  });

  test('a part is resumed after the last request that arrived', async () => {
    await open([{ status: 200 }, { status: 200 }, { status: 404 }], { maxPoints: 10 });
    const part = many(45);
    await expect(exporter.export(part, signal)).rejects.toMatchObject({ name: 'RetryableError' });
    expect(server.rows()).toHaveLength(20);
    await exporter.export(part, signal);
    expect(server.requests()).toBe(6);
    const values = server
      .rows()
      .map((row) => row.value!)
      .sort((a, b) => a - b);
    expect(values).toEqual(Array.from({ length: 45 }, (_, i) => i));
  });

  test('a part refused half-way says how much of it is there', async () => {
    await open([{ status: 200 }, { status: 400 }], { maxPoints: 10 });
    await expect(exporter.export(many(30), signal)).rejects.toMatchObject({
      name: 'PermanentError',
      message: /1 to 1 of 3/,
    });
  });

  test('a back end that refuses deltas: the flag that lets Prometheus take them', async () => {
    await open([{ status: 500, body: 'invalid temporality and type combination for metric "attribution.span.seen"' }]);
    await expect(exporter.export(many(1), signal)).rejects.toMatchObject({
      name: 'PermanentError',
      message: expect.stringMatching(/answered 500.*otlp-deltatocumulative.*spool requeue otlp: invalid temporality/),
    });
  });

  test('a damaged part is refused and the next one goes', async () => {
    await open([]);
    const part = many(2);
    await expect(exporter.export({ ...part, body: part.body.subarray(0, 20) }, signal)).rejects.toMatchObject({
      code: 'ATTR_PART_CORRUPT',
    });
    await exporter.export(part, signal);
    expect(server.rows()).toHaveLength(2);
  });

  test('where the peer is missing, the message is the line that brings it', async () => {
    await open([], { resolveFrom: ['/nowhere/package.json'] });
    await expect(exporter.start()).rejects.toMatchObject({
      code: 'ATTR_PEER_MISSING',
      message: /npm i @opentelemetry\/exporter-metrics-otlp-http/,
    });
  });
});

describe('in a pipeline', () => {
  test('an endpoint that comes back gets every part once', async () => {
    await open([{ status: 503, headers: { 'retry-after': '60' } }, { status: 404 }]);
    const { pipeline, add } = makePipeline([exporter]);
    for (const origin of ['a', 'b', 'c']) {
      add(origin);
      pipeline.rotate();
    }
    await pipeline.shutdown();
    const origins = server
      .rows()
      .filter((row) => row.target !== 'otel-attribution')
      .map((row) => row.origin);
    expect(origins.sort()).toEqual(['a', 'b', 'c']);
  });

  test('an endpoint that hangs does not hold shutdown; the parts are set aside', async () => {
    await open(Array(10).fill('hang'), { timeoutMs: 60_000 });
    const { pipeline, add } = makePipeline([exporter]);
    add('a');
    await pipeline.shutdown(400);
    expect(pipeline.quarantined).toHaveLength(1);
  });
});
