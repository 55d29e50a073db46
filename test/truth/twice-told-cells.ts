/**
 * Libraries whose operations are described by several spans, or by one that lacks the server or the number of messages,
 * or has a random name.
 */
import type { AppSpec } from './cells.ts';

export const TWICE_TOLD: readonly AppSpec[] = [
  {
    service: 'redis transactions',
    entry: 'scenarios/transactions.ts',
    start: 'register',
    resources: ['redis-pool', 'ioredis-cluster'],
    needsAll: true,
  },
  {
    service: 'mysql',
    entry: 'scenarios/mysql-legacy.ts',
    start: 'register',
    resources: ['mysql'],
    needsAll: true,
  },
  {
    service: 'mysql, CommonJS',
    entry: 'scenarios/mysql-legacy.ts',
    start: 'register',
    resources: ['mysql'],
    needsAll: true,
    env: { TRUTH_LOAD: 'require' },
  },
  {
    service: 'mongoose',
    entry: 'scenarios/mongoose.ts',
    start: 'register',
    resources: ['mongoose'],
    needsAll: true,
  },
  {
    service: 'sqs',
    entry: 'scenarios/sqs.ts',
    start: 'register',
    resources: ['sqs', 'http'],
    needsAll: true,
  },
  {
    service: 'sns',
    entry: 'scenarios/sns.ts',
    start: 'register',
    resources: ['sns'],
    needsAll: true,
  },
  {
    service: 's3',
    entry: 'scenarios/s3.ts',
    start: 'register',
    resources: ['s3'],
    needsAll: true,
  },
  {
    service: 'openai',
    entry: 'scenarios/openai.ts',
    start: 'register',
    resources: ['openai'],
    needsAll: true,
  },
  {
    service: 'kafkajs',
    entry: 'scenarios/kafka.ts',
    start: 'register',
    resources: ['kafkajs', 'http'],
    needsAll: true,
    exports: true,
  },
  {
    service: 'reply queues',
    entry: 'scenarios/replies.ts',
    start: 'register',
    resources: ['amqplib', 'http'],
    needsAll: true,
  },
];
