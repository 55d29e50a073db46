/** What is run: applications, the resources each of them loads, and how it is started. */
import type { TargetPattern } from './books.ts';
import { DRIVER_NAMES } from './drivers/connect.ts';
import type { Endpoints } from './drivers/types.ts';
import type { Resource } from './servers/start.ts';

export interface AppSpec {
  /** `service.name`, and the first half of the names of its cells. */
  readonly service: string;
  readonly entry: string;
  /** `register` for the flag alone, else the file that sets up the SDK. */
  readonly start: 'register' | string;
  readonly resources: readonly Resource[];
  readonly env?: Readonly<Record<string, string>>;
  /** Spans go to an endpoint that takes them, instead of nowhere. */
  readonly exports?: boolean;
}

const SAMPLED = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' };
const SDK = 'frameworks/sdk.ts';

export const FRAMEWORKS: readonly AppSpec[] = [
  { service: 'http', entry: 'frameworks/http.ts', start: 'register', resources: DRIVER_NAMES },
  { service: 'express', entry: 'frameworks/express.ts', start: 'register', resources: DRIVER_NAMES, exports: true },
  { service: 'fastify', entry: 'frameworks/fastify.ts', start: SDK, resources: DRIVER_NAMES, exports: true },
  {
    service: 'koa',
    entry: 'frameworks/koa.cts',
    start: 'register',
    resources: DRIVER_NAMES,
    exports: true,
    env: SAMPLED,
  },
  { service: 'nest', entry: 'frameworks/nest.cts', start: 'register', resources: DRIVER_NAMES },
  { service: 'hono', entry: 'frameworks/hono.ts', start: SDK, resources: DRIVER_NAMES, exports: true, env: SAMPLED },
  { service: 'graphql', entry: 'frameworks/graphql.ts', start: 'register', resources: DRIVER_NAMES },
];

const EVENTS: Readonly<Record<Resource, string>> = {
  pg: 'db.client.operation.duration',
  knex: 'db.client.operation.duration',
  typeorm: 'db.client.operation.duration',
  prisma: 'db.client.operation.duration',
  mysql2: 'db.client.operation.duration',
  ioredis: 'db.client.operation.duration',
  redis: 'db.client.operation.duration',
  bullmq: 'db.client.operation.duration',
  undici: 'http.client.request.duration',
  http: 'http.client.request.duration',
  amqplib: 'messaging.client.operation.duration',
  'grpc-js': 'rpc.client.call.duration',
};

/** Names of the targets that are no server of ours: the application's own work. */
export const SERVER = 'server';
export const CONSUMER = 'amqplib consumer';
export const MODEL = 'model';

/** Every server has its own port, so the port in a target tells which it is. */
export function patternsOf(endpoints: Endpoints): TargetPattern[] {
  const patterns: TargetPattern[] = [
    { name: SERVER, event: 'http.server.request.duration', matches: (target) => target.startsWith('service://') },
    { name: CONSUMER, event: 'messaging.process.duration', matches: (target) => target.startsWith('service://') },
    { name: MODEL, event: 'gen_ai.client.operation.duration', matches: (target) => target.includes('mock') },
  ];
  for (const [resource, port] of Object.entries(endpoints) as [Resource, number][]) {
    const address = new RegExp(`:${port}(?!\\d)`);
    patterns.push({ name: resource, event: EVENTS[resource], matches: (target) => address.test(target) });
  }
  return patterns;
}
