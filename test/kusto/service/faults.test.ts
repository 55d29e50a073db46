import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Client, KustoDataErrors } from 'azure-kusto-data';
import { IngestClient } from 'azure-kusto-ingest';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Azurite, type FakeKusto, startAzurite, startFakeKusto } from './index.ts';
import {
  ask,
  bytes,
  connection,
  ndjson,
  properties,
  refusal,
  sendQueued,
  sendStreaming,
  tableCommands,
} from './testing.ts';

let azurite: Azurite;
let fake: FakeKusto;

beforeAll(async () => {
  azurite = await startAzurite();
});
beforeEach(async () => {
  fake = await startFakeKusto({ azurite });
  for (const command of tableCommands) fake.execute(command);
});
afterEach(() => fake.close());
afterAll(() => azurite.close());

const lines = ndjson([
  { PartId: 'p', Row: 0, Value: 1 },
  { PartId: 'p', Row: 1, Value: 2 },
]);
const count = () => ask(fake, 'Raw | count').then(([row]) => row!.Count);
const rowsSeen = () => ask(fake, 'Rows | count').then(([row]) => row!.Count);

/** Without the SDK and its retries: what the service itself answers. */
async function call(path: string, init: RequestInit = {}) {
  const response = await fetch(fake.url + path, { signal: AbortSignal.timeout(20_000), ...init });
  return { status: response.status, headers: response.headers, text: await response.text() };
}
const query = () =>
  call('/v2/rest/query', { method: 'POST', body: JSON.stringify({ db: 'Telemetry', csl: 'Raw | count' }) });
const stream = (signal = AbortSignal.timeout(20_000)) =>
  call('/v1/rest/ingest/Telemetry/Raw?streamFormat=multijson&mappingName=m', {
    method: 'POST',
    headers: { 'content-encoding': 'gzip' },
    body: gzipSync(lines),
    signal,
  });

