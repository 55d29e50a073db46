/** Virtual time: what it waits for, what it does not wait for, and what went wrong where a clock decided. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { AmbiguousError, RetryableError } from '../../../src/core/errors.ts';
import { KustoExporter } from '../../../src/exporters/kusto/index.ts';
import { makePart } from '../../unit/parts/make-part.ts';
import { type Azurite, type FaultPlan, startAzurite } from '../service/index.ts';
import { judge } from './faults/judge.ts';
import { runScenario } from './faults/run.ts';
import type { Scenario } from './faults/scenarios.ts';
import { countedRows, openSite, type Site } from './faults/site.ts';

const HOUR_MS = 3_600_000;
let azurite: Azurite;
let site: Site;

beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.close());
beforeEach(async () => {
  site = await openSite(azurite);
});
afterEach(() => site.close());

function exporterOf({ fake, time, threads }: Site, timeoutMs = 30_000): KustoExporter {
  const options = { cluster: fake.url, database: fake.database.name, auth: 'none' as const, timeoutMs };
  return new KustoExporter(options, { now: () => time.wall(), openThread: threads.open });
}

const signal = new AbortController().signal;
const rowsOf = (id: string): number => countedRows(site.fake, [id]).length;

/** Settles with the call; time passes meanwhile as far as it may. */
async function driven<T>(call: Promise<T>): Promise<T> {
  let over = false;
  const end = (): void => {
    over = true;
  };
  call.then(end, end);
  await Promise.all([site.activity.calling(() => call).catch(() => {}), site.driver.until(() => over, HOUR_MS)]);
  return call;
}

test('a slow answer takes no time, however late it is; a request that hangs takes its whole deadline', async () => {
  const exporter = exporterOf(site, 1_000);
  const begin = site.time.now();
  site.fake.faults.add({ on: 'blob', do: { delayMs: 1_500 } });
  expect(await driven(exporter.export(makePart([{}]), signal))).toBe('handed');
  expect(site.time.now() - begin).toBe(0);
  site.fake.faults.add({ on: 'queue', do: 'hang', times: 9 });
  await expect(driven(exporter.export(makePart([{}]), signal))).rejects.toThrow(AmbiguousError);
  expect(site.time.now() - begin).toBeGreaterThan(800);
  await exporter.close();
});

test('a message that a dead process left on its way for longer than the lookback counts twice: a run waits for it before hours pass', async () => {
  const part = makePart([{}, {}, {}]);
  const exporter = exporterOf(site);
  // Sent once, to one queue and then to the other: ingested, though the answers were lost.
  site.fake.faults.add({ on: 'queue', do: 'reset', when: 'after', times: 2 });
  await expect(driven(exporter.export(part, signal))).rejects.toThrow(AmbiguousError);
  await site.fake.ingestPending({ now: true });
  expect(rowsOf(part.id)).toBe(4);
  // Sent again; the process is killed when its message is on the way.
  const arriving = Promise.withResolvers<void>();
  site.fake.faults.add({ on: 'queue', do: { until: arriving.promise } });
  const before = site.fake.requests.length;
  const again = exporter.export(part, signal).catch(() => {});
  while (!site.fake.requests.slice(before).some(({ target, bytes }) => target.startsWith('queue') && bytes > 0))
    await sleep(1);
  await exporter.close();
  await again;
  let still = false;
  const waited = site.driver.still().then(() => {
    still = true;
  });
  // Hours pass for everybody but the message: what the check let happen on a slow machine.
  await site.fake.ingestPending({ now: true });
  site.time.sleep(25 * HOUR_MS);
  expect([rowsOf(part.id), still]).toEqual([4, false]);
  arriving.resolve();
  await waited;
  await site.fake.ingestPending({ now: true });
  expect(rowsOf(part.id)).toBe(8);
});

function answersLost(times: number): FaultPlan {
  let left = times;
  return {
    request: ({ target }) => (target.startsWith('queue') && left-- > 0 ? { do: 'reset', when: 'after' } : undefined),
  };
}

test('a machine that slept in the middle of a repetition does not send it a day later: it asks first', async () => {
  const part = makePart([{}, {}]);
  const exporter = exporterOf(site);
  site.fake.faults.add({ on: 'queue', do: 'reset', when: 'after', times: 2 });
  await expect(driven(exporter.export(part, signal))).rejects.toThrow(AmbiguousError);
  await site.fake.ingestPending({ now: true });
  // Again: when the lid opens, the blob is uploaded within what the process takes for a moment.
  const asleep = Promise.withResolvers<void>();
  site.fake.faults.add({ on: 'blob', do: { until: asleep.promise } });
  const before = site.fake.requests.length;
  const again = exporter.export(part, signal);
  again.catch(() => {});
  while (!site.fake.requests.slice(before).some(({ target, bytes }) => target.startsWith('blob') && bytes > 0))
    await sleep(1);
  site.time.sleep(25 * HOUR_MS);
  asleep.resolve();
  await expect(driven(again)).rejects.toThrow(RetryableError);
  await site.fake.ingestPending({ now: true });
  expect(rowsOf(part.id)).toBe(3);
  await exporter.close();
});

test('a part of which a piece was sent may have arrived, whatever becomes of the others', async () => {
  const { fake, time, threads } = site;
  const options = { cluster: fake.url, database: fake.database.name, auth: 'none' as const };
  const exporter = new KustoExporter(options, { now: () => time.wall(), openThread: threads.open, maxBytes: 1_000 });
  let uploads = 0;
  fake.faults.add({
    on: 'blob',
    do: { status: 503 },
    times: 9,
    if: ({ method }) => method === 'PUT' && ++uploads > 1,
  });
  const part = makePart([{}, {}, {}, {}, {}, {}]);
  await expect(driven(exporter.export(part, signal))).rejects.toThrow(AmbiguousError);
  await fake.ingestPending({ now: true });
  expect(rowsOf(part.id)).toBeGreaterThan(0);
  await exporter.close();
});

test('so a run counts once what was killed with a message on its way', async () => {
  const scenario = (): Scenario => ({
    kind: 'killed with a message on its way',
    mode: 'queued',
    plan: answersLost(6),
    lives: [],
    pauseHours: 25,
    expiredTokens: 0,
    refuses: false,
  });
  for (const [i, step] of [30, 36, 42, 48].entries()) {
    const directory = path.join(site.directory, `${i}`);
    await mkdir(directory);
    const seeded = [0.5, 0.9, 0.2, 0.6];
    let n = i;
    const random = (): number => seeded[n++ % seeded.length]!;
    const verdict = judge(site, i, await runScenario(site, directory, { ...scenario(), lives: [step] }, random));
    expect(verdict).toMatchObject({ lost: 0, doubled: 0, waiting: 0, unexplained: 0, details: [] });
  }
}, 120_000);
