/**
 * What the applications of the run share: settings from the harness, jobs beside the requests, an orderly end. It
 * counts nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { UNATTRIBUTED } from '../../../src/core/model.ts';
import { withOrigin } from '../../../src/index.ts';
import { consume } from '../drivers/amqplib.ts';
import { connectDrivers } from '../drivers/connect.ts';
import type { Driver, DriverName, Endpoints, Load } from '../drivers/types.ts';
import { NO_SPAN, tokenOf } from '../token.ts';
import { idle, type Route, routesOf } from './routes.ts';

export interface AppSettings {
  readonly service: string;
  readonly endpoints: Endpoints;
}

export type FromHarness = { readonly type: 'jobs'; readonly rounds: number } | { readonly type: 'stop' };
export type ToHarness =
  | { readonly type: 'ready'; readonly port: number; readonly requests: readonly PlannedRequest[] }
  | { readonly type: 'jobs-done' }
  | { readonly type: 'counted'; readonly target: string; readonly token: string; readonly operations: number };

/** A request the load generator can send, and the origin it must be billed to. */
export interface PlannedRequest {
  readonly method: 'GET' | 'POST';
  /** `:id` is filled in by the load generator. */
  readonly path: string;
  readonly body?: string;
  readonly origin: string;
  /** Drop the connection once the answer begins. */
  readonly abort?: boolean;
}

export function settings(): AppSettings {
  return JSON.parse(process.env.TRUTH_APP ?? '') as AppSettings;
}

export function tell(message: ToHarness): void {
  process.send?.(message);
}

/** Token of an origin named in this very process. */
export function ownToken(service: string, origin: string): string {
  return tokenOf({ service, originService: service, origin });
}

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

export interface Application {
  readonly load: Load;
  /** Starts the framework. `token(route)` is what the handler of a route has to pass on. */
  listen(routes: readonly Route[], token: (route: Route) => string): Promise<Listening>;
  /** Origin a request to this route must get. Default `METHOD path`. */
  origin?(route: Route): string;
  /** How to ask for a route. Default: its method and path. */
  request?(route: Route): { readonly method: 'GET' | 'POST'; readonly path: string; readonly body?: string };
  readonly skip?: ReadonlySet<Route['kind']>;
  /** Ends the SDK where the application owns it. */
  shutdown?(): Promise<void>;
}

export const routeOrigin = (route: Route): string => `${route.method} ${route.path}`;

export async function serve(app: Application): Promise<void> {
  const { service, endpoints } = settings();
  const drivers = await connectDrivers(app.load, endpoints, service);
  const routes = routesOf(drivers).filter((route) => app.skip?.has(route.kind) !== true);
  const originOf = app.origin ?? routeOrigin;
  const server = await app.listen(routes, (route) => ownToken(service, originOf(route)));
  const stopConsumer =
    endpoints.amqplib === undefined ? undefined : await startConsumer(app.load, endpoints.amqplib, service, drivers);
  const requests = routes.map((route) => ({
    ...(app.request?.(route) ?? { method: route.method, path: route.path }),
    origin: originOf(route),
    ...(route.kind === 'abort' ? { abort: true } : {}),
  }));
  onHarness({
    jobs: (rounds) => runJobs(drivers, service, rounds),
    async stop() {
      await server.close();
      await idle();
      await stopConsumer?.();
      for (const driver of drivers.values()) await driver.close();
      await app.shutdown?.();
    },
  });
  tell({ type: 'ready', port: server.port, requests });
}

export function onHarness(on: { jobs?: (rounds: number) => Promise<void>; stop: () => Promise<void> }): void {
  process.once('disconnect', () => process.exit(1)); // the harness is gone
  process.on('message', async (message: FromHarness) => {
    if (message.type === 'jobs') {
      await on.jobs?.(message.rounds);
      tell({ type: 'jobs-done' });
      return;
    }
    await on.stop();
    process.exit(0);
  });
}

/** Work without any span above it, such as a heartbeat: it must not be given to a request that shares the pool. */
async function heartbeat(name: DriverName, driver: Driver, service: string, rounds: number): Promise<void> {
  const token = ownToken(service, name.startsWith('ioredis') ? NO_SPAN : UNATTRIBUTED);
  for (let i = 0; i < rounds; i++) {
    await driver.one(token);
    await sleep(3);
  }
}

/** Two jobs and a heartbeat per driver, on the pool that the requests use, at the same time as they do. */
async function runJobs(drivers: ReadonlyMap<DriverName, Driver>, service: string, rounds: number): Promise<void> {
  const jobs: Promise<void>[] = [];
  for (const [name, driver] of drivers) {
    jobs.push(heartbeat(name, driver, service, rounds));
    for (const job of [`job:sync-${name}`, `job:report-${name}`]) {
      const token = ownToken(service, job);
      jobs.push(
        withOrigin(job, async () => {
          for (let i = 0; i < rounds; i++) {
            await Promise.all([driver.one(token), driver.one(token)]);
            await sleep(3);
          }
        }),
      );
    }
  }
  await Promise.all(jobs);
}

/** A message consumer that queries the first database there is. */
async function startConsumer(
  load: Load,
  port: number,
  service: string,
  drivers: ReadonlyMap<DriverName, Driver>,
): Promise<() => Promise<void>> {
  const exchange = `work-${service}`;
  const token = ownToken(service, `process ${exchange}`);
  const database = drivers.get('pg') ?? drivers.get('mysql2') ?? drivers.get('redis');
  return consume(load, port, exchange, async () => {
    await database?.one(token);
  });
}
