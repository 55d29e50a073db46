/** What the exporter puts on the wire. */

import { userInfo } from 'node:os';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AmbiguousError, PermanentError, RetryableError } from '../../../src/core/errors.ts';
import { KustoExporter, type KustoInternals, openKusto } from '../../../src/exporters/kusto/index.ts';
import type { KustoOptions } from '../../../src/exporters/kusto/options.ts';
import { makePart } from '../../unit/parts/make-part.ts';
import { hang, json, type Route, type Stub, serviceError, startStub, v1, v2 } from './stub.ts';

/** What a machine does that is busy with something else: no test here measures it. */
vi.setConfig({ testTimeout: 120_000 });

let stub: Stub;
const open: KustoExporter[] = [];
const signal = new AbortController().signal;

beforeEach(async () => {
  stub = await startStub();
});

afterEach(async () => {
  for (const exporter of open.splice(0)) await exporter.close();
  await stub.close();
});

function exporterOf(options: Partial<KustoOptions> = {}, internals: KustoInternals = {}): KustoExporter {
  const exporter = new KustoExporter(
    { cluster: stub.url, database: 'shop', auth: 'none', timeoutMs: 60_000, ...options },
    internals,
  );
  open.push(exporter);
  return exporter;
}

/** The thread and the SDK load within a call's deadline too: what comes late in a call is reached for sure only after that. */
async function warm(exporter: KustoExporter): Promise<void> {
  for (let left = 10; left > 0; left--) {
    const outcome = await exporter.export(part(1), signal).catch((error: unknown) => error);
    if (!(outcome instanceof Error)) return;
  }
  throw new Error('the exporter does not begin to work');
}

const part = (sequence: number, rows = 2) =>
  makePart(
    Array.from({ length: rows }, (_, i) => ({ origin: `GET /p${sequence}/${i}`, value: i })),
    { sequence },
  );

