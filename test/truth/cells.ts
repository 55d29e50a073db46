/** What is run: applications, the resources each of them loads, and how it is started. */
import type { InstallName } from '../installs/install.ts';
import type { PreloadFlag } from './app-process.ts';
import type { TargetPattern } from './books.ts';
import { DRIVER_NAMES, MAPPER_NAMES } from './drivers/connect.ts';
import type { Endpoints } from './drivers/types.ts';
import { ROUTES } from './route-cells.ts';
import { CLUSTER_ID } from './servers/kafka.ts';
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

const EVENTS: Readonly<Record<Resource, string>> = {
  pg: 'db.client.operation.duration',
  knex: 'db.client.operation.duration',
  typeorm: 'db.client.operation.duration',
  prisma: 'db.client.operation.duration',
  sequelize: 'db.client.operation.duration',
  mysql2: 'db.client.operation.duration',
  ioredis: 'db.client.operation.duration',
  redis: 'db.client.operation.duration',
  bullmq: 'db.client.operation.duration',
  memcached: 'db.client.operation.duration',
  'redis-pool': 'db.client.operation.duration',
  'ioredis-auto': 'db.client.operation.duration',
  'ioredis-cluster': 'db.client.operation.duration',
  mysql: 'db.client.operation.duration',
  mongoose: 'db.client.operation.duration',
  sqs: 'messaging.client.operation.duration',
  sns: 'messaging.client.operation.duration',
  s3: 'rpc.client.call.duration',
  openai: 'gen_ai.client.operation.duration',
  kafkajs: 'messaging.client.operation.duration',
  undici: 'http.client.request.duration',
  http: 'http.client.request.duration',
  http2: 'http.client.request.duration',
  amqplib: 'messaging.client.operation.duration',
  'grpc-js': 'rpc.client.call.duration',
};

/** Names of the targets that are no server of ours: the application's own work. */
export const SERVER = 'server';
export const CONSUMER = 'amqplib consumer';
export const MODEL = 'model';
export const CHAIN = 'chain';
export const TOKENS = 'tokens';
export const MESSAGES = 'amqplib messages';
export const KAFKA_SENT = 'kafkajs sent';
export const KAFKA_RECEIVED = 'kafkajs received';
export const OPENAI_TOKENS = 'openai tokens';
export const SNS_SENT = 'sns sent';
export const SQS_SENT = 'sqs sent';
export const SQS_RECEIVED = 'sqs received';
export const OWN_TARGETS: readonly string[] = [
  SERVER,
  CONSUMER,
  MODEL,
  TOKENS,
  MESSAGES,
  CHAIN,
  OPENAI_TOKENS,
  SNS_SENT,
  SQS_SENT,
  SQS_RECEIVED,
  KAFKA_SENT,
  KAFKA_RECEIVED,
];

/** Targets whose numbers are not operations. */
export const UNITS: Readonly<Record<string, string>> = {
  [TOKENS]: '{token}',
  [MESSAGES]: '{message}',
  [OPENAI_TOKENS]: '{token}',
  [SNS_SENT]: '{message}',
  [SQS_SENT]: '{message}',
  [SQS_RECEIVED]: '{message}',
  [KAFKA_SENT]: '{message}',
  [KAFKA_RECEIVED]: '{message}',
};

/** Resources whose targets are a name, wherever it is asked. */
const NAMED: ReadonlySet<Resource> = new Set(['sqs', 'sns', 's3', 'openai', 'kafkajs']);

/** Every server has its own port, so the port in a target tells which it is. */
export function patternsOf(endpoints: Endpoints): TargetPattern[] {
  const patterns: TargetPattern[] = [
    { name: SERVER, event: 'http.server.request.duration', matches: (target) => target.startsWith('service://') },
    { name: CONSUMER, event: 'messaging.process.duration', matches: (target) => target.startsWith('service://') },
    { name: TOKENS, event: 'gen_ai.client.token.usage', matches: (target) => target.includes('mock'), sum: true },
    { name: MODEL, event: 'gen_ai.client.operation.duration', matches: (target) => target.includes('mock') },
  ];
  // A queue is its name, wherever it is asked.
  const isQueue = (target: string) => target.startsWith('aws.sqs://');
  patterns.push(
    { name: 'sqs', event: EVENTS.sqs, matches: isQueue },
    { name: SQS_SENT, event: 'messaging.client.sent.messages', matches: isQueue, sum: true },
    { name: SQS_RECEIVED, event: 'messaging.client.consumed.messages', matches: isQueue, sum: true },
  );
  const isOpenAi = (target: string) => target.startsWith('openai://');
  patterns.push(
    { name: 'openai', event: EVENTS.openai, matches: isOpenAi },
    { name: OPENAI_TOKENS, event: 'gen_ai.client.token.usage', matches: isOpenAi, sum: true },
  );
  const isTopic = (target: string) => target.startsWith('aws.sns://');
  patterns.push(
    { name: 'sns', event: EVENTS.sns, matches: isTopic },
    { name: SNS_SENT, event: 'messaging.client.sent.messages', matches: isTopic, sum: true },
    { name: 's3', event: EVENTS.s3, matches: (target) => target === 'aws.s3://receipts' },
  );
  const isCluster = (target: string) => target.startsWith(`kafka://${CLUSTER_ID}/`);
  patterns.push(
    { name: 'kafkajs', event: EVENTS.kafkajs, matches: isCluster },
    { name: KAFKA_SENT, event: 'messaging.client.sent.messages', matches: isCluster, sum: true },
    { name: KAFKA_RECEIVED, event: 'messaging.client.consumed.messages', matches: isCluster, sum: true },
  );
  for (const [resource, port] of Object.entries(endpoints) as [Resource, number][]) {
    if (NAMED.has(resource)) continue;
    const address = new RegExp(`:${port}(?!\\d)`);
    if (resource === 'amqplib') {
      const event = 'messaging.client.sent.messages';
      patterns.push({ name: MESSAGES, event, matches: (target) => address.test(target), sum: true });
    }
    patterns.push({ name: resource, event: EVENTS[resource], matches: (target) => address.test(target) });
  }
  return patterns;
}
