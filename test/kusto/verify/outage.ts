/**
 * The service is away for an hour of virtual time while an application goes on sealing parts, with the delivery options of every
 * application. Memory must stay bounded, and afterwards everything arrives.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Accounts } from '../../../src/core/accounts.ts';
import { Dictionary } from '../../../src/core/aggregate/dictionary.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import type { Part } from '../../../src/core/model.ts';
import { KustoExporter } from '../../../src/exporters/kusto/index.ts';
import { kustoNames } from '../../../src/kusto/names.ts';
import { spoolSize } from '../../../src/parts/part-files.ts';
import { Pipeline } from '../../../src/pipeline/pipeline.ts';
import { createPartQueue } from '../../../src/spool/index.ts';
import { applySchema } from '../schema/apply.ts';
import { type FakeKusto, startFakeKusto } from '../service/index.ts';
import type { Run, Section } from './section.ts';
import { Activity } from './time/activity.ts';
import { DrivenThreads } from './time/driven-thread.ts';
import { Driver } from './time/driver.ts';
import { VirtualTime } from './time/virtual-time.ts';

const MIB = 1024 * 1024;
const names = kustoNames();
/** Minutes before the outage, which warm everything up. */
const BEFORE = 3;
/** Virtual minutes after which what has not arrived counts as left. */
const AFTER_MAX = 40;

export const run: Run = async ({ brief, log }): Promise<Section> => {
  const minutes = brief ? 10 : 60;
  const rowsPerMinute = brief ? 2_000 : 10_000;
  const time = new VirtualTime(Math.floor(Date.now() / 3_600_000) * 3_600_000);
  const directory = await mkdtemp(path.join(tmpdir(), 'attribution-outage-'));
  const fake = await startFakeKusto({ now: () => time.wall() });
  await applySchema((command) => fake.execute(command), names);
  const activity = new Activity();
  const threads = new DrivenThreads(time);
  const driver = new Driver(time, fake, threads, activity);
  const sealed: Sealed = { ids: new Map(), rows: 0 };
  const { pipeline, minute } = application(fake, { time, activity, threads }, directory, sealed);
  pipeline.start();

  const pass = async (): Promise<void> => {
    await minute(rowsPerMinute);
    await driver.pass(60_000);
  };
  try {
    for (let i = 0; i < BEFORE; i++) await pass();
    const remove = fake.faults.add({
      on: ['metadata', 'resources', 'identity', 'command', 'query', 'streaming', 'blob', 'queue'],
      do: 'reset',
      times: Number.POSITIVE_INFINITY,
    });
    const attemptsBefore = fake.requests.length;
    let heapMin = Number.POSITIVE_INFINITY;
    let heapMax = 0;
    let spoolMax = 0;
    for (let i = 0; i < minutes; i++) {
      await pass();
      const heap = usedBytes();
      // The first minutes of the outage fill caches and load what reports failures.
      if (i >= 2) heapMin = Math.min(heapMin, heap);
      if (i >= 2) heapMax = Math.max(heapMax, heap);
      spoolMax = Math.max(spoolMax, await spoolSize(directory));
      if (i % 10 === 9)
        log(`${i + 1} minutes away: ${(spoolMax / MIB).toFixed(1)} MiB on disk, heap ${(heap / MIB).toFixed(1)} MiB`);
    }
    const attempts = fake.requests.length - attemptsBefore;
    remove();
    log('back');
    const backAt = time.now();
    for (let minute = 1; minute <= AFTER_MAX; minute++) {
      if (await driver.until(async () => (await waiting(directory)) === 0, 60_000)) break;
      log(`${minute} minutes after: ${await waiting(directory)} parts wait`);
    }
    const recovery = time.now() - backAt;
    const left = await waiting(directory);
    return {
      numbers: {
        minutes,
        rowsPerMinute,
        rows: sealed.rows,
        ...compare(fake, sealed),
        left,
        heapGrowthMiB: Number(((heapMax - heapMin) / MIB).toFixed(1)),
        spoolMaxMiB: Number((spoolMax / MIB).toFixed(1)),
        attempts,
        recoveryMinutes: Number((recovery / 60_000).toFixed(1)),
        stalls: driver.stalls,
      },
      details: [],
    };
  } finally {
    void pipeline.shutdown(1);
    await driver.pass(5_000);
    await fake.close();
    await rm(directory, { recursive: true, force: true });
  }
};

interface Sealed {
  /** Rows of each part. */
  readonly ids: Map<string, number>;
  rows: number;
}

interface Driven {
  readonly time: VirtualTime;
  readonly activity: Activity;
  readonly threads: DrivenThreads;
}

function application(fake: FakeKusto, { time, activity, threads }: Driven, directory: string, sealed: Sealed) {
  const dictionary = new Dictionary();
  const recorder = {
    name: 'recorder',
    supports: { idempotent: true, confirm: false, sync: true } as const,
    export: async ({ id, rows }: Part) => {
      sealed.ids.set(id, rows);
      sealed.rows += rows;
      return 'delivered' as const;
    },
    exportSync() {},
    close: async () => {},
  };
  const kusto = new KustoExporter(
    { cluster: fake.url, database: fake.database.name, auth: 'none' },
    { now: () => time.wall(), elapsed: () => time.now(), openThread: threads.open },
  );
  const clock = { now: () => time.wall() };
  const pipeline = new Pipeline({
    exporters: [recorder, activity.exporter(kusto)],
    queue: createPartQueue({ directory, files: activity.files(), clock }),
    accounts: new Accounts(),
    dictionary,
    windowSeconds: 60,
    service: () => 'shop',
    mappingHash: 'verify',
    packageVersion: '0.0.0',
    logger: silentLogger,
    clock,
    timers: time,
  });
  const measure = dictionary.measure('postgresql://db/shop', 'db.client.operation.duration', 's', '');
  let rotations = 0;
  const minute = async (rows: number): Promise<void> => {
    const window = Math.floor(time.wall() / 60_000);
    for (let i = 0; i < rows; i++)
      pipeline.table.add(
        window,
        dictionary.origin('shop', 'shop', `GET /tenants/${i}`, ''),
        measure,
        (i % 4_096) / 1_024,
      );
    rotations++;
    pipeline.rotate();
    // Sealing takes real time, and more than one turn.
    while (sealed.rows < rotations * rows) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  return { pipeline, minute };
}

/** Rows of the deduplicating view against the parts that were sealed. */
function compare(fake: FakeKusto, sealed: Sealed): { lost: number; doubled: number } {
  const found = new Map<string, number>();
  const seen = new Set<string>();
  let doubled = 0;
  const view = fake.database.views.get(names.rows)!;
  const partAt = view.columns.findIndex(({ name }) => name === 'PartId');
  const rowAt = view.columns.findIndex(({ name }) => name === 'Row');
  for (const cells of view.rows) {
    const partId = String(cells[partAt]);
    const row = Number(cells[rowAt]);
    const key = `${partId}/${row}`;
    if (seen.has(key)) doubled++;
    seen.add(key);
    if (row >= 0) found.set(partId, (found.get(partId) ?? 0) + 1);
  }
  let lost = 0;
  for (const [id, rows] of sealed.ids) lost += Math.max(0, rows - (found.get(id) ?? 0));
  return { lost, doubled };
}

async function waiting(directory: string): Promise<number> {
  const found = await readdir(path.join(directory, 'kusto')).catch(() => []);
  return found.filter((name) => name.includes('.json.zst')).length;
}

/** What is in use after a full collection, buffers included. */
function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