const linesOf = (body: Buffer): { PartId: string; Row: number; Value: number }[] =>
  gunzipSync(body)
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('queued', () => {
  test('a part is one blob, compressed once, and one message', async () => {
    const exporter = exporterOf();
    await exporter.start();
    expect(await exporter.export(part(1, 3), signal)).toBe('handed');
    const [blob] = stub.of('blob');
    expect(stub.of('blob')).toHaveLength(1);
    expect(linesOf(blob!.body).map(({ Row }) => Row)).toEqual([0, 1, 2, -1]);
    expect(linesOf(blob!.body).at(-1)).toMatchObject({ Value: 3, Event: 'attribution.part' });
    const [message] = stub.messages();
    expect(stub.messages()).toHaveLength(1);
    expect(message).toMatchObject({
      Id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      RawDataSize: gunzipSync(blob!.body).length,
      DatabaseName: 'shop',
      TableName: 'AttributionRaw',
      FlushImmediately: false,
      ReportLevel: 0,
      ReportMethod: 0,
      AdditionalProperties: {
        authorizationContext: 'identity',
        format: 'multijson',
        ingestionMappingReference: 'Attribution_v1',
        ingestionMappingType: 'Json',
      },
    });
    expect(Object.keys(message!.AdditionalProperties).sort()).toEqual([
      'authorizationContext',
      'format',
      'ingestionMappingReference',
      'ingestionMappingType',
    ]);
    expect(message!.BlobPath.split('?')[0]).toBe(`${stub.url}${blob!.path}`);
    expect(blob!.path).toContain(message!.Id);
    expect(blob!.path).toMatch(/\.multijson\.gz$/);
  });

  test('parts exported at once share a blob; each has its own answer', async () => {
    const exporter = exporterOf();
    await exporter.start();
    const broken = { ...part(3), body: new Uint8Array([1, 2, 3]) };
    const results = await Promise.allSettled([part(1), part(2), broken].map((one) => exporter.export(one, signal)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(results[2]).toMatchObject({ reason: { code: 'ATTR_PART_CORRUPT' } });
    expect(stub.of('blob')).toHaveLength(1);
    expect(new Set(linesOf(stub.of('blob')[0]!.body).map(({ PartId }) => PartId)).size).toBe(2);
  });

  test('properties of one upload are not those of the next, and ids differ (bugs 1, 4)', async () => {
    const exporter = exporterOf();
    for (const sequence of [1, 2, 3]) await exporter.export(part(sequence), signal);
    const messages = stub.messages();
    expect(new Set(messages.map(({ Id }) => Id)).size).toBe(3);
    for (const { AdditionalProperties } of messages)
      for (const leaked of ['tags', 'ingestIfNotExists', 'creationTime'])
        expect(AdditionalProperties).not.toHaveProperty(leaked);
  });

  test('one container down: the next takes it, with the same bytes (bug 2)', async () => {
    const up = stub.routes.blob;
    const bodies: Buffer[] = [];
    stub.routes.blob = (seen, response) => {
      bodies.push(seen.body);
      if (bodies.length === 1) response.writeHead(503).end();
      else return up(seen, response);
    };
    expect(await exporterOf().export(part(1), signal)).toBe('handed');
    expect(bodies).toHaveLength(2);
    expect(bodies[0]!.equals(bodies[1]!)).toBe(true);
    expect(stub.of('blob')[0]!.path.split('/')[1]).not.toBe(stub.of('blob')[1]!.path.split('/')[1]);
    expect(stub.messages()).toHaveLength(1);
  });

  test('one container that hangs: the next takes it within the deadline', async () => {
    const exporter = exporterOf({ timeoutMs: 8_000 });
    await warm(exporter);
    const up = stub.routes.blob;
    let first = true;
    stub.routes.blob = (seen, response) => {
      if (!first) return up(seen, response);
      first = false;
      return hang(seen, response);
    };
    expect(await exporter.export(part(2), signal)).toBe('handed');
  });

  test('one queue down: the message goes to the next', async () => {
    const up = stub.routes.queue;
    let tries = 0;
    stub.routes.queue = (seen, response) => {
      if (++tries > 1) return up(seen, response);
      response.writeHead(503).end();
    };
    expect(await exporterOf().export(part(1), signal)).toBe('handed');
    expect(stub.of('queue')).toHaveLength(2);
  });

  test('resources and identity are asked for once, however many parts begin at once', async () => {
    const exporter = exporterOf({}, { maxBytes: 1_000 });
    await Promise.all([1, 2, 3, 4].map((sequence) => exporter.export(part(sequence), signal)));
    expect(stub.of('blob').length).toBeGreaterThan(1);
    expect(stub.of('resources')).toHaveLength(1);
    expect(stub.of('token')).toHaveLength(1);
  });

  test('no containers or no queues: retryable, and it says so (bug 12)', async () => {
    stub.routes.resources = v1({ ResourceTypeName: 'string', StorageRoot: 'string' }, []);
    const exporter = exporterOf();
    const errors = [];
    for (let i = 0; i < 3; i++) errors.push(await exporter.export(part(1), signal).catch((cause: unknown) => cause));
    for (const error of errors) {
      expect(error).toBeInstanceOf(RetryableError);
      expect((error as Error).message).toMatch(/names no container.*asked again in \d+ s/);
      expect((error as RetryableError).retryAfterMs).toBeLessThanOrEqual(30_000);
    }
    expect(stub.of('resources')).toHaveLength(1);
  });

  test('one queue takes the message and says nothing, the next refuses: it may have arrived', async () => {
    const exporter = exporterOf();
    let first = true;
    stub.routes.queue = (_, response) => {
      if (first) response.destroy();
      else response.writeHead(403, { 'x-ms-error-code': 'AuthenticationFailed' }).end();
      first = false;
    };
    await expect(exporter.export(part(1), signal)).rejects.toBeInstanceOf(AmbiguousError);
    expect(stub.of('queue')).toHaveLength(2);
  });
});

describe('streaming', () => {
  test('a part is one request, compressed once, with the mapping', async () => {
    const exporter = exporterOf({ mode: 'streaming', database: 'my shop.1' });
    expect(await exporter.export(part(1, 3), signal)).toBe('delivered');
    const [request] = stub.of('stream');
    expect(stub.of('stream')).toHaveLength(1);
    expect(request!.path).toBe('/v1/rest/ingest/my%20shop.1/AttributionRaw');
    expect(Object.fromEntries(request!.query)).toEqual({ streamFormat: 'multijson', mappingName: 'Attribution_v1' });
    expect(request!.headers['content-encoding']).toBe('gzip');
    expect(linesOf(request!.body)).toHaveLength(4);
    expect(stub.of('blob')).toHaveLength(0);
  });

  test('a part beyond 4 MiB travels in pieces, its header in the last', async () => {
    const exporter = exporterOf({ mode: 'streaming' });
    const rows = Array.from({ length: 10_000 }, (_, i) => ({ origin: `GET /${'x'.repeat(300)}/${i}` }));
    await exporter.export(makePart(rows), signal);
    const pieces = stub.of('stream').map(({ body }) => gunzipSync(body));
    expect(pieces.length).toBeGreaterThan(1);
    for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(4 * 1024 * 1024);
    const rowsOf = stub.of('stream').map(({ body }) => linesOf(body).map(({ Row }) => Row));
    expect(rowsOf.flat()).toEqual([...Array.from({ length: 10_000 }, (_, i) => i), -1]);
  });

  test('a piece that fails stops the part before its header', async () => {
    let requests = 0;
    stub.routes.stream = (seen, response) =>
      ++requests === 2 ? serviceError(503, 'X', 'away')(seen, response) : json({})(seen, response);
    const exporter = exporterOf({ mode: 'streaming' }, { maxBytes: 2_000 });
    await expect(exporter.export(part(1, 50), signal)).rejects.toBeInstanceOf(AmbiguousError);
    expect(requests).toBe(2);
    for (const { body } of stub.of('stream')) expect(linesOf(body).map(({ Row }) => Row)).not.toContain(-1);
  });

  test('a piece that is refused for good says that those before it count', async () => {
    let requests = 0;
    stub.routes.stream = (seen, response) =>
      ++requests === 2
        ? serviceError(400, 'BadRequest_InvalidBlob', 'malformed', true)(seen, response)
        : json({})(seen, response);
    const exporter = exporterOf({ mode: 'streaming' }, { maxBytes: 2_000 });
    const refused = await exporter.export(part(1, 50), signal).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(PermanentError);
    expect((refused as Error).message).toMatch(
      /malformed.* the rows of the 1 of \d+ requests before this one count\.$/,
    );
  });

  test('one refused part does not take others with it', async () => {
    stub.routes.stream = (seen, response) =>
      gunzipSync(seen.body).includes('GET /p2/')
        ? serviceError(400, 'BadRequest_InvalidBlob', 'malformed', true)(seen, response)
        : json({})(seen, response);
    const exporter = exporterOf({ mode: 'streaming' });
    const results = await Promise.allSettled([1, 2, 3].map((sequence) => exporter.export(part(sequence), signal)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((results[1] as PromiseRejectedResult).reason).toBeInstanceOf(PermanentError);
  });

  test('whoever is refused among sixteen is found by halves', async () => {
    stub.routes.stream = (seen, response) =>
      gunzipSync(seen.body).includes('GET /p11/')
        ? serviceError(400, 'BadRequest_InvalidBlob', 'malformed', true)(seen, response)
        : json({})(seen, response);
    const exporter = exporterOf({ mode: 'streaming', timeoutMs: 60_000 });
    const sixteen = Array.from({ length: 16 }, (_, i) => exporter.export(part(i + 1), signal));
    const results = await Promise.allSettled(sixteen);
    expect(results.flatMap(({ status }, i) => (status === 'rejected' ? [i + 1] : []))).toEqual([11]);
    // Sixteen; 8 and 8; 4 and 4; 2 and 2; 1 and 1.
    expect(stub.of('stream')).toHaveLength(9);
  });
});

describe('bad input', () => {
  const outcomes: [string, (stub: Stub) => void, KustoOptions['mode'], RegExp][] = [
    [
      'no permission to ingest',
      (to) => void (to.routes.resources = serviceError(403, 'Forbidden', 'Principal is not authorized')),
      'queued',
      /--role Ingestor/,
    ],
    [
      'a missing database',
      (to) =>
        void (to.routes.query = serviceError(
          400,
          'BadRequest_DatabaseNotExist',
          "Database 'shop' could not be found",
          true,
        )),
      'queued',
      /az kusto database create/,
    ],
    [
      'a missing schema',
      (to) =>
        void (to.routes.query = serviceError(
          400,
          'General_BadRequest',
          "SEM0260: Unknown function: 'AttributionSchema'",
          true,
        )),
      'queued',
      /kusto schema --apply/,
    ],
    [
      'an older schema',
      (to) => void (to.routes.query = v2({ Version: 'long', Package: 'string' }, [[0, '0.0.1']])),
      'queued',
      /version 0, older.*kusto schema --apply/,
    ],
    [
      'a newer schema without our mapping',
      (to) => void (to.routes.query = v2({ Version: 'long', Package: 'string' }, [[9, '9.0.0']])),
      'queued',
      /version 9, newer.*npm i otel-attribution@latest/,
    ],
    [
      'a wrong mapping',
      (to) =>
        void (to.routes.stream = serviceError(
          400,
          'BadRequest_MappingReferenceWasNotFound',
          'Mapping reference was not found',
          true,
        )),
      'streaming',
      /kusto schema --apply/,
    ],
    [
      'streaming that is not enabled',
      (to) => void (to.routes.stream = serviceError(404, 'NotFound', '')),
      'streaming',
      /--enable-streaming-ingest/,
    ],
  ];
  test.each(outcomes)('%s: the part waits, and the error says what to do', async (_, arrange, mode, message) => {
    arrange(stub);
    const exporter = exporterOf({ mode: mode! });
    const sending = exporter.start().then(() => exporter.export(part(1), signal));
    const error = await sending.catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(RetryableError);
    expect((error as Error).message).toMatch(message);
  });

  test('a newer schema that still has our mapping works, with a warning', async () => {
    stub.routes.query = v2({ Version: 'long', Package: 'string' }, [[9, '9.0.0']]);
    stub.routes.mgmt = v1({ Name: 'string', Kind: 'string', Mapping: 'string' }, [['Attribution_v1', 'Json', '[]']]);
    const warnings: string[] = [];
    const logger = { debug() {}, info() {}, error() {}, warn: (text: string) => void warnings.push(text) };
    const exporter = exporterOf({}, { logger });
    await exporter.start();
    expect(await exporter.export(part(1), signal)).toBe('handed');
    expect(warnings).toEqual([expect.stringMatching(/newer.*npm i otel-attribution@latest/)]);
  });

  test('an identity that may not read may still ingest', async () => {
    stub.routes.query = serviceError(403, 'Forbidden', 'not authorized');
    const exporter = exporterOf();
    await exporter.start();
    expect(await exporter.export(part(1), signal)).toBe('handed');
  });

  test('a 5 MB string is refused by name, and its company arrives', async () => {
    const exporter = exporterOf();
    const big = makePart([{ origin: 'x'.repeat(5_000_000) }], { sequence: 2 });
    const [good, bad] = await Promise.allSettled([exporter.export(part(1), signal), exporter.export(big, signal)]);
    expect(good).toMatchObject({ status: 'fulfilled', value: 'handed' });
    expect(bad).toMatchObject({
      status: 'rejected',
      reason: { name: 'PermanentError', message: /row 0, column Origin/ },
    });
  });

  test.each([
    [{ cluster: 'ftp://x.y' }, /must begin with https/],
    [{ cluster: 'http://mycluster.westeurope.kusto.windows.net' }, /must begin with https/],
    [{ cluster: 'mycluster' }, /lacks the region/],
    [
      { cluster: 'https://u:secret@mycluster.westeurope.kusto.windows.net' },
      /^(?!.*secret).*without path or credentials/,
    ],
    [{ cluster: 'Data Source=https://x;AppKey=secret' }, /^(?!.*secret)/],
    [{ database: '' }, /`database` is missing/],
    [{ database: "shop'; .drop" }, /cannot be the name of a database/],
    [{ table: 'Books-2026; drop' }, /cannot be used/],
  ] as [Partial<KustoOptions>, RegExp][])('%j is refused at once', (options, message) => {
    expect(() => exporterOf(options)).toThrow(
      expect.objectContaining({ code: 'ATTR_CONFIG_INVALID', message: expect.stringMatching(message) }),
    );
  });

  test('a cluster that is not there', async () => {
    const exporter = exporterOf({ cluster: 'https://nosuch.invalid' });
    const error = await exporter.start().catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(RetryableError);
    expect((error as Error).message).toMatch(/az kusto cluster list/);
  });
});

describe('deadlines and throttling', () => {
  const hanging: [keyof Stub['routes'], KustoOptions['mode'], typeof RetryableError | typeof AmbiguousError][] = [
    ['metadata', 'queued', RetryableError],
    ['resources', 'queued', RetryableError],
    ['token', 'queued', RetryableError],
    ['blob', 'queued', RetryableError],
    ['queue', 'queued', AmbiguousError],
    ['stream', 'streaming', AmbiguousError],
  ];
  test.each(hanging)('%s hangs', async (route, mode, kind) => {
    const exporter = exporterOf({ mode: mode!, timeoutMs: 3_000 });
    if (route === 'blob' || route === 'queue' || route === 'stream') await warm(exporter);
    stub.routes[route] = hang;
    const error = await exporter.export(part(2), signal).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(kind);
    // Its own deadline, and before that of the pipeline: not that of a thread that is stuck.
    const [, ms] = /no answer within (\d+) ms/.exec((error as Error).message) ?? [];
    expect(Number(ms)).toBeLessThan(exporter.callMs);
  });

  test('the deadline it is configured with is the one it states: the pipeline waits for longer', () => {
    expect(exporterOf({ timeoutMs: 45_000 }).callMs).toBe(45_000);
    expect(exporterOf({ timeoutMs: 5_000 }).callMs).toBe(5_000);
  });

  const throttled: Route = serviceError(429, 'TooManyRequests', 'slow down', false, { 'retry-after': '17' });
  test.each([
    ['resources', 'queued'],
    ['stream', 'streaming'],
  ] as const)('429 from %s is passed on at once, with its Retry-After', async (route, mode) => {
    stub.routes[route] = throttled;
    const exporter = exporterOf({ mode });
    const error = await exporter.export(part(1), signal).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ name: 'RetryableError', retryAfterMs: 17_000 });
    // The SDK's own clients would try four times.
    expect(stub.of(route)).toHaveLength(1);
  });

  test.each([
    [429, 'queued'],
    [503, 'queued'],
    [429, 'streaming'],
    [503, 'streaming'],
  ] as const)('%i to the question about the cloud, %s: its Retry-After is passed on', async (status, mode) => {
    const metadata = stub.routes.metadata;
    stub.routes.metadata = (_, response) => void response.writeHead(status, { 'retry-after': '23' }).end();
    const exporter = exporterOf({ mode });
    const error = await exporter.export(part(1), signal).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ name: 'RetryableError', retryAfterMs: 23_000 });
    const client = await openKusto({ cluster: stub.url, database: 'shop', auth: 'none' });
    await expect(client.query('print 1')).rejects.toMatchObject({ name: 'RetryableError', retryAfterMs: 23_000 });
    expect(stub.of('query').length + stub.of('stream').length + stub.of('resources').length).toBe(0);
    stub.routes.metadata = metadata;
    expect(await exporter.export(part(1), signal)).toBe(mode === 'queued' ? 'handed' : 'delivered');
    await client.close();
  });

  test('many first calls ask about the cloud once', async () => {
    const client = await openKusto({ cluster: stub.url, database: 'shop', auth: 'none' });
    await Promise.all(Array.from({ length: 10 }, () => client.query('print 1')));
    expect(stub.of('metadata')).toHaveLength(1);
    await client.close();
  });

  test.each([
    ['not there, as behind a proxy', (_, response) => void response.writeHead(404).end()],
    ['not JSON', (_, response) => void response.writeHead(200).end('<html>')],
    ['another shape', json({ AzureAD: null })],
  ] as [string, Route][])('an answer about the cloud that is %s: the public one', async (_, route) => {
    stub.routes.metadata = route;
    const client = await openKusto({ cluster: stub.url, database: 'shop', auth: 'none' });
    await client.query('print 1');
    await client.close();
  });
});

