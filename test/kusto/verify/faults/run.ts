/** One seeded run: a process (or several, one after another) sends a few parts while something goes wrong. */
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Accounts } from '../../../../src/core/accounts.ts';
import { Dictionary } from '../../../../src/core/aggregate/dictionary.ts';
import type { Logger } from '../../../../src/core/logger.ts';
import type { Part } from '../../../../src/core/model.ts';
import type { Row } from '../../../../src/core/row.ts';
import { KustoExporter } from '../../../../src/exporters/kusto/index.ts';
import type { KustoOptions } from '../../../../src/exporters/kusto/options.ts';
import { decodePartSync, rowsOf } from '../../../../src/parts/part-codec.ts';
import { Pipeline } from '../../../../src/pipeline/pipeline.ts';
import { createPartQueue } from '../../../../src/spool/index.ts';
import { parseSpoolName } from '../../../../src/spool/spool-names.ts';
import type { Principal, Principals, Role } from '../../service/index.ts';
import { Life } from './life.ts';
import type { Random, Scenario } from './scenarios.ts';
import type { Site } from './site.ts';
import { type Seen, Witness } from './witness.ts';

export interface RunResult {
  readonly scenario: Scenario;
  /** Every part that was on disk before its process ended, and its rows. */
  readonly parts: ReadonlyMap<string, readonly Row[]>;
  /** Why each part is in quarantine. */
  readonly quarantined: ReadonlyMap<string, string>;
  /** Parts still in the spool when the time was over. */
  readonly left: ReadonlySet<string>;
  readonly seen: Seen;
  /** All that a person could see. */
  readonly lines: readonly string[];
}

interface Running {
  readonly pipeline: Pipeline;
  readonly dictionary: Dictionary;
}

const MINUTE_MS = 60_000;
const WINDOW_MS = MINUTE_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** What has not come to its end by then never will: the last of the pauses between hand-overs is a day. */
const SETTLE_MS = 60 * HOUR_MS;
/** Faults end after that long, however many are left. */
const FAULTS_MS = 2 * HOUR_MS;
/** For an owner file to be stale. */
const STALE_MS = 2 * MINUTE_MS;
/** Real time: sealing a few rows and writing them down hangs. */
const SEALING_MS = 600_000;
/** Real time: on a slow machine, too, parts that are sealed together shall travel together. */
const LINGER_MS = 50;
const ALL_ROLES: readonly Role[] = ['Ingestor', 'Viewer', 'Monitor'];
const refusal = {
  refuse: { code: 'BadRequest_InvalidBlob', details: 'scripted: one of the rows is not valid', permanent: true },
};

export async function runScenario(
  site: Site,
  directory: string,
  scenario: Scenario,
  random: Random,
): Promise<RunResult> {
  const { fake, time, activity, driver } = site;
  const witness = new Witness(directory, () => time.wall(), time);
  const sealed: Part[] = [];
  let tokensLeft = scenario.expiredTokens;
  fake.principals = principalsOf(scenario);
  const options: KustoOptions = {
    cluster: fake.url,
    database: fake.database.name,
    mode: scenario.mode,
    auth: fake.principals === undefined ? 'none' : { token: async () => (tokensLeft-- > 0 ? 'old' : 'new') },
  };
  const { guilty } = scenario;
  if (guilty !== undefined) fake.faults.addHandOver({ do: refusal, holding: guilty.holding, times: Infinity });
  const { changes = [] } = scenario;
  for (const { afterMs, what } of changes) if (afterMs === 0) await what(fake);
  const cancels = changes
    .filter(({ afterMs }) => afterMs > 0)
    .map(({ afterMs, what }) => time.after(afterMs, () => void activity.during(async () => what(fake))));
  // Not what is about the parts themselves.
  if (guilty === undefined) cancels.push(time.after(FAULTS_MS, () => fake.faults.clear()));
  try {
    // The last run of the process has nothing to add: it sends what the others left.
    for (let generation = 0; generation <= scenario.lives.length + 1; generation++) {
      const last = generation > scenario.lives.length;
      const life = new Life(time, activity, scenario.lives[generation]);
      fake.faults.plan = {
        ...scenario.plan,
        // A step of the wire as well: the process may end before the request is served, or with its answer on the way.
        request: (request) =>
          life.tick() ? { do: 'reset', when: random() < 0.5 ? 'before' : 'after' } : scenario.plan.request?.(request),
      };
      const skewMs = generation === 0 ? (scenario.skewMs ?? 0) : 0;
      const running = start(life, site, directory, options, witness.logger, skewMs);
      if (last) await settle(life, site, directory);
      else await work(running, life, site, { directory, scenario, random });
      // In an orderly way or not: what is left is the next one's.
      if (!life.dead && !last && random() < 0.5) await shutDown(running, life, site);
      life.kill();
      // Nothing of the dead is on its way any more: no network holds a message back for hours.
      await driver.still();
      sealed.push(...life.durable.values());
      // Nor does the service let its queues stand for so long.
      if (scenario.pauseHours > 0) await fake.ingestPending({ now: true });
      await driver.pass(STALE_MS + (last ? 0 : scenario.pauseHours * HOUR_MS));
    }
  } finally {
    for (const cancel of cancels) cancel();
    fake.faults.clear();
    fake.principals = undefined;
  }
  const parts = new Map(sealed.map((part) => [part.id, [...rowsOf(decodePartSync(part.body))]]));
  return {
    scenario,
    parts,
    quarantined: await quarantine(directory),
    left: await waiting(directory),
    seen: witness.seen(scenario),
    lines: witness.lines,
  };
}

