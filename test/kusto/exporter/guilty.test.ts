/**
 * One part among sixteen that the service will never take in: files, threads, the SDK, Azurite and the fake service are real, time is the
 * test's. What a person sees of it is asserted as it is printed.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { QueuedPart } from '../../../src/core/contracts/part-queue.ts';
import { KustoExporter } from '../../../src/exporters/kusto/index.ts';
import { kustoNames } from '../../../src/kusto/names.ts';
import { tempDir } from '../../helpers/temp-dir.ts';
import { runCli } from '../../integration/cli/run-cli.ts';
import { openOutlet, type TestOutlet } from '../../unit/pipeline/open-outlet.ts';
import { applySchema } from '../schema/apply.ts';
import { type Azurite, type FakeKusto, startAzurite, startFakeKusto } from '../service/index.ts';

const names = kustoNames();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** The disk of a busy machine is slow: who belongs together shall travel together. */
const LINGER_MS = 400;
const GUILTY = 'i-11';
const START = Date.now();
let azurite: Azurite;
let fake: FakeKusto;
let directory: string;
let warnings: string[];
/** Since the start. */
let elapsed: number;
let open: { readonly exporter: KustoExporter; readonly t: TestOutlet }[];

beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.close());

beforeEach(async () => {
  elapsed = 0;
  warnings = [];
  open = [];
  directory = tempDir();
  fake = await startFakeKusto({ azurite, now: () => START + elapsed });
  await applySchema((command) => fake.execute(command));
  fake.faults.addHandOver({
    do: { refuse: { code: 'BadRequest_InvalidBlob', details: 'Line 7 is malformed', permanent: true } },
    holding: `"${GUILTY}"`,
    times: Infinity,
  });
});

afterEach(async () => {
  for (const { exporter } of open) await exporter.close();
  await fake.close();
});

/** A process whose clock is wrong by `wrong` milliseconds. */
function start(wrong = 0): TestOutlet {
  const log = (text: string): void => void warnings.push(text);
  const logger = { debug() {}, info() {}, warn: log, error: log };
  const now = (): number => START + elapsed + wrong;
  const exporter = new KustoExporter(
    { cluster: fake.url, database: 'Telemetry', auth: 'none', timeoutMs: 60_000 },
    { logger, now, elapsed: () => elapsed, lingerMs: LINGER_MS },
  );
  const t = openOutlet(exporter, {
    directory,
    logger,
    now,
    timers: { now: () => elapsed, after: () => () => {} },
  });
  open.push({ exporter, t });
  return t;
}

async function handOver(t: TestOutlet, count = 16): Promise<void> {
  const parts: QueuedPart[] = [];
  for (let i = 0; i < count; i++) parts.push(await t.put());
  for (const part of parts) t.outlet.offer(part);
  await quiet(t);
}

