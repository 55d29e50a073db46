/** One application from start to end: load, jobs and messages at the same time, then its rows. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../../src/core/row.ts';
import { AppProcess } from './app-process.ts';
import type { TargetPattern } from './books.ts';
import { countsOf } from './books.ts';
import type { AppSpec } from './cells.ts';
import type { Endpoints } from './drivers/types.ts';
import { generateLoad } from './load.ts';
import type { Resource, Servers } from './servers/start.ts';
import type { Count, Tally } from './tally.ts';
import { CHAIN, CONSUMER, patternsOf, SERVER } from './targets.ts';
import { findToken } from './token.ts';

export interface RunOptions {
  /** Times each request is sent. */
  readonly rounds: number;
  readonly concurrency: number;
  readonly jobRounds: number;
  readonly messages: number;
}

function envOf(spec: AppSpec, servers: Servers): Record<string, string> {
  return {
    ...(spec.exports === true
      ? {
          OTEL_TRACES_EXPORTER: 'otlp',
          OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
          OTEL_EXPORTER_OTLP_ENDPOINT: servers.sink,
        }
      : { OTEL_TRACES_EXPORTER: 'none' }),
    TRUTH_PRISMA: servers.prismaClient,
    TRUTH_SQL: servers.sqlKind,
    ...spec.env,
  };
}

/** Resources of the application that are there. */
function endpointsOf(spec: AppSpec, servers: Servers): Endpoints {
  const endpoints: { [K in Resource]?: number } = {};
  for (const resource of spec.resources) {
    const port = servers.endpoints[resource];
    if (port !== undefined) endpoints[resource] = port;
  }
  return endpoints;
}

const QUIET_WITHIN_MS = 20_000;

/** Until nobody counts anything for this service any more: messages and MONITOR lines arrive a little late. */
async function quiet(tally: Tally, service: string): Promise<void> {
  const total = () =>
    tally.counts().reduce((sum, count) => (count.cause.service === service ? sum + count.operations : sum), 0);
  const end = Date.now() + QUIET_WITHIN_MS;
  let last = -1;
  for (let unchanged = 0; unchanged < 3; ) {
    if (Date.now() > end)
      throw new Error(`application ${service} was still at work ${QUIET_WITHIN_MS / 1000} s after the load`);
    await sleep(60);
    const now = total();
    unchanged = now === last ? unchanged + 1 : 0;
    last = now;
  }
}

function launch(spec: AppSpec, servers: Servers, tally: Tally, env: Record<string, string>): AppProcess {
  return new AppProcess({
    service: spec.service,
    entry: spec.entry,
    start: spec.start,
    imports: spec.imports ?? [],
    flag: spec.flag,
    endBy: spec.endBy,
    endpoints: endpointsOf(spec, servers),
    env: { ...envOf(spec, servers), ...env },
    onCounted(target, token, operations) {
      const cause = findToken(token);
      if (cause !== undefined) tally.add(target, cause, operations);
    },
  });
}

/** What the application and the one behind it have booked. Ground truth goes to `tally`. */
export async function runApp(spec: AppSpec, servers: Servers, tally: Tally, options: RunOptions): Promise<Count[]> {
  const patterns = patternsOf(servers.endpoints);
  if (spec.back === undefined) return countsOf(await drive(spec, servers, tally, options, {}), patterns);
  const back = launch(spec.back, servers, tally, {});
  try {
    const { port } = await back.ready;
    const rows = await drive(spec, servers, tally, options, { TRUTH_BACK: String(port) });
    const address = new RegExp(`:${port}(?!\\d)`);
    const chain: TargetPattern = {
      name: CHAIN,
      event: 'http.client.request.duration',
      matches: (t) => address.test(t),
    };
    return countsOf([...rows, ...(await back.stop())], [chain, ...patterns]);
  } finally {
    await back.dispose();
  }
}

async function drive(
  spec: AppSpec,
  servers: Servers,
  tally: Tally,
  options: RunOptions,
  env: Record<string, string>,
): Promise<readonly Row[]> {
  const { service } = spec;
  await spec.prepare?.();
  const app = launch(spec, servers, tally, env);
  try {
    const { port, requests } = await app.ready;
    const work: Promise<unknown>[] = [
      app.jobs(options.jobRounds),
      generateLoad({
        port,
        requests,
        rounds: Math.min(options.rounds, spec.maxRounds ?? Number.POSITIVE_INFINITY),
        concurrency: options.concurrency,
        sent: (origin) => tally.add(SERVER, { service, originService: service, origin }),
        ...(spec.headers === undefined ? {} : { headers: spec.headers }),
      }),
    ];
    if (spec.resources.includes('amqplib') && servers.feed !== undefined) {
      const exchange = `work-${service}`;
      work.push(servers.feed(exchange, options.messages));
      tally.add(CONSUMER, { service, originService: service, origin: `process ${exchange}` }, options.messages);
    }
    await Promise.all(work);
    await quiet(tally, service);
    return await app.stop();
  } finally {
    if (process.env.TRUTH_OUTPUT !== undefined) process.stderr.write(app.output);
    await app.dispose();
  }
}