/** Without any everybody may do everything. */
function principalsOf({ expiredTokens, roles }: Scenario): Principals | undefined {
  if (expiredTokens === 0 && roles === undefined) return undefined;
  const shop = { name: 'aadapp=shop;tenant', roles: roles ?? ALL_ROLES };
  const old: [string, Principal][] = expiredTokens === 0 ? [] : [['old', { ...shop, expiresAt: 0 }]];
  return new Map([...old, ['new', shop]]);
}

function start(
  life: Life,
  { time, threads }: Site,
  directory: string,
  options: KustoOptions,
  logger: Logger,
  skewMs: number,
): Running {
  const clock = { now: () => time.wall() + skewMs };
  const kusto = new KustoExporter(options, {
    logger,
    now: clock.now,
    elapsed: () => time.now(),
    openThread: threads.open,
    lingerMs: LINGER_MS,
  });
  const dictionary = new Dictionary();
  const pipeline = new Pipeline({
    exporters: [life.exporter(kusto)],
    queue: createPartQueue({ directory, files: life.files(), clock }),
    accounts: new Accounts(),
    dictionary,
    windowSeconds: WINDOW_MS / 1_000,
    service: () => 'shop',
    mappingHash: 'verify',
    packageVersion: '0.0.0',
    logger,
    clock,
    timers: life.timers(),
    instance: randomUUID(),
    // As in every application, but that nothing is set aside for having failed often: each fault ends.
    delivery: { attempts: 1_000 },
  });
  pipeline.start();
  return { pipeline, dictionary };
}

/** Seals a few parts, then waits until everything of this directory has come to its end. */
async function work(
  running: Running,
  life: Life,
  site: Site,
  { directory, scenario, random }: { directory: string; scenario: Scenario; random: Random },
): Promise<void> {
  const { driver, time } = site;
  const parts = scenario.parts?.count ?? 1 + Math.floor(random() * 4);
  const gap = (): number => scenario.parts?.gapMs ?? (random() < 0.7 ? Math.floor(random() * 40_000) : 0);
  for (let i = 0; i < parts && !life.dead; i++) {
    const window = Math.floor(time.wall() / WINDOW_MS) - Math.floor(random() * 90);
    const rows = 1 + Math.floor(random() * 6);
    for (let row = 0; row < rows; row++) add(running, window, `GET /${i}/${row}`, Math.ceil(random() * 4_096) / 1_024);
    running.pipeline.rotate();
    await sealed(life, i + 1);
    const gapMs = gap();
    if (gapMs > 0) await driver.until(() => life.dead, gapMs);
  }
  // Sometimes the process ends before its parts have.
  if (!life.dead && random() < 0.7) await settle(life, site, directory);
}

function add({ pipeline, dictionary }: Running, window: number, origin: string, value: number): void {
  const measure = dictionary.measure('postgresql://db/shop', 'db.client.operation.duration', 's', '');
  pipeline.table.add(window, dictionary.origin('shop', 'shop', origin, ''), measure, value);
}

/** Virtual time stands still while rows are sealed and written down. */
async function sealed(life: Life, parts: number): Promise<void> {
  const begin = performance.now();
  while (!life.dead && life.durable.size < parts) {
    if (performance.now() - begin > SEALING_MS) throw new Error(`${parts} parts were not sealed in ${SEALING_MS} ms`);
    await sleep(1);
  }
}

async function shutDown({ pipeline }: Running, life: Life, { driver }: Site): Promise<void> {
  let over = false;
  void pipeline.shutdown().then(() => {
    over = true;
  });
  await driver.until(() => over || life.dead, HOUR_MS);
}

/** Lets time pass until nothing waits any more. */
async function settle(life: Life, { driver }: Site, directory: string): Promise<void> {
  await driver.until(async () => life.dead || (await waiting(directory)).size === 0, SETTLE_MS);
}

async function waiting(directory: string): Promise<ReadonlySet<string>> {
  const names = await readdir(path.join(directory, 'kusto')).catch(() => []);
  return new Set(names.flatMap((name) => parseSpoolName(name)?.id ?? []));
}

/** What is in it, part and reason: one alone is not kept. */
async function quarantine(directory: string): Promise<Map<string, string>> {
  const folder = path.join(directory, 'quarantine', 'kusto');
  const names = await readdir(folder).catch((): string[] => []);
  const reasons = new Map<string, string>();
  for (const name of names) {
    const id = /^(.*)\.reason\.txt$/.exec(name)?.[1];
    if (id !== undefined && names.includes(`${id}.json.zst`))
      reasons.set(id, await readFile(path.join(folder, name), 'utf8'));
  }
  return reasons;
}
