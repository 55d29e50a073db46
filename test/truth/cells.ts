/** What is run: applications, the resources each of them loads, and how it is started. */
import type { InstallName } from '../installs/install.ts';
import type { PreloadFlag } from './app-process.ts';
import { DRIVER_NAMES, MAPPER_NAMES } from './drivers/connect.ts';
import { ROUTES } from './route-cells.ts';
import type { Resource } from './servers/start.ts';
import { STARTS_AND_ENDS } from './start-and-end-cells.ts';
import { TWICE_TOLD } from './twice-told-cells.ts';
import { UNSEEN } from './unseen-cells.ts';

export interface AppSpec {
  /** `service.name`, and the first half of the names of its cells. */
  readonly service: string;
  readonly entry: string;
  /** `register` for the flag alone, else the file that sets up the SDK. */
  readonly start: 'register' | string;
  /** Packages that are preloaded before that. */
  readonly imports?: readonly string[];
  /** How these are named to Node.js. Default `--import`. */
  readonly flag?: PreloadFlag;
  /** Signals that end it, all at once, instead of the message that asks it to stop. */
  readonly endBy?: readonly NodeJS.Signals[];
  readonly resources: readonly Resource[];
  readonly env?: Readonly<Record<string, string>>;
  /** Spans go to an endpoint that takes them, instead of nowhere. */
  readonly exports?: boolean;
  /** Does not run at all where one of its resources is missing. */
  readonly needsAll?: boolean;
  /** Needs database connections that are sessions of their own, which those of PGlite are not. */
  readonly needsSessions?: boolean;
  /** Most rounds that make sense: its requests hold on to connections. */
  readonly maxRounds?: number;
  /** A second application, started first and called by this one. */
  readonly back?: AppSpec;
  /** Sent along with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A further install of `test/installs` that it runs from. */
  readonly install?: InstallName;
  /** What has to be done before it can start. */
  readonly prepare?: () => Promise<void>;
}

const SAMPLED = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' };
const SDK = 'frameworks/sdk.ts';

export const FRAMEWORKS: readonly AppSpec[] = [
  { service: 'http', entry: 'frameworks/http.ts', start: 'register', resources: DRIVER_NAMES },
  { service: 'express', entry: 'frameworks/express.ts', start: 'register', resources: DRIVER_NAMES, exports: true },
  { service: 'fastify', entry: 'frameworks/fastify.ts', start: SDK, resources: DRIVER_NAMES, exports: true },
  {
    service: 'koa',
    entry: 'frameworks/koa.cjs',
    start: 'register',
    resources: DRIVER_NAMES,
    exports: true,
    env: SAMPLED,
  },
  { service: 'nest', entry: 'frameworks/nest.cjs', start: 'register', resources: DRIVER_NAMES },
  { service: 'hono', entry: 'frameworks/hono.ts', start: SDK, resources: DRIVER_NAMES, exports: true, env: SAMPLED },
  { service: 'connect', entry: 'frameworks/connect.ts', start: 'register', resources: ['pg', 'memcached', 'grpc-js'] },
  { service: 'graphql', entry: 'frameworks/graphql.ts', start: 'register', resources: DRIVER_NAMES },
];

const OPTIONS = 'scenarios/sdk-options.ts';
/** A caller that claims to be somebody else: nobody trusts it. */
const FORGED = `attribution=${encodeURIComponent('["evil","job:evil"]')}`;

/** Started in two ways, since both have to keep the claim from going on. */
const EDGES: readonly AppSpec[] = (['register', OPTIONS] as const).map((start, i) => ({
  service: i === 0 ? 'forged baggage' : 'forged baggage sdk',
  entry: 'scenarios/edge.ts',
  start,
  resources: [],
  headers: { baggage: `user=u1,${FORGED}`, 'x-otel-attribution': '["evil","job:evil"]' },
  back: {
    service: i === 0 ? 'forged baggage-back' : 'forged baggage sdk-back',
    entry: 'scenarios/chain-back.ts',
    start: OPTIONS,
    resources: ['pg'],
    needsAll: true,
    env: { TRUTH_OPTIONS: JSON.stringify({ trustBaggage: true }) },
  },
}));

export const SCENARIOS: readonly AppSpec[] = [
  { service: 'node-redis pool', entry: 'frameworks/express.ts', start: 'register', resources: ['redis-pool'] },
  { service: 'node-redis pool, CommonJS', entry: 'frameworks/koa.cjs', start: 'register', resources: ['redis-pool'] },
  {
    service: 'ioredis autopipelining',
    entry: 'frameworks/express.ts',
    start: 'register',
    resources: ['ioredis-auto', 'ioredis-cluster'],
  },
  {
    service: 'ioredis autopipelining, CommonJS',
    entry: 'frameworks/koa.cjs',
    start: SDK,
    resources: ['ioredis-auto', 'ioredis-cluster'],
  },
  { service: 'queues', entry: 'scenarios/queues.ts', start: 'register', resources: ['pg'] },
  {
    service: 'queues, CommonJS',
    entry: 'scenarios/queues.ts',
    start: SDK,
    resources: ['pg'],
    env: { TRUTH_LOAD: 'require' },
  },
  ...EDGES,
  {
    service: 'tenants',
    entry: 'scenarios/tenants.ts',
    start: 'register',
    resources: ['pg', 'mysql2', 'redis', 'undici'],
  },
  {
    service: 'mappers',
    entry: 'frameworks/express.ts',
    start: 'scenarios/sdk-orm.ts',
    resources: MAPPER_NAMES,
  },
  {
    service: 'worker thread',
    entry: 'scenarios/threads.ts',
    start: 'register',
    resources: ['pg', 'mysql2', 'redis', 'undici'],
  },
  { service: 'bullmq', entry: 'scenarios/bullmq.ts', start: 'register', resources: ['bullmq', 'pg'], needsAll: true },
  ...TWICE_TOLD,
  {
    service: 'agent',
    entry: 'scenarios/agent.ts',
    start: 'register',
    resources: ['http'],
    needsAll: true,
    exports: true,
  },
  {
    service: 'unended',
    entry: 'scenarios/unended.ts',
    start: OPTIONS,
    resources: ['pg', 'http', 'undici'],
    needsAll: true,
    needsSessions: true,
    maxRounds: 6,
    env: { TRUTH_OPTIONS: JSON.stringify({ windowSeconds: 1, originDeadlineSeconds: 2 }) },
  },
  {
    service: 'chain-front',
    entry: 'scenarios/chain-front.ts',
    start: OPTIONS,
    resources: [],
    exports: true,
    headers: { baggage: FORGED },
    env: { ...SAMPLED, TRUTH_OPTIONS: JSON.stringify({ propagateTo: ['127.0.0.1:*'] }) },
    back: {
      service: 'chain-back',
      entry: 'scenarios/chain-back.ts',
      start: OPTIONS,
      resources: ['pg'],
      needsAll: true,
      exports: true,
      env: { TRUTH_OPTIONS: JSON.stringify({ trustBaggage: true }) },
    },
  },
  {
    service: 'timer',
    entry: 'scenarios/timer.ts',
    start: OPTIONS,
    resources: ['pg'],
    needsAll: true,
    maxRounds: 6,
    env: { TRUTH_OPTIONS: JSON.stringify({ detachedAfterSeconds: 2 }) },
  },
  ...ROUTES,
  ...STARTS_AND_ENDS,
  ...UNSEEN,
];
