/** Faults on the way to Kusto: nothing is lost, nothing is counted twice, what the service refuses is in quarantine with its reason. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { startAzurite } from '../service/index.ts';
import { judge, type Verdict } from './faults/judge.ts';
import { runScenario } from './faults/run.ts';
import { scenarioKinds, scenarioOf } from './faults/scenarios.ts';
import { openSite, reportedTotals, type Site } from './faults/site.ts';
import type { Seen } from './faults/witness.ts';
import { Random } from './parity/random.ts';
import type { Run, Section } from './section.ts';

/** Of each scenario, with other random numbers each time. */
const ROUNDS = 18;
/** Of the rounds, those in which the rare ones are met as well. */
const RARE_EVERY = 3;
/** Runs that share one service, whose totals are compared when they are over. */
const RUNS_PER_SITE = 20;
const RUNS_PER_SITE_BRIEF = 5;
const counts = [
  'parts',
  'rows',
  'kills',
  'lost',
  'doubled',
  'waiting',
  'refused',
  'unexplained',
  'unseen',
  'resent',
] as const;
/** Sites at once: most of a run is waiting for threads and files to have their turn, the more so on a busy machine. */
const LANES = 8;

export const run: Run = async ({ seed, brief, scenario, log }): Promise<Section> => {
  const runs = scenarioKinds.length * (brief ? 1 : ROUNDS);
  const groups = groupsOf(runs, brief ? RUNS_PER_SITE_BRIEF : RUNS_PER_SITE, scenario);
  const wanted = groups.flat().length;
  if (wanted === 0) throw new Error(`--scenario ${scenario}: expected one of ${scenarioKinds.join(', ')}`);
  const azurite = await startAzurite();
  const totals = {
    runs: 0,
    parts: 0,
    rows: 0,
    kills: 0,
    lost: 0,
    doubled: 0,
    waiting: 0,
    refused: 0,
    unexplained: 0,
    unseen: 0,
    resent: 0,
    stalls: 0,
  };
  /** Of each scenario that has some, the lines that a person sees. */
  const seen: Record<string, Seen> = {};
  const details: string[] = [];
  const take = (verdict: Verdict): void => {
    totals.runs++;
    for (const key of counts) totals[key] += verdict[key];
    if (verdict.seen !== undefined) seen[verdict.kind] ??= verdict.seen;
    details.push(...verdict.details);
  };
  const lane = async (): Promise<void> => {
    for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
      const site = await openSite(azurite);
      try {
        totals.unexplained += await runsOn(site, seed, group, take, details);
        totals.stalls += site.driver.stalls;
      } finally {
        await site.close();
      }
      const { runs: done, parts, lost, doubled, waiting } = totals;
      log(`${done} of ${wanted} runs, ${parts} parts, lost ${lost}, doubled ${doubled}, waiting ${waiting}`);
    }
  };
  try {
    await Promise.all(Array.from({ length: LANES }, lane));
  } finally {
    await azurite.close();
  }
  return { numbers: { ...totals, kinds: scenarioKinds.length, seen }, details: details.slice(0, 40) };
};

/** Numbers of the runs that share a service. */
function groupsOf(runs: number, size: number, only: string | undefined): number[][] {
  const groups: number[][] = [];
  let open: number[] = [];
  for (let i = 0; i < runs; i++) {
    const { kind, alone, rare } = scenarioOf(i, () => 0.5);
    if (only !== undefined && kind !== only) continue;
    if (rare === true && Math.floor(i / scenarioKinds.length) % RARE_EVERY !== 0) continue;
    if (alone === true) {
      groups.push([i]);
      continue;
    }
    if (open.length === 0) groups.push(open);
    open.push(i);
    if (open.length === size) open = [];
  }
  // Those that have a service of their own take longest.
  return groups.sort((a, b) => a.length - b.length);
}

/** Resolves with the number of totals that disagree. */
async function runsOn(
  site: Site,
  seed: number,
  group: readonly number[],
  take: (verdict: Verdict) => void,
  details: string[],
): Promise<number> {
  const expected = { value: 0, count: 0 };
  for (const i of group) {
    const source = new Random(seed * 1_000_003 + i);
    const random = (): number => source.real();
    const directory = path.join(site.directory, String(i));
    await mkdir(directory);
    const scenario = scenarioOf(i, random);
    const verdict = judge(site, i, await runScenario(site, directory, scenario, random));
    expected.value += verdict.value;
    expected.count += verdict.count;
    take(verdict);
  }
  const reported = reportedTotals(site.fake);
  // Exact: every value is a multiple of 1/1024.
  if (reported.value !== expected.value || reported.count !== expected.count) {
    details.push(
      `runs ${group.join(', ')}: the reports sum to ${reported.value} and ${reported.count}, the parts to ${expected.value} and ${expected.count}`,
    );
    return 1;
  }
  return 0;
}
