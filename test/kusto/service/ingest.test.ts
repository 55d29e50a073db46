import { gzipSync } from 'node:zlib';
import { Client } from 'azure-kusto-data';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Azurite, type FakeKusto, type FakeKustoOptions, startAzurite, startFakeKusto } from './index.ts';
import { ask, connection, ndjson, refusal, sendQueued, sendStreaming, tableCommands } from './testing.ts';

let azurite: Azurite;
let fake: FakeKusto;

beforeAll(async () => {
  azurite = await startAzurite();
});
afterEach(() => fake.close());
afterAll(() => azurite.close());

async function start(options: FakeKustoOptions = {}): Promise<FakeKusto> {
  fake = await startFakeKusto({ azurite, ...options });
  for (const command of tableCommands) fake.execute(command);
  return fake;
}

const raw = () => fake.database.table('Raw').rows;
const lines = ndjson([
  { PartId: 'p1', Row: 0, At: '2026-11-22T10:00:00.125Z', Value: 0.1, Name: 'a', More: { x: [1, 2] } },
  { PartId: 'p1', Row: 1, Value: 'NaN' },
]);

describe('queued', () => {
  it('goes through blob and queue into the table, with types', async () => {
    await start();
    await sendQueued(fake, lines);
    expect(raw()).toEqual([]);
    expect(await fake.ingestPending()).toEqual({ ingested: 1, refused: 0, skipped: 0, waiting: 0 });
    expect(raw()).toEqual([
      ['p1', 0, Date.UTC(2026, 10, 22, 10, 0, 0, 125), 0.1, 'a', { x: [1, 2] }],
      ['p1', 1, null, Number.NaN, '', null],
    ]);
    expect(fake.requests.map(({ target }) => target.replace(/\d$/, 'n'))).toEqual(
      expect.arrayContaining(['metadata', 'resources', 'identity', 'blob:n', 'queue:n']),
    );
  });

  it('waits for the batching time on the service clock', async () => {
    let now = Date.UTC(2026, 0, 1);
    await start({ now: () => now });
    await sendQueued(fake, lines);
    now += 29_999;
    expect(await fake.ingestPending()).toMatchObject({ ingested: 0, waiting: 1 });
    now += 1;
    expect(await fake.ingestPending()).toMatchObject({ ingested: 1, waiting: 0 });
    await sendQueued(fake, lines);
    expect(await fake.ingestPending({ now: true })).toMatchObject({ ingested: 1, waiting: 0 });
    expect(fake.database.table('Raw').extents.map(({ ingestedAt }) => ingestedAt)).toEqual([now, now]);
  });

  it('skips what carries a tag that is there, and only that', async () => {
    await start();
    const tagged = (tag: string) => ({
      tags: JSON.stringify([`ingest-by:${tag}`]),
      ingestIfNotExists: JSON.stringify([tag]),
    });
    await sendQueued(fake, lines, tagged('w1'));
    await fake.ingestPending();
    await sendQueued(fake, lines, tagged('w1'));
    await sendQueued(fake, lines, tagged('w2'));
    expect(await fake.ingestPending()).toMatchObject({ ingested: 1, skipped: 1 });
    expect(raw()).toHaveLength(4);
  });

  it.each([
    ['missing mapping', lines, { mapping: 'other' }, 'BadRequest_MappingReferenceWasNotFound'],
    ['missing table', lines, { table: 'Other' }, 'BadRequest_TableNotExist'],
    ['missing database', lines, { database: 'Other' }, 'BadRequest_DatabaseNotExist'],
    ['nothing in it', '', {}, 'BadRequest_NoRecordsOrWrongFormat'],
    ['malformed JSON', `${lines}{"PartId":`, {}, 'BadRequest_InvalidBlob'],
    ['a record that is no object', `${lines}5\n`, {}, 'BadRequest_InvalidBlob'],
    ['compressed twice', gzipSync(gzipSync(lines)), {}, 'BadRequest_InvalidBlob'],
    ['not compressed', Buffer.from(lines), {}, 'BadRequest_InvalidBlob'],
  ])('refuses all of a blob: %s', async (_, body, more, code) => {
    await start();
    const sourceId = await sendQueued(fake, body, more);
    expect(await fake.ingestPending()).toMatchObject({ ingested: 0, refused: 1 });
    expect(raw()).toEqual([]);
    const [failure] = await ask(fake, '.show ingestion failures');
    expect(failure).toMatchObject({ ErrorCode: code, FailureKind: 'Permanent', ShouldRetry: false });
    expect(String(failure!.IngestionSourcePath)).toContain(sourceId);
    expect(String(failure!.IngestionSourcePath)).not.toContain('sig=');
  });

  it('reads json line by line and skips faulty lines, as the real service does', async () => {
    await start();
    await sendQueued(fake, `${lines}{"PartId":\n`, { format: 'json' });
    expect(await fake.ingestPending()).toMatchObject({ ingested: 1 });
    expect(raw()).toHaveLength(2);
  });

  it('reads records in any layout', async () => {
    await start();
    await sendQueued(fake, '[{"PartId":"a"},\n{"PartId":"b{\\"]"}]{"PartId":"c"}\n{\n"PartId":"d"}');
    await fake.ingestPending();
    expect(raw().map(([partId]) => partId)).toEqual(['a', 'b{"]', 'c', 'd']);
  });

  it('cuts strings at a mebibyte', async () => {
    await start();
    await sendQueued(fake, ndjson([{ PartId: 'a', Row: 0, Name: `${'x'.repeat(1024 * 1024 - 1)}ö` }]));
    await fake.ingestPending();
    expect(raw()[0]![4]).toBe('x'.repeat(1024 * 1024 - 1));
  });

  it('keeps several fakes on one Azurite apart', async () => {
    await start();
    const other = await startFakeKusto({ azurite });
    await sendQueued(fake, lines);
    expect(await other.ingestPending()).toMatchObject({ ingested: 0, refused: 0 });
    expect(await fake.ingestPending()).toMatchObject({ ingested: 1 });
    await other.close();
  });
});