describe('of the engine', () => {
  it('answers a status with the body of the real service, once', async () => {
    fake.faults.add({ on: 'query', do: { status: 429, retryAfter: 7 } });
    const throttled = await query();
    expect(throttled.status).toBe(429);
    expect(throttled.headers.get('retry-after')).toBe('7');
    expect(JSON.parse(throttled.text).error).toMatchObject({ code: 'TooManyRequests', '@permanent': false });
    expect((await query()).status).toBe(200);
  });

  it('is what the SDK calls throttling', async () => {
    fake.faults.add({ on: 'query', do: { status: 429 } });
    const failed = await new Client(connection(fake))
      .execute('Telemetry', 'Raw | count')
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(KustoDataErrors.ThrottlingError);
  });

  it.each([
    [401, 'Unauthorized', true],
    [403, 'Forbidden', true],
    [500, 'General_InternalServerError', false],
    [503, 'Service_Unavailable', false],
  ])('answers %i for as long as it stands', async (status, code, permanent) => {
    const remove = fake.faults.add({ on: 'streaming', do: { status }, times: Infinity });
    for (let i = 0; i < 2; i++)
      expect(await refusal(sendStreaming(fake, lines))).toMatchObject({ status, code, permanent });
    remove();
    await sendStreaming(fake, lines);
    expect(await count()).toBe(2);
  });

  it('resets before and after the work', async () => {
    fake.faults.add({ on: 'streaming', do: 'reset' });
    await expect(stream()).rejects.toThrow();
    expect(await count()).toBe(0);
    fake.faults.add({ on: 'streaming', do: 'reset', when: 'after' });
    await expect(stream()).rejects.toThrow();
    expect(await count()).toBe(2);
  });

  it('hangs before and after the work', async () => {
    fake.faults.add({ on: 'streaming', do: 'hang' });
    await expect(stream(AbortSignal.timeout(50))).rejects.toThrow(/timeout|aborted/i);
    expect(await count()).toBe(0);
    fake.faults.add({ on: 'streaming', do: 'hang', when: 'after' });
    await expect(stream(AbortSignal.timeout(200))).rejects.toThrow(/timeout|aborted/i);
    expect(await count()).toBe(2);
    expect(fake.requests.filter(({ target }) => target === 'streaming').map(({ outcome }) => outcome)).toEqual([
      'hang',
      'hang',
    ]);
  });

  it('fails after it has done the work', async () => {
    fake.faults.add({ on: 'streaming', do: { status: 503 }, when: 'after' });
    expect((await stream()).status).toBe(503);
    expect(await count()).toBe(2);
  });

  it('is slow', async () => {
    fake.faults.add({ on: 'metadata', do: { delayMs: 60 } });
    const start = performance.now();
    expect((await call('/v1/rest/auth/metadata')).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThanOrEqual(55);
  });

  it('chooses by what is asked', async () => {
    fake.faults.add({
      on: ['query', 'command'],
      do: { status: 500 },
      if: ({ text }) => text.includes('tables'),
      times: Infinity,
    });
    expect(await count()).toBe(0);
    expect(await refusal(ask(fake, '.show tables'))).toMatchObject({ status: 500 });
  });

  it('breaks the start of a queued client at each step', async () => {
    for (const on of ['resources', 'identity'] as const) {
      fake.faults.add({ on, do: { status: 403 } });
      await expect(sendQueued(fake, lines)).rejects.toThrow();
    }
    await sendQueued(fake, lines);
    expect(await fake.ingestPending()).toMatchObject({ ingested: 1 });
  });
});

describe('of blobs and queues', () => {
  it('has two containers of three down: the SDK takes the third', async () => {
    fake.faults.add({ on: ['blob:0', 'blob:1'], do: { status: 403 }, times: Infinity });
    for (let i = 0; i < 4; i++) await sendQueued(fake, lines);
    expect(await fake.ingestPending()).toMatchObject({ ingested: 4 });
    const stored = fake.requests.filter(({ target, outcome }) => target.startsWith('blob') && outcome === 201);
    expect(stored.map(({ target }) => target)).toEqual(['blob:2', 'blob:2', 'blob:2', 'blob:2']);
  });

  it('has all containers down: nothing is handed over', async () => {
    fake.faults.add({ on: 'blob', do: { status: 403 }, times: Infinity });
    await expect(sendQueued(fake, lines)).rejects.toThrow('Failed to upload to blob');
    expect(fake.requests.some(({ target }) => target.startsWith('queue'))).toBe(false);
    expect(await fake.ingestPending()).toMatchObject({ ingested: 0, refused: 0 });
  });

  it('has all queues refuse after they took the message: the same rows arrive more than once, and are seen once', async () => {
    fake.faults.add({ on: 'queue', do: { status: 403 }, when: 'after', times: Infinity });
    await expect(sendQueued(fake, lines)).rejects.toThrow('Failed to send message to queue');
    const { ingested } = await fake.ingestPending();
    expect(ingested).toBeGreaterThan(0);
    expect(await count()).toBe(2 * ingested);
    expect(await rowsSeen()).toBe(2);
  });

  it('refuses keys that have expired until new ones are asked for', async () => {
    const uploads = () => fake.requests.filter(({ target }) => target.startsWith('blob')).map(({ outcome }) => outcome);
    const client = new IngestClient(connection(fake));
    const send = () => client.ingestFromStream(bytes(lines, randomUUID()), properties());
    await send();
    fake.expireKeys();
    // The SDK keeps its keys for an hour.
    await expect(send()).rejects.toThrow('Failed to upload to blob');
    expect(uploads()).toEqual([201, 403, 403, 403]);
    await sendQueued(fake, lines);
    expect(await fake.ingestPending()).toMatchObject({ ingested: 2 });
    client.close();
  });

  it('leaves rows out of an answer, as often as it is told', async () => {
    const types = async () =>
      (await ask(fake, '.get ingestion resources')).map(({ ResourceTypeName }) => ResourceTypeName);
    fake.faults.add({ on: 'resources', do: { without: 'TempStorage' } });
    expect(await types()).not.toContain('TempStorage');
    expect(await types()).toEqual(expect.arrayContaining(['TempStorage', 'SecuredReadyForAggregationQueue']));
    fake.faults.add({ on: 'identity', do: { without: 'fake-identity-token' } });
    expect(await ask(fake, '.get kusto identity token')).toEqual([]);
  });

  it('resets a connection while a blob is sent: the storage client tries again', async () => {
    fake.faults.add({ on: 'blob', do: 'reset' });
    await sendQueued(fake, lines);
    expect(await fake.ingestPending()).toMatchObject({ ingested: 1 });
    expect(fake.requests.filter(({ target }) => target.startsWith('blob')).map(({ outcome }) => outcome)).toEqual([
      'reset',
      201,
    ]);
  });
});

describe('after the hand-over', () => {
  it('refuses with a reason', async () => {
    fake.faults.addHandOver({ do: { refuse: { code: 'General_Error', details: 'scripted', permanent: false } } });
    await sendQueued(fake, lines);
    expect(await fake.ingestPending()).toMatchObject({ refused: 1 });
    expect(
      await ask(fake, '.show ingestion failures | where Table == "Raw" | project ErrorCode, Details, FailureKind'),
    ).toEqual([{ ErrorCode: 'General_Error', Details: 'scripted', FailureKind: 'Transient' }]);
    await sendQueued(fake, lines);
    expect(await fake.ingestPending()).toMatchObject({ ingested: 1 });
  });

  it('refuses what holds a row, and nothing else, for as long as it stands', async () => {
    const details = 'Stream with one bad row';
    const refuse = { code: 'BadRequest_InvalidBlob', details, permanent: true };
    const over = fake.faults.addHandOver({ do: { refuse }, holding: '"Name":"bad"', times: Infinity });
    const bad = ndjson([
      { PartId: 'q', Row: 0, Name: 'good' },
      { PartId: 'q', Row: 1, Name: 'bad' },
    ]);
    for (let i = 0; i < 2; i++) {
      await sendQueued(fake, lines);
      await sendQueued(fake, bad);
      expect(await fake.ingestPending()).toMatchObject({ ingested: 1, refused: 1 });
    }
    expect(fake.failures.map(({ failureKind }) => failureKind)).toEqual(['Permanent', 'Permanent']);
    over();
    await sendQueued(fake, bad);
    expect(await fake.ingestPending()).toMatchObject({ ingested: 1 });
    expect(await count()).toBe(6);
  });

  it('loses without a word', async () => {
    fake.faults.addHandOver({ do: 'lose', if: ({ table }) => table === 'Raw' });
    await sendQueued(fake, lines);
    expect(await fake.ingestPending()).toEqual({ ingested: 0, refused: 0, skipped: 1, waiting: 0 });
    expect(fake.failures).toEqual([]);
    expect(await count()).toBe(0);
  });

  it('ingests twice, shown once', async () => {
    fake.faults.addHandOver({ do: 'twice' });
    await sendQueued(fake, lines);
    await fake.ingestPending();
    expect(await count()).toBe(4);
    expect(await rowsSeen()).toBe(2);
  });
});

it('asks a plan where nothing is scripted, and stops when cleared', async () => {
  const asked: string[] = [];
  fake.faults.plan = {
    request: ({ target }) => {
      asked.push(target);
      return target === 'query' ? { do: { status: 500 } } : undefined;
    },
    handOver: () => 'lose',
  };
  expect((await query()).status).toBe(500);
  await sendQueued(fake, lines);
  expect(await fake.ingestPending()).toMatchObject({ skipped: 1 });
  expect(asked).toEqual(expect.arrayContaining(['query', 'metadata', 'resources', 'identity']));
  fake.faults.clear();
  expect((await query()).status).toBe(200);
});

it('knows no other route', async () => {
  expect(await call('/v1/rest/nonsense')).toMatchObject({ status: 400 });
});

it('closes at once with requests that hang', async () => {
  fake.faults.add({ on: 'query', do: 'hang' });
  const hanging = query().catch((error: unknown) => error);
  while (fake.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await fake.close();
  expect(await hanging).toBeInstanceOf(Error);
  fake = await startFakeKusto({ azurite: false });
});
