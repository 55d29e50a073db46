/** What the rows call what the servers count: events and targets by resource, and the application's own work. */
import type { TargetPattern } from './books.ts';
import type { Endpoints } from './drivers/types.ts';
import { CLUSTER_ID } from './servers/kafka.ts';
import type { Resource } from './servers/start.ts';

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