describe('streaming', () => {
  it('is there when the call returns', async () => {
    await start();
    await sendStreaming(fake, lines);
    expect(raw()).toHaveLength(2);
  });

  it.each([
    ['missing mapping', lines, { mapping: 'other' }, 'BadRequest_MappingReferenceWasNotFound'],
    ['missing table', lines, { table: 'Other' }, 'BadRequest_EntityNotFound'],
    ['missing database', lines, { database: 'Other' }, 'BadRequest_EntityNotFound'],
    ['nothing in it', '', {}, 'BadRequest'],
    ['malformed JSON', '{"PartId":', {}, 'BadRequest_InvalidBlob'],
    ['not compressed', Buffer.from(lines), {}, 'BadRequest'],
  ])('refuses %s', async (_, body, more, code) => {
    await start();
    expect(await refusal(sendStreaming(fake, body, more))).toMatchObject({ status: 400, code, permanent: true });
    expect(raw()).toEqual([]);
  });

  it('needs the policy', async () => {
    await start();
    fake.execute('.alter table Raw policy streamingingestion disable');
    expect(await refusal(sendStreaming(fake, lines))).toMatchObject({ status: 400, permanent: true });
  });

  it('takes 4 MiB and no more', async () => {
    await start();
    const line = ndjson([{ PartId: 'a', Row: 0, Name: 'x'.repeat(1000) }]);
    const fitting = Math.floor((4 * 1024 * 1024) / line.length);
    await sendStreaming(fake, line.repeat(fitting));
    expect(raw()).toHaveLength(fitting);
    expect(await refusal(sendStreaming(fake, line.repeat(fitting + 1)))).toMatchObject({
      status: 413,
      permanent: true,
    });
    expect(raw()).toHaveLength(fitting);
  });
});

