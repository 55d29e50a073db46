/** Faults on the way to Kusto: nothing is lost, nothing is counted twice, what the service refuses is in quarantine with its reason. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { startAzurite } from '../service/index.ts';
import { judge, type Verdict } from './faults/judge.ts';
import { runScenario } from './faults/run.ts';
import { scenarioKinds, scenarioOf } from './faults/scenarios.ts';
import { openSite, reportedTotals, type Site } from './faults/site.ts';
import { Random } from './parity/random.ts';
import type { Run, Section } from './section.ts';

/** Runs that share one service, whose totals are compared when they are over. */
const RUNS_PER_SITE = 20;
const RUNS_PER_SITE_BRIEF = 5;
const counts = ['parts', 'rows', 'kills', 'lost', 'doubled', 'waiting', 'refused', 'unexplained', 'resent'] as const;
/** Sites at once: most of a run is waiting. */
const LANES = 4;

export const run: Run = async ({ seed, brief, log }): Promise<Section> => {
  const runs = brief ? scenarioKinds.length : 520;
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
    resent: 0,
    stalls: 0,
  };
  const details: string[] = [];
  const take = (verdict: Verdict): void => {
    totals.runs++;
    for (const key of counts) totals[key] += verdict[key];
    details.push(...verdict.details);
  };
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < runs) {
      const first = next;
      const end = Math.min(runs, first + (brief ? RUNS_PER_SITE_BRIEF : RUNS_PER_SITE));
      next = end;
      const site = await openSite(azurite);
      try {
        const disagreeing = await runsOn(site, seed, first, end, take, details);
        totals.unexplained += disagreeing;
        totals.stalls += site.driver.stalls;
      } finally {
        await site.close();
      }
      log(
        `${totals.runs} of ${runs} runs, ${totals.parts} parts, lost ${totals.lost}, doubled ${totals.doubled}, waiting ${totals.waiting}`,
      );
    }
  };
  try {
    await Promise.all(Array.from({ length: LANES }, lane));
  } finally {
    await azurite.close();
  }
  return { numbers: { ...totals, kinds: scenarioKinds.length }, details: details.slice(0, 40) };
};

/** Resolves with the number of totals that disagree. */
async function runsOn(
  site: Site,
  seed: number,
  first: number,
  end: number,
  take: (verdict: Verdict) => void,
  details: string[],
): Promise<number> {
  const expected = { value: 0, count: 0 };
  for (let i = first; i < end; i++) {
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
      `runs ${first} to ${end - 1}: the reports sum to ${reported.value} and ${reported.count}, the parts to ${expected.value} and ${expected.count}`,
    );
    return 1;
  }
  return 0;
}
