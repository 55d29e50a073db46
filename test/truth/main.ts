/**
 * Truth: real frameworks, drivers and servers; what the servers counted per origin against what the rows say.
 *
 *   node test/truth/main.ts [--json] [--brief] [--operations N] [--only <part of a cell's name>]
 *
 * Progress goes to standard error. Exit code 1 when an operation was misattributed, lost or doubled, or, with
 * REQUIRE_ALL=1, when a cell was skipped because a server is not installed.
 */
import { parseArgs } from 'node:util';
import { countsOf, UNCLAIMED } from './books.ts';
import { type AppSpec, CONSUMER, FRAMEWORKS, patternsOf, SERVER } from './cells.ts';
import { compare } from './compare.ts';
import { type Cell, cellOf, reportOf, skippedCell, tableOf } from './report.ts';
import { type RunOptions, runApp } from './run-app.ts';
import { type Resource, type Servers, startServers } from './servers/start.ts';
import { type Count, Tally } from './tally.ts';

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    brief: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    operations: { type: 'string' },
  },
});
const log = (line: string) => process.stderr.write(`${line}\n`);

/** About 15 operations per round of all requests of one driver, in 56 cells. */
const OPERATIONS_PER_ROUND = 800;
const wantedOperations = Number(flags.operations ?? (flags.brief ? 2_500 : 12_000));
const options: RunOptions = {
  rounds: Math.max(1, Math.ceil(wantedOperations / OPERATIONS_PER_ROUND)),
  concurrency: 16,
  jobRounds: flags.brief ? 3 : 8,
  messages: flags.brief ? 10 : 30,
};

function selected(spec: AppSpec): AppSpec {
  const resources = spec.resources.filter((resource) => `${spec.service} × ${resource}`.includes(flags.only));
  return { ...spec, resources };
}

/** Cells of one application, once everything is counted. */
function cellsOf(spec: AppSpec, servers: Servers, expected: readonly Count[], got: readonly Count[]): Cell[] {
  const own = (counts: readonly Count[], target: string) =>
    counts.filter((count) => count.target === target && count.cause.service === spec.service);
  const cells: Cell[] = [];
  for (const target of [...spec.resources, SERVER, CONSUMER, UNCLAIMED]) {
    const missing = servers.missing.get(target as Resource);
    if (missing !== undefined) {
      cells.push(skippedCell(spec.service, target, missing.split('\n')[0]!));
      continue;
    }
    const result = compare(own(expected, target), own(got, target));
    // An operation on a target that nobody expects is a row too many; without one there is nothing to show.
    if (result.operations > 0 || result.doubled > 0) cells.push(cellOf(spec.service, target, result));
  }
  return cells;
}

async function main(): Promise<number> {
  const specs = FRAMEWORKS.map(selected).filter((spec) => spec.resources.length > 0);
  const tally = new Tally();
  const begin = Date.now();
  const seconds = () => `${((Date.now() - begin) / 1000).toFixed(1)} s`;
  log('starting servers');
  const servers = await startServers(tally, new Set(specs.flatMap((spec) => spec.resources)), log);
  try {
    log(`servers are up (${seconds()}), SQL is ${servers.sqlKind || 'not used'}`);
    const patterns = patternsOf(servers.endpoints);
    const got: Count[] = [];
    const failures: string[] = [];
    const queue = [...specs];
    async function worker(): Promise<void> {
      for (let spec = queue.shift(); spec !== undefined; spec = queue.shift()) {
        try {
          got.push(...countsOf(await runApp(spec, servers, tally, options), patterns));
          log(`${spec.service}: done (${seconds()})`);
        } catch (error) {
          failures.push((error as Error).message);
          log(`${spec.service}: FAILED ${(error as Error).message}`);
        }
      }
    }
    await Promise.all([worker(), worker()]);
    servers.collect();
    const expected = tally.counts();
    const report = reportOf(specs.flatMap((spec) => cellsOf(spec, servers, expected, got)));
    process.stdout.write(
      flags.json ? `${JSON.stringify({ ...report, ...(failures.length > 0 ? { failures } : {}) })}\n` : tableOf(report),
    );
    log(`${report.operations} operations in ${seconds()}`);
    const exact = report.misattributed + report.lost + report.doubled === 0 && failures.length === 0;
    const complete = process.env['REQUIRE_ALL'] !== '1' || report.cells.every((cell) => cell.skipped !== true);
    return exact && complete ? 0 : 1;
  } finally {
    await servers.stop();
  }
}

process.exitCode = await main();