describe('who may', () => {
  const roles = { ingestor: 'Ingestor', viewer: 'Viewer', admin: 'Admin' } as const;
  const principals = () =>
    new Map(Object.entries(roles).map(([token, role]) => [token, { name: `aadapp=${token};tenant`, roles: [role] }]));
  const as = (token: string) => new Client(connection(fake, () => token));

  it('refuses without the role, and says who', async () => {
    await start({ principals: principals() });
    expect(await refusal(as('viewer').execute('NetDefaultDB', '.get ingestion resources'))).toMatchObject({
      status: 403,
      code: 'Forbidden',
      detail: "Principal 'aadapp=viewer;tenant' is not authorized to perform operation 'Ingest' on 'any database'.",
    });
    expect(await refusal(as('ingestor').execute('Telemetry', 'Raw | count'))).toMatchObject({
      status: 403,
      detail: "Principal 'aadapp=ingestor;tenant' is not authorized to read database 'Telemetry'.",
    });
    expect((await refusal(as('viewer').execute('Telemetry', '.drop function F ifexists'))).status).toBe(403);
    expect(await ask(fake, '.show tables', as('viewer'))).toHaveLength(1);
    await as('ingestor').execute('NetDefaultDB', '.get ingestion resources');
  });

  it('shows failures to monitors, and each who asks their own roles', async () => {
    const shop = { name: 'aadapp=shop;tenant', roles: ['Ingestor', 'Viewer'], elsewhere: ['Monitor'] } as const;
    await start({ principals: new Map([['shop', shop]]) });
    const failures = () => as('shop').execute('Telemetry', '.show ingestion failures');
    expect(await refusal(failures())).toMatchObject({
      status: 403,
      detail: "Principal 'aadapp=shop;tenant' is not authorized to monitor database 'Telemetry'.",
    });
    fake.execute(".add database ['Telemetry'] monitors ('aadapp=shop;tenant')");
    await failures();
    const roles = await ask(fake, '.show principal roles | project Scope, Role', as('shop'));
    expect(roles.map(({ Scope, Role }) => `${Scope} ${Role}`)).toEqual([
      'Database Telemetry Ingestor',
      'Database Telemetry Viewer',
      'Database Telemetry Monitor',
      'Database Elsewhere Monitor',
    ]);
    fake.execute(".drop database ['Telemetry'] monitors ('aadapp=shop;tenant')");
    expect((await refusal(failures())).status).toBe(403);
  });

  it('takes the message of whoever may ingest anywhere, and refuses it when it ingests', async () => {
    const shop = { name: 'aadapp=shop;tenant', roles: ['Ingestor'] } as const;
    await start({ principals: new Map([['shop', shop]]) });
    await sendQueued(fake, lines, {}, () => 'shop');
    expect(await fake.ingestPending()).toMatchObject({ ingested: 1 });
    await sendQueued(fake, lines, {}, () => 'shop');
    fake.setRoles('shop', []);
    expect(await fake.ingestPending()).toMatchObject({ refused: 1 });
    expect(fake.failures).toMatchObject([
      {
        errorCode: 'Forbidden',
        details:
          "Principal 'aadapp=shop;tenant' is not authorized to perform operation 'Ingest' on database 'Telemetry'.",
      },
    ]);
  });

  it('a database that is dropped takes tables and roles along', async () => {
    await start({ principals: new Map([['t', { name: 'aadapp=a', roles: ['Admin'] }]]) });
    await sendQueued(fake, lines, {}, () => 't');
    fake.dropDatabase();
    expect(await fake.ingestPending()).toMatchObject({ refused: 1 });
    fake.createDatabase();
    expect((await refusal(as('t').execute('Telemetry', '.show tables'))).status).toBe(403);
    fake.execute(".add database ['Telemetry'] admins ('aadapp=a')");
    expect(await ask(fake, '.show tables', as('t'))).toEqual([]);
  });

  it('refuses a token that is unknown or expired', async () => {
    let now = 1000;
    await start({
      now: () => now,
      principals: new Map([['t', { name: 'aadapp=a', roles: ['Admin'], expiresAt: 2000 }]]),
    });
    await as('t').execute('Telemetry', '.show tables');
    expect((await refusal(as('other').execute('Telemetry', '.show tables'))).status).toBe(401);
    now = 2000;
    expect((await refusal(as('t').execute('Telemetry', '.show tables'))).status).toBe(401);
  });

  it('never logs credentials', async () => {
    await start({ principals: principals() });
    await as('admin').execute('Telemetry', '.show tables');
    await sendQueued(fake, lines).catch(() => {});
    fake.principals = undefined;
    await sendQueued(fake, lines);
    const log = JSON.stringify(fake.requests);
    expect(log).toContain('blob:');
    expect(log).not.toContain('sig=');
    expect(log).not.toContain('Bearer');
  });
});

it('answers for another database as the real service does', async () => {
  await start();
  expect(await refusal(new Client(connection(fake)).execute('Other', '.show tables'))).toEqual({
    status: 400,
    code: 'BadRequest_EntityNotFound',
    detail: "Entity ID 'Other' of kind 'Database' was not found.",
    permanent: true,
  });
});

it('forgets what is older than the retention of a table; views keep what they made of it', async () => {
  let now = Date.UTC(2026, 0, 1);
  await start({ now: () => now });
  fake.execute('.alter-merge table Raw policy retention softdelete = 7d');
  await sendStreaming(fake, lines);
  now += 7 * 86_400_000 + 1;
  fake.applyRetention();
  expect(raw()).toEqual([]);
  expect(fake.database.view('Rows').rows).toHaveLength(2);
});
