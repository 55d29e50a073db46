/**
 * Truth: real frameworks, drivers and servers; what the servers counted per origin against what the rows say.
 *
 *   node test/truth/main.ts [--json] [--brief] [--operations N] [--only <part of a cell's name>] [--sampling <ratio>]
 *
 * By default most applications export no spans, so that all are light. With `--sampling` they export what a parent-based sampler of this
 * ratio leaves: spans of the SDK and light ones meet in every cell.
 * Progress goes to standard error. Exit code 1 when an operation was misattributed, lost or doubled, or, with
 * REQUIRE_ALL=1, when a cell was skipped because a server is not installed.
 */
import { parseArgs } from 'node:util';
import { whyNotInstalled } from '../installs/install.ts';
import { type AppSpec, FRAMEWORKS, SCENARIOS } from './cells.ts';
import { judge } from './judge.ts';
import { type Cell, reportOf, skippedCell, tableOf } from './report.ts';
import { type RunOptions, runApp } from './run-app.ts';
import { Daemon } from './servers/process.ts';
import { type Resource, type Servers, startServers } from './servers/start.ts';
import { type Count, Tally } from './tally.ts';

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    brief: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    operations: { type: 'string' },
    sampling: { type: 'string' },
  },
});
const log = (line: string) => process.stderr.write(`${line}\n`);

/** Applications at a time: one per core of a small machine. */
const PARALLEL = 2;
/** All requests of all applications, once: about as many operations. */
const OPERATIONS_PER_ROUND = 3_000;
const wantedOperations = Number(flags.operations ?? (flags.brief ? 6_000 : 27_000));
if (!(wantedOperations > 0)) throw new Error(`--operations must be a number above 0, received ${flags.operations}`);
const options: RunOptions = {
  rounds: Math.max(1, Math.ceil(wantedOperations / OPERATIONS_PER_ROUND)),
  concurrency: 16,
  jobRounds: flags.brief ? 3 : 8,
  messages: flags.brief ? 10 : 30,
};

/** The part of an application that `--only` asks for; one that needs all of its resources runs whole. */
function selected(spec: AppSpec): AppSpec | undefined {
  const names = (part: AppSpec) => part.resources.map((resource) => `${part.service} × ${resource}`);
  const wanted = (name: string) => name.includes(flags.only);
  if (spec.needsAll === true || spec.back !== undefined) {
    const all = [spec.service, ...names(spec), ...(spec.back === undefined ? [] : names(spec.back))];
    return all.some(wanted) ? spec : undefined;
  }
  const resources = spec.resources.filter((resource) => wanted(`${spec.service} × ${resource}`));
  return resources.length === 0 ? undefined : { ...spec, resources };
}

/** Those that say themselves what they sample go on as they are. */
function sampling(spec: AppSpec): AppSpec {
  if (flags.sampling === undefined || spec.exports === true) return spec;
  const env = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: flags.sampling };
  return { ...spec, exports: true, env: { ...env, ...spec.env }, ...(spec.back && { back: sampling(spec.back) }) };
}

const withBack = (spec: AppSpec): AppSpec[] => (spec.back === undefined ? [spec] : [spec, spec.back]);

const ONE_SESSION = 'needs PostgreSQL: PGlite is one session for all connections';

function reasonOf(part: AppSpec, resource: Resource, servers: Servers): string | undefined {
  if (part.needsSessions === true && servers.sqlKind === 'PGlite') return ONE_SESSION;
  const notInstalled = part.install === undefined ? '' : whyNotInstalled(part.install);
  if (notInstalled !== '') return notInstalled;
  return servers.missing.get(resource)?.split('\n')[0];
}

/** Cells that cannot run because a server they need is not there. */
function skipped(spec: AppSpec, servers: Servers): Cell[] {
  return withBack(spec).flatMap((part) => {
    const reasons = part.resources.map((resource) => reasonOf(part, resource, servers));
    // One that needs all does not run where one is missing: every cell of it says why.
    const forAll = part.needsAll === true ? reasons.find((reason) => reason !== undefined) : undefined;
    return part.resources.flatMap((resource, i) => {
      const reason = reasons[i] ?? forAll;
      return reason === undefined ? [] : [skippedCell(part.service, resource, reason)];
    });
  });
}

const canRun = (spec: AppSpec, servers: Servers): boolean =>
  !withBack(spec).some(
    (part) => part.needsAll === true && part.resources.some((r) => reasonOf(part, r, servers) !== undefined),
  ) &&
  (spec.resources.length === 0 || spec.resources.some((r) => reasonOf(spec, r, servers) === undefined));

async function main(): Promise<number> {
  const specs = [...SCENARIOS, ...FRAMEWORKS]
    .map(selected)
    .filter((spec) => spec !== undefined)
    .map(sampling);
  if (specs.length === 0)
    throw new Error(`--only ${JSON.stringify(flags.only)} matches no cell; try "express", "× pg" or "chain"`);
  const tally = new Tally();
  const begin = Date.now();
  const seconds = () => `${((Date.now() - begin) / 1000).toFixed(1)} s`;
  log('starting servers');
  const servers = await startServers(tally, new Set(specs.flatMap(withBack).flatMap((spec) => spec.resources)), log);
  try {
    log(`servers are up (${seconds()}), SQL is ${servers.sqlKind || 'not used'}`);
    const got: Count[] = [];
    const failures: string[] = [];
    const cells: Cell[] = specs.flatMap((spec) => skipped(spec, servers));
    const runnable = specs.filter((spec) => canRun(spec, servers));
    const queue = [...runnable];
    async function worker(): Promise<void> {
      for (let spec = queue.shift(); spec !== undefined; spec = queue.shift()) {
        try {
          got.push(...(await runApp(spec, servers, tally, options)));
          log(`${spec.service}: done (${seconds()})`);
        } catch (error) {
          failures.push((error as Error).message);
          log(`${spec.service}: FAILED ${(error as Error).message}`);
        }
      }
    }
    await Promise.all(Array.from({ length: PARALLEL }, worker));
    servers.collect();
    const expected = tally.counts();
    for (const spec of runnable.flatMap(withBack)) cells.push(...judge(spec, servers.missing, expected, got));
    const report = reportOf(cells);
    const answer = { ...report, ...(failures.length > 0 ? { failures } : {}) };
    process.stdout.write(flags.json ? `${JSON.stringify(answer)}\n` : tableOf(report));
    log(`${report.operations} operations in ${seconds()}`);
    const exact = report.misattributed + report.lost + report.doubled === 0 && failures.length === 0;
    const complete = process.env.REQUIRE_ALL !== '1' || report.cells.every((cell) => cell.skipped !== true);
    return exact && complete ? 0 : 1;
  } finally {
    await servers.stop();
  }
}

process.once('exit', () => Daemon.killAll());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
process.exit(await main());
