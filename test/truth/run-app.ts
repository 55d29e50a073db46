/** One application from start to end: load, jobs and messages at the same time, then its rows. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../../src/core/model.ts';
import { AppProcess } from './app-process.ts';
import { type AppSpec, CONSUMER, SERVER } from './cells.ts';
import { generateLoad } from './load.ts';
import type { Resource, Servers } from './servers/start.ts';
import type { Tally } from './tally.ts';
import { findToken } from './token.ts';

export interface RunOptions {
  /** Times each request is sent. */
  readonly rounds: number;
  readonly concurrency: number;
  readonly jobRounds: number;
  readonly messages: number;
}

export function envOf(spec: AppSpec, servers: Servers): Record<string, string> {
  return {
    ...(spec.exports === true
      ? {
          OTEL_TRACES_EXPORTER: 'otlp',
          OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
          OTEL_EXPORTER_OTLP_ENDPOINT: servers.sink,
        }
      : { OTEL_TRACES_EXPORTER: 'none' }),
    ...spec.env,
  };
}

/** Resources of the application that are there. */
export function endpointsOf(spec: AppSpec, servers: Servers): Record<string, number> {
  const endpoints: Partial<Record<Resource, number>> = {};
  for (const resource of spec.resources) {
    const port = servers.endpoints[resource];
    if (port !== undefined) endpoints[resource] = port;
  }
  return endpoints as Record<string, number>;
}

/** Until nobody counts anything any more: messages and MONITOR lines arrive a little late. */
async function quiet(tally: Tally): Promise<void> {
  const total = () => tally.counts().reduce((sum, count) => sum + count.operations, 0);
  let last = -1;
  for (let unchanged = 0; unchanged < 3; ) {
    await sleep(60);
    const now = total();
    unchanged = now === last ? unchanged + 1 : 0;
    last = now;
  }
}

export async function runApp(
  spec: AppSpec,
  servers: Servers,
  tally: Tally,
  options: RunOptions,
): Promise<readonly Row[]> {
  const { service } = spec;
  const endpoints = endpointsOf(spec, servers);
  const app = new AppProcess({
    service,
    entry: spec.entry,
    start: spec.start,
    endpoints,
    env: envOf(spec, servers),
    onCounted(target, token, operations) {
      const cause = findToken(token);
      if (cause !== undefined) tally.add(target, cause, operations);
    },
  });
  try {
    const { port, requests } = await app.ready;
    const work: Promise<unknown>[] = [
      app.jobs(options.jobRounds),
      generateLoad({
        port,
        requests,
        rounds: options.rounds,
        concurrency: options.concurrency,
        sent: (origin) => tally.add(SERVER, { service, originService: service, origin }),
      }),
    ];
    if (endpoints['amqplib'] !== undefined && servers.feed !== undefined && options.messages > 0) {
      const exchange = `work-${service}`;
      work.push(servers.feed(exchange, options.messages));
      tally.add(CONSUMER, { service, originService: service, origin: `process ${exchange}` }, options.messages);
    }
    await Promise.all(work);
    await quiet(tally);
    return await app.stop();
  } finally {
    if (process.env['TRUTH_OUTPUT'] !== undefined) process.stderr.write(app.output);
    await app.dispose();
  }
}