/** Nothing waits or flies. */
async function quiet(t: TestOutlet): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (t.outlet.backlog > 0) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${warnings.join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The service takes in what it has, time goes by, the parts are asked about, and what is missing is handed over again. */
async function round(t: TestOutlet, ms = 5 * MINUTE): Promise<void> {
  elapsed += ms;
  await fake.ingestPending({ now: true });
  await t.outlet.confirmNow();
  await quiet(t);
}

const messages = (): number =>
  fake.requests.filter(
    ({ target, method, outcome }) => target.startsWith('queue') && method === 'POST' && outcome === 201,
  ).length;

/** How often each part counts. */
function there(): Map<string, number> {
  const { rows } = fake.execute(`${names.rows} | where Row >= 0 | summarize count() by PartId`);
  return new Map(rows.map(([id, n]) => [String(id), Number(n)]));
}

/** What was said about parts; what is missing to the identity is said as well, by whoever asks. */
const told = (): string[] => warnings.filter((text) => /did not arrive|was set aside/.test(text));

const innocents = Array.from({ length: 16 }, (_, i) => `i-${i + 1}`).filter((id) => id !== GUILTY);

async function spoolLs(): Promise<string[]> {
  const { stdout } = await runCli(['-d', directory, 'spool', 'ls']);
  return stdout.split('\n').map((line) => line.trim().replaceAll(/ {2,}/g, '  '));
}

test('the reason can be read: fifteen arrive within four rounds, and the guilty one is set aside with it', async () => {
  const t = start();
  await handOver(t);
  expect(messages()).toBe(1);
  await round(t);
  expect(await spoolLs()).toContainEqual(expect.stringMatching(/^kusto {2}16 {2}handed over, not there yet {2}2 {2}/));
  for (let i = 0; i < 4; i++) await round(t);
  expect([...there()].sort()).toEqual(innocents.map((id) => [id, 1]).sort());
  expect([t.outlet.unconfirmed, t.accounts.total('attribution.part.quarantined', 'kusto')]).toEqual([0, 1]);
  // 16; 8 and 8; 4 and 4; 2 and 2; 1 and 1.
  expect(messages()).toBe(9);
  expect(told()).toEqual([
    expect.stringMatching(
      /^Kusto: 8 parts handed over since \S+Z did not arrive, twice or more\. Kusto says: BadRequest_InvalidBlob: Line 7 is malformed.*\. Such parts are sent again, apart from others and after growing pauses; one that is absent 5 times is set aside\. See: otel-attribution spool ls$/,
    ),
    expect.stringMatching(
      `^kusto: part ${GUILTY} was set aside: Kusto refused it after the hand-over: BadRequest_InvalidBlob: Line 7 is malformed`,
    ),
  ]);
  expect(await spoolLs()).toContainEqual(
    expect.stringMatching(
      `^kusto  1  ${GUILTY}  Kusto refused it after the hand-over: BadRequest_InvalidBlob: Line 7 is malformed`,
    ),
  );
});

describe('the reason cannot be read', () => {
  beforeEach(() => {
    fake.faults.add({
      on: 'command',
      do: { status: 403 },
      times: Infinity,
      if: ({ text }) => text.startsWith('.show ingestion failures'),
    });
  });

  test('the same, but that the guilty one has a day until it is set aside', async () => {
    const t = start();
    await handOver(t);
    for (let i = 0; i < 5; i++) await round(t);
    expect([...there().keys()].sort()).toEqual([...innocents].sort());
    expect([t.outlet.unconfirmed, messages()]).toEqual([1, 9]);
    expect(await spoolLs()).toContainEqual(expect.stringMatching(/^kusto {2}1 {2}handed over, not there yet {2}5 {2}/));
    for (let i = 0; i < 23; i++) await round(t, HOUR);
    expect(t.outlet.unconfirmed).toBe(1);
    await round(t, HOUR);
    expect([t.outlet.unconfirmed, messages()]).toEqual([0, 9]);
    expect(told()).toEqual([
      expect.stringMatching(
        /^Kusto: 8 parts handed over since \S+Z did not arrive, twice or more\. Why cannot be read: this identity lacks the role Monitor on the database\. Such parts/,
      ),
      expect.stringMatching(
        new RegExp(
          `^kusto: part ${GUILTY} was set aside: did not arrive in 5 attempts \\(first on .*role Monitor.*\\.add database \\['Telemetry'\\] monitors .*Blobs, by source id: (\\S{36}(, )?){5}\\. .*spool requeue ${GUILTY}$`,
        ),
      ),
    ]);
    expect(await spoolLs()).toContainEqual(
      expect.stringMatching(new RegExp(`^kusto  1  ${GUILTY}  did not arrive in 5 attempts .*role Monitor`)),
    );
  });

  test.each([-25, -1, 1, 25])('a clock that is %i h off loses nothing and doubles nothing', async (hours) => {
    const t = start(hours * HOUR);
    await handOver(t);
    for (let i = 0; i < 5; i++) await round(t);
    expect([...there()].sort()).toEqual(innocents.map((id) => [id, 1]).sort());
    expect([t.outlet.unconfirmed, messages()]).toEqual([1, 9]);
  });

  test('a process that begins anew goes on counting, and its innocents arrive at once', async () => {
    const first = start();
    await handOver(first);
    for (let i = 0; i < 2; i++) await round(first);
    await first.outlet.stop(Promise.resolve());
    await first.parts.takeover!.leave();
    const t = start();
    const { parts } = await t.parts.list(t.outlet.isKnown, 100);
    for (const part of parts) t.outlet.found(part);
    expect(parts).toHaveLength(8);
    expect(new Set(parts.map(({ missed }) => missed?.times))).toEqual(new Set([2]));
    await fake.ingestPending({ now: true });
    await t.outlet.confirmNow();
    // Those of the innocent half are there; the others have ten minutes, as nobody knows what company they were in.
    expect(t.outlet.unconfirmed).toBe(4);
    for (let i = 0; i < 3; i++) await round(t);
    expect([...there()].sort()).toEqual(innocents.map((id) => [id, 1]).sort());
    expect(t.outlet.unconfirmed).toBe(1);
    for (let i = 0; i < 30; i++) await round(t, HOUR);
    expect([t.outlet.unconfirmed, t.accounts.total('attribution.part.quarantined', 'kusto')]).toEqual([0, 1]);
    // 1, 2 and 2 before; each of four alone, and the guilty one once more.
    expect(messages()).toBe(1 + 2 + 2 + 4 + 1);
  });

  test('set aside, mended, put back: it is asked about first, arrives and counts once', async () => {
    const t = start();
    await handOver(t, 11);
    for (let i = 0; i < 40; i++) await round(t, HOUR);
    expect(t.outlet.unconfirmed).toBe(0);
    fake.faults.clear();
    const before = messages();
    expect((await runCli(['-d', directory, 'spool', 'requeue', GUILTY])).code).toBe(0);
    const { parts } = await t.parts.list(t.outlet.isKnown, 100);
    expect(parts).toMatchObject([{ id: GUILTY, state: 'handed', missed: undefined }]);
    t.outlet.found(parts[0]!);
    for (let i = 0; i < 4; i++) await round(t);
    expect([t.outlet.unconfirmed, messages() - before]).toEqual([0, 1]);
    expect([...there()].sort()).toEqual(
      [...innocents.filter((id) => Number(id.slice(2)) < 11), GUILTY].map((id) => [id, 1]).sort(),
    );
  });
});
