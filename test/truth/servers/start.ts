/** All servers side by side. One that is not installed leaves its cells out, with the reason. */

import { MAPPER_NAMES } from '../drivers/connect.ts';
import type { Endpoints } from '../drivers/types.ts';
import type { Tally } from '../tally.ts';
import {
  CONSUMER,
  KAFKA_RECEIVED,
  KAFKA_SENT,
  MESSAGES,
  OPENAI_TOKENS,
  SNS_SENT,
  SQS_RECEIVED,
  SQS_SENT,
} from '../targets.ts';
import { type Cause, NO_SPAN } from '../token.ts';
import { unseen } from '../unseen-cells.ts';
import { startGrpc, startHttp, startHttp2 } from './downstream.ts';
import { type KafkaCounts, startKafka } from './kafka.ts';
import { startMariaDb } from './mariadb.ts';
import { startMemcached } from './memcached.ts';
import { startMongo } from './mongo.ts';
import { startOpenAi } from './openai.ts';
import { startPgTap } from './pg-tap.ts';
import { startSqlServer } from './postgres.ts';
import { generatePrismaClient } from './prisma-client.ts';
import { startRabbitMq } from './rabbitmq.ts';
import { startRedis, startRedisCluster } from './redis.ts';
import { startS3 } from './s3.ts';
import { startSns } from './sns.ts';
import { type SqsCounts, startSqs } from './sqs.ts';

export type Resource = keyof Endpoints;

export interface Servers {
  readonly endpoints: Endpoints;
  /** Why a resource is not there. */
  readonly missing: ReadonlyMap<Resource, string>;
  readonly sqlKind: string;
  /** Address of an OTLP endpoint that takes everything. */
  readonly sink: string;
  /** The generated Prisma client, '' when there is none. */
  readonly prismaClient: string;
  feed?: (exchange: string, messages: number) => Promise<void>;
  /** Counts what is only in a log. Call once, when all applications have ended. */
  collect(): void;
  stop(): Promise<void>;
}

interface Stoppable {
  readonly port: number;
  stop(): Promise<void>;
}

export async function startServers(
  tally: Tally,
  wanted: ReadonlySet<Resource>,
  log: (line: string) => void,
): Promise<Servers> {
  const endpoints: { [K in Resource]?: number } = {};
  const missing = new Map<Resource, string>();
  const running: { stop(): Promise<void> }[] = [];
  const collectors: (() => void)[] = [];
  const servers: { sqlKind: string; prismaClient: string; feed?: Servers['feed'] } = { sqlKind: '', prismaClient: '' };

  /** Starts what at least one wanted resource needs; a failure becomes the reason. */
  async function start<T extends Stoppable>(
    resources: readonly Resource[],
    begin: () => Promise<T>,
  ): Promise<T | undefined> {
    if (!resources.some((resource) => wanted.has(resource))) return undefined;
    try {
      const server = await begin();
      running.push(server);
      if (resources.length === 1) endpoints[resources[0]!] = server.port;
      return server;
    } catch (error) {
      const reason = (error as Error).message;
      for (const resource of resources) missing.set(resource, reason);
      log(`${resources.join(', ')}: ${reason}`);
      return undefined;
    }
  }

  const counting = (target: string) => (cause: Cause) => tally.add(target, cause);
  const countingSeen = (target: Parameters<typeof unseen>[0]) => (cause: Cause) =>
    tally.add(cause.origin === NO_SPAN ? unseen(target) : target, cause);
  const sink = await startHttp(() => {});
  running.push(sink);

  async function sql(): Promise<void> {
    const taps: Resource[] = ['pg', ...MAPPER_NAMES];
    const server = await start(taps, startSqlServer);
    if (server === undefined) return;
    servers.sqlKind = server.kind;
    if (server.kind === 'PGlite') {
      for (const mapper of MAPPER_NAMES)
        missing.set(mapper, 'needs PostgreSQL: PGlite is one session for all connections');
    }
    for (const resource of taps) {
      if (!missing.has(resource)) await start([resource], () => startPgTap(server.port, counting(resource)));
    }
  }
  async function prisma(): Promise<void> {
    if (!wanted.has('prisma')) return;
    try {
      const files = await generatePrismaClient();
      servers.prismaClient = files.client;
      running.push({ stop: async () => files.remove() });
    } catch (error) {
      missing.set('prisma', (error as Error).message);
    }
  }
  async function mariaDb(): Promise<void> {
    for (const resource of ['mysql2', 'mysql'] as const) {
      const server = await start([resource], startMariaDb);
      if (server !== undefined) collectors.push(() => server.collect(counting(resource)));
    }
  }
  function countMessage(cause: Cause): void {
    tally.add('amqplib', cause);
    tally.add(MESSAGES, cause);
  }
  const countingQueue: SqsCounts = {
    call: counting('sqs'),
    sent: (cause, messages) => tally.add(SQS_SENT, cause, messages),
    received: (cause, messages) => tally.add(SQS_RECEIVED, cause, messages),
  };
  const countingTopics: KafkaCounts = {
    call: counting('kafkajs'),
    sent: (cause, messages) => tally.add(KAFKA_SENT, cause, messages),
    fetched(topic, messages) {
      const service = topic.slice(0, topic.indexOf('.'));
      const cause = { service, originService: service, origin: `process ${topic}` };
      for (const target of [KAFKA_RECEIVED, CONSUMER]) if (messages > 0) tally.add(target, cause, messages);
    },
  };
  async function rabbitMq(): Promise<void> {
    const server = await start(['amqplib'], () => startRabbitMq(countMessage));
    if (server !== undefined) servers.feed = (exchange, messages) => server.feed(exchange, messages);
  }
  await Promise.all([
    prisma().then(sql),
    mariaDb(),
    rabbitMq(),
    start(['ioredis'], () => startRedis(countingSeen('ioredis'))),
    start(['redis'], () => startRedis(counting('redis'))),
    start(['redis-pool'], () => startRedis(counting('redis-pool'))),
    start(['ioredis-auto'], () => startRedis(countingSeen('ioredis-auto'))),
    start(['ioredis-cluster'], () => startRedisCluster(countingSeen('ioredis-cluster'))),
    start(['bullmq'], () => startRedis(countingSeen('bullmq'), 'bullmq')),
    start(['memcached'], () => startMemcached(counting('memcached'))),
    start(['mongoose'], () => startMongo(counting('mongoose'))),
    start(['sns'], () => startSns({ call: counting('sns'), sent: (cause, n) => tally.add(SNS_SENT, cause, n) })),
    start(['openai'], () =>
      startOpenAi({ call: counting('openai'), tokens: (cause, n) => tally.add(OPENAI_TOKENS, cause, n) }),
    ),
    start(['s3'], () => startS3(counting('s3'))),
    start(['sqs'], () => startSqs(countingQueue)),
    start(['kafkajs'], () => startKafka(countingTopics)),
    start(['undici'], () => startHttp(counting('undici'))),
    start(['http'], () => startHttp(counting('http'))),
    start(['http2'], () => startHttp2(countingSeen('http2'))),
    start(['grpc-js'], () => startGrpc(counting('grpc-js'))),
  ]);
  return {
    endpoints,
    missing,
    sqlKind: servers.sqlKind,
    prismaClient: servers.prismaClient,
    sink: `http://127.0.0.1:${sink.port}`,
    ...(servers.feed === undefined ? {} : { feed: servers.feed }),
    collect() {
      for (const collector of collectors) collector();
    },
    async stop() {
      // Taps before what is behind them.
      for (const server of running.reverse()) await server.stop().catch((error: Error) => log(error.message));
    },
  };
}
