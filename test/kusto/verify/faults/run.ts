/** One seeded run: a process (or several, one after another) sends a few parts while something goes wrong. */
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Accounts } from '../../../../src/core/accounts.ts';
import { Dictionary } from '../../../../src/core/aggregate/dictionary.ts';
import { silentLogger } from '../../../../src/core/logger.ts';
import type { Part } from '../../../../src/core/model.ts';
import type { Row } from '../../../../src/core/row.ts';
import { KustoExporter } from '../../../../src/exporters/kusto/index.ts';
import type { KustoOptions } from '../../../../src/exporters/kusto/options.ts';
import { decodePartSync, rowsOf } from '../../../../src/parts/part-codec.ts';
import { Pipeline } from '../../../../src/pipeline/pipeline.ts';
import { createPartQueue } from '../../../../src/spool/index.ts';
import { Life } from './life.ts';
import type { Random, Scenario } from './scenarios.ts';
import type { Site } from './site.ts';

export interface RunResult {
  readonly scenario: Scenario;
  /** Every part that was on disk before its process ended, and its rows. */
  readonly parts: ReadonlyMap<string, readonly Row[]>;
  /** Why each part is in quarantine. */
  readonly quarantined: ReadonlyMap<string, string>;
  /** Part files still waiting when the time was over. */
  readonly left: readonly string[];
}

interface Running {
  readonly pipeline: Pipeline;
  readonly dictionary: Dictionary;
}

/** A run has so long, once nothing goes wrong any more. */
const PATIENCE_MS = 20_000;
/** Faults end after that long, however many are left. */
const FAULTS_MS = 5_000;
const TIMEOUT_MS = 400;
const WINDOW_MS = 60_000;

export async function runScenario(
  site: Site,
  directory: string,
  scenario: Scenario,
  random: Random,
): Promise<RunResult> {
  const { fake } = site;
  const sealed: Part[] = [];
  let tokensLeft = scenario.expiredTokens;
  fake.principals =
    tokensLeft === 0
      ? undefined
      : new Map([
          ['old', { name: 'aadapp=shop', roles: ['Ingestor', 'Viewer', 'Monitor'] as const, expiresAt: 0 }],
          ['new', { name: 'aadapp=shop', roles: ['Ingestor', 'Viewer', 'Monitor'] as const }],
        ]);
  const options: KustoOptions = {
    cluster: fake.url,
    database: fake.database.name,
    mode: scenario.mode,
    auth: fake.principals === undefined ? 'none' : { token: async () => (tokensLeft-- > 0 ? 'old' : 'new') },
    timeoutMs: TIMEOUT_MS,
  };
  const heal = setTimeout(() => fake.faults.clear(), FAULTS_MS);
  let ended = false;
  const ingesting = (async () => {
    while (!ended) {
      await fake.ingestPending({ now: true });
      await sleep(8);
    }
  })();
  try {
    // The last run of the process has nothing to add: it sends what the others left.
    for (let generation = 0; generation <= scenario.lives.length + 1; generation++) {
      const last = generation > scenario.lives.length;
      const life = new Life(scenario.lives[generation]);
      fake.faults.plan = {
        ...scenario.plan,
        // A step of the wire as well: the process may end before the request is served, or with its answer on the way.
        request: (request) =>
          life.tick() ? { do: 'reset', when: random() < 0.5 ? 'before' : 'after' } : scenario.plan.request?.(request),
      };
      const died = new Promise<void>((resolve) => life.onDeath(resolve));
      const running = start(life, site, directory, options);
      await Promise.race([died, last ? settle(directory) : work(running, life, site, directory, random)]);
      // In an orderly way or not: what is left is the next one's.
      if (!life.dead && !last && random() < 0.5) await Promise.race([died, running.pipeline.shutdown(2_000)]);
      life.kill();
      await sleep(10); // What the disk was doing is over.
      sealed.push(...life.durable.values());
      // The service does not let its queues stand for hours.
      if (scenario.pauseHours > 0) await fake.ingestPending({ now: true });
      // Long enough for its owner file to be stale.
      site.advance(120_000 + (last ? 0 : scenario.pauseHours * 3_600_000));
    }
  } finally {
    clearTimeout(heal);
    ended = true;
    await ingesting;
    fake.faults.clear();
    fake.principals = undefined;
  }
  const parts = new Map(sealed.map((part) => [part.id, [...rowsOf(decodePartSync(part.body))]]));
  return { scenario, parts, quarantined: await quarantine(directory), left: await waiting(directory) };
}

function start(life: Life, site: Site, directory: string, options: KustoOptions): Running {
  const kusto = new KustoExporter(options, { now: site.now, batchingMs: 20 });
  const dictionary = new Dictionary();
  const pipeline = new Pipeline({
    exporters: [life.exporter(kusto)],
    queue: createPartQueue({ directory, files: life.files(), clock: { now: site.now } }),
    accounts: new Accounts(),
    dictionary,
    windowSeconds: 60,
    service: () => 'shop',
    mappingHash: 'verify',
    packageVersion: '0.0.0',
    logger: silentLogger,
    clock: { now: site.now },
    timers: life.timers(),
    instance: randomUUID(),
    delivery: {
      callMs: 2 * TIMEOUT_MS,
      backoffMs: 5,
      backoffMaxMs: 40,
      retryAfterMaxMs: 60,
      confirmMs: 15,
      attempts: 1_000,
    },
  });
  pipeline.start();
  return { pipeline, dictionary };
}

/** Seals a few parts, then waits until everything of this directory has come to its end. */
async function work(running: Running, life: Life, site: Site, directory: string, random: Random): Promise<void> {
  const parts = 1 + Math.floor(random() * 4);
  for (let i = 0; i < parts; i++) {
    const window = Math.floor(site.now() / WINDOW_MS) - Math.floor(random() * 90);
    const rows = 1 + Math.floor(random() * 6);
    for (let row = 0; row < rows; row++) add(running, window, `GET /${i}/${row}`, Math.ceil(random() * 4_096) / 1_024);
    running.pipeline.rotate();
    if (random() < 0.7) await sleep(Math.floor(random() * 40));
  }
  for (
    const until = performance.now() + PATIENCE_MS;
    !life.dead && life.durable.size < parts && performance.now() < until;
  )
    await sleep(5);
  // Sometimes the process ends before its parts have.
  if (!life.dead && random() < 0.7) await settle(directory);
}

function add({ pipeline, dictionary }: Running, window: number, origin: string, value: number): void {
  const measure = dictionary.measure('postgresql://db/shop', 'db.client.operation.duration', 's', '');
  pipeline.table.add(window, dictionary.origin('shop', 'shop', origin, ''), measure, value);
}

/** Resolves when nothing waits any more, or patience is at its end. */
async function settle(directory: string): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  // Twice empty: a part may be on its way to the folder at the first look.
  for (let empty = 0; empty < 3 && performance.now() < until; ) {
    empty = (await waiting(directory)).length === 0 ? empty + 1 : 0;
    await sleep(15);
  }
}

async function waiting(directory: string): Promise<string[]> {
  const names = await readdir(path.join(directory, 'kusto')).catch(() => []);
  return names.filter((name) => name.includes('.json.zst'));
}

async function quarantine(directory: string): Promise<Map<string, string>> {
  const folder = path.join(directory, 'quarantine', 'kusto');
  const reasons = new Map<string, string>();
  for (const name of await readdir(folder).catch(() => [])) {
    const id = /^(.*)\.reason\.txt$/.exec(name)?.[1];
    if (id !== undefined) reasons.set(id, await readFile(path.join(folder, name), 'utf8'));
  }
  return reasons;
}