test('nothing on the wire tells of the host: no user, no path, no package (headers and queue message)', async () => {
  const exporter = exporterOf();
  await exporter.start();
  await exporter.export(part(1), signal);
  await exporterOf({ mode: 'streaming' }).export(part(2), signal);
  const [message] = stub.messages();
  expect(message!.ApplicationForTracing).toMatch(/^otel-attribution\/\d+\.\d+\.\d+/);
  const user = userInfo().username;
  for (const { headers, path } of stub.seen) {
    const said = JSON.stringify(headers);
    expect(headers['x-ms-user'], path).toBeUndefined();
    expect(said).not.toContain(process.cwd());
    expect(said).not.toContain(process.argv[1]);
    expect(said).not.toMatch(new RegExp(`[/:"]${user}[/"]`));
    if (headers['x-ms-app'] !== undefined) expect(headers['x-ms-app']).toMatch(/^otel-attribution\//);
  }
  expect(JSON.stringify(message)).not.toContain(process.cwd());
});

test('the token function of the host is asked for every request, and its failure is told', async () => {
  let asked = 0;
  const exporter = exporterOf({ mode: 'streaming', auth: { token: async () => `token-${++asked}` } });
  await exporter.start();
  await exporter.export(part(1), signal);
  expect(stub.of('stream')[0]!.headers.authorization).toMatch(/^Bearer token-\d+$/);
  expect(asked).toBeGreaterThanOrEqual(2);
  const failing = exporterOf({ auth: { token: async () => Promise.reject(new Error('vault is sealed')) } });
  await expect(failing.export(part(1), signal)).rejects.toThrow(/no token could be had.*vault is sealed/);
});
