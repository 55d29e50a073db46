/** What follows when containers, queues, keys and token that the service named are of no use any more. */
import { randomUUID } from 'node:crypto';
import { IngestClient } from 'azure-kusto-ingest';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RetryableError } from '../../../src/core/errors.ts';
import { KustoExporter, type KustoInternals } from '../../../src/exporters/kusto/index.ts';
import { ingestionMessage } from '../../../src/exporters/kusto/message.ts';
import { makePart } from '../../unit/parts/make-part.ts';
import { applySchema } from '../schema/apply.ts';
import { type Azurite, type FakeKusto, startAzurite, startFakeKusto } from '../service/index.ts';
import { bytes, connection } from '../service/testing.ts';
import { startStub } from './stub.ts';

let azurite: Azurite;
let fake: FakeKusto;
const open: KustoExporter[] = [];
const warnings: string[] = [];
const logger = { debug() {}, info() {}, error() {}, warn: (text: string) => void warnings.push(text) };
const signal = new AbortController().signal;

beforeAll(async () => {
  azurite = await startAzurite();
});
beforeEach(async () => {
  fake = await startFakeKusto({ azurite });
  await applySchema((command) => fake.execute(command));
  warnings.length = 0;
});
afterEach(async () => {
  for (const exporter of open.splice(0)) await exporter.close();
  await fake.close();
});
afterAll(() => azurite.close());

function exporterOf(internals: KustoInternals = {}): KustoExporter {
  const exporter = new KustoExporter(
    { cluster: fake.url, database: 'Telemetry', auth: 'none' },
    { logger, ...internals },
  );
  open.push(exporter);
  return exporter;
}

let sequence = 0;
const send = (exporter: KustoExporter) => exporter.export(makePart([{}], { sequence: ++sequence }), signal);
const outcomes = (target: string) =>
  fake.requests.filter((request) => request.target.startsWith(target)).map(({ outcome }) => outcome);
const refused = async (sending: Promise<unknown>): Promise<RetryableError> => {
  const error = await sending.catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(RetryableError);
  return error as RetryableError;
};

describe('keys', () => {
  test('that are over are replaced within the call, and the log says so once', async () => {
    const exporter = exporterOf({ askAgainMs: 0 });
    await send(exporter);
    for (let i = 0; i < 2; i++) {
      fake.expireKeys();
      expect(await send(exporter)).toBe('handed');
    }
    expect(outcomes('resources')).toEqual([200, 200, 200]);
    expect(outcomes('blob')).toEqual([201, 403, 403, 403, 201, 403, 403, 403, 201]);
    expect(warnings).toEqual([expect.stringMatching(/key .* was not accepted any more; new ones were fetched/)]);
    expect(await fake.ingestPending()).toMatchObject({ ingested: 3, refused: 0 });
  });

  test('that end between blob and message: both are sent anew', async () => {
    const exporter = exporterOf({ askAgainMs: 0 });
    await send(exporter);
    fake.faults.add({ on: 'queue', do: { status: 403 }, times: 2 });
    expect(await send(exporter)).toBe('handed');
    expect(outcomes('blob')).toEqual([201, 201, 201]);
    expect(await fake.ingestPending()).toMatchObject({ ingested: 2, refused: 0 });
  });

  test('that stay refused: the service is asked no more often than stated, and the error says how often', async () => {
    const exporter = exporterOf();
    fake.faults.add({ on: 'blob', do: { status: 403 }, times: Infinity });
    for (let i = 0; i < 4; i++)
      expect((await refused(send(exporter))).message).toMatch(
        /not accepted. A new one is asked for, at most once in 30 s/,
      );
    expect(outcomes('resources')).toEqual([200]);
    expect(warnings).toEqual([]);
    expect(outcomes('queue')).toEqual([]);
  });

  test('of one account alone: the part travels over another, and the next one brings new keys', async () => {
    const exporter = exporterOf({ askAgainMs: 0 });
    fake.faults.add({ on: ['blob:0', 'blob:1', 'blob:2'], do: { status: 403 } });
    await send(exporter);
    expect(outcomes('resources')).toEqual([200]);
    await send(exporter);
    expect(outcomes('resources')).toEqual([200, 200]);
    await send(exporter);
    expect(outcomes('resources')).toEqual([200, 200]);
  });

  test('that cannot be replaced now: the old ones are used for as long as they work', async () => {
    const exporter = exporterOf({ askAgainMs: 0 });
    await send(exporter);
    fake.faults.add({ on: 'blob', do: { status: 403 } });
    fake.faults.add({ on: 'resources', do: { status: 503 }, times: Infinity });
    expect(await send(exporter)).toBe('handed');
    expect(await send(exporter)).toBe('handed');
    expect(outcomes('resources').length).toBeGreaterThan(1);
  });
});

describe.each([
  ['containers', 'resources', 'TempStorage', /names no container/],
  ['queues', 'resources', 'SecuredReadyForAggregationQueue', /names no queue/],
  ['an identity token', 'identity', 'fake-identity-token', /names no identity token/],
] as const)('an answer without %s', (_, on, without, message) => {
  test('is asked for again after the stated time, not before', async () => {
    const askAgainMs = 1_500;
    const exporter = exporterOf({ askAgainMs });
    fake.faults.add({ on, do: { without }, times: 2 });
    let answers = 0;
    for (let wait = 0; answers < 2; ) {
      const error = await refused(send(exporter));
      expect(error.message).toMatch(message);
      wait = error.retryAfterMs!;
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(askAgainMs);
      answers = outcomes(on).length;
      expect((await refused(send(exporter))).message).toMatch(message);
      expect(outcomes(on)).toHaveLength(answers);
      await new Promise((resolve) => setTimeout(resolve, wait + 20));
    }
    expect(await send(exporter)).toBe('handed');
    expect(outcomes(on)).toEqual([200, 200, 200]);
    expect(outcomes('blob')).toEqual([201]);
    expect(await fake.ingestPending()).toMatchObject({ ingested: 1, refused: 0 });
  });
});

test("the message is that of Microsoft's client, field by field", async () => {
  const stub = await startStub();
  const client = new IngestClient(connection({ url: stub.url } as FakeKusto));
  await client.ingestFromStream(bytes('{}\n', randomUUID()), {
    database: 'shop',
    table: 'AttributionRaw',
    format: 'multijson' as never,
    ingestionMappingReference: 'Attribution_v1',
    ingestionMappingKind: 'Json' as never,
    reportLevel: 0,
    reportMethod: 0,
    additionalProperties: {},
  });
  client.close();
  const [theirs] = stub.messages();
  const ours = ingestionMessage({
    sourceId: theirs!.Id,
    blobUrl: theirs!.BlobPath,
    rawBytes: 3,
    database: 'shop',
    table: 'AttributionRaw',
    mapping: 'Attribution_v1',
    authorizationContext: 'identity',
    application: 'otel-attribution/1.2.3',
  });
  // Their stream knows no size; the rest of what differs is time and names for tracing.
  const {
    RawDataSize: _,
    SourceMessageCreationTime: at,
    ApplicationForTracing: __,
    ClientVersionForTracing: ___,
    ...same
  } = theirs!;
  expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs!).sort());
  expect(ours).toMatchObject({ ...same, RawDataSize: 3 });
  expect(new Date(String(at)).toISOString()).toBe(at);
  await stub.close();
});
