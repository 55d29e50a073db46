/** What is repaired, and in which versions. One entry per file that a library may have the fault in. */
import { repairedVersions } from '../../core/queue-libraries.ts';
import { repairAsyncQueues } from './async-queue.ts';
import { repairAwsBatch } from './aws-batch.ts';
import { bindCallback } from './bind-callback.ts';
import { type Exports, mainExport } from './exported.ts';
import { repairFastq } from './fastq.ts';
import { repairIoredis } from './ioredis.ts';
import { repairKafkaProducer } from './kafka-send.ts';
import { repairPLimit } from './p-limit.ts';
import { repairRedisQueue, repairRedisRun } from './redis-multi.ts';
import { repairUndiciQueue } from './undici-queue.ts';

export interface Repair {
  readonly module: string;
  readonly versions: string;
  /** Files of the module, where it is not its main file that is repaired. */
  readonly files?: readonly string[];
  /** @returns what the module exports from now on; undefined, and nothing touched, when its shape is not known. */
  apply(exports: Exports): Exports | undefined;
}

/** Binds the callbacks of methods of the class that the module exports, itself or under a name. */
function binding(methods: readonly string[], name?: string): Repair['apply'] {
  return (exports) => {
    const main = name === undefined ? mainExport(exports) : (exports[name] ?? exports.default?.[name]);
    return methods.filter((method) => bindCallback(main?.prototype, method)).length > 0 ? exports : undefined;
  };
}

const awsClient: Repair['apply'] = (exports) => (repairAwsBatch(exports.Client) ? exports : undefined);

export const REPAIRS: readonly Repair[] = [
  // Drivers.
  {
    module: 'mysql2',
    versions: '>=2 <4',
    files: ['mysql2/lib/base/pool.js', 'mysql2/lib/pool.js'],
    apply: binding(['getConnection']),
  },
  { module: 'mysql', versions: '>=2 <3', files: ['mysql/lib/Pool.js'], apply: binding(['getConnection']) },
  { module: 'pg-pool', versions: '>=2 <4', apply: binding(['connect']) },
  {
    module: 'undici',
    versions: '>=5 <9',
    files: ['undici/lib/dispatcher/pool-base.js', 'undici/lib/pool-base.js'],
    apply: (exports) => (repairUndiciQueue(exports.PoolBase) ? exports : undefined),
  },
  {
    module: '@redis/client',
    versions: '>=5 <7',
    files: ['@redis/client/dist/lib/client/pool.js'],
    apply: binding(['execute'], 'RedisClientPool'),
  },
  {
    // Answers come from the socket, in the context in which it was connected. Promises need nothing.
    module: 'amqplib',
    versions: '>=0.5.5 <3',
    files: ['amqplib/lib/channel.js'],
    apply: binding(['sendOrEnqueue'], 'Channel'),
  },
  { module: 'ioredis', versions: '>=4 <7', apply: repairIoredis },
  // What spans do not say although the driver knows it: how many messages a batch has, which server is asked.
  {
    module: '@smithy/core',
    versions: '>=3.24',
    files: ['@smithy/core/dist-cjs/submodules/client/index.js'],
    apply: awsClient,
  },
  { module: '@smithy/smithy-client', versions: '>=1.0.3', apply: awsClient },
  { module: '@aws-sdk/smithy-client', versions: '^3.1.0', apply: awsClient },
  {
    module: 'kafkajs',
    versions: '>=1 <3',
    files: ['kafkajs/src/producer/messageProducer.js'],
    apply: repairKafkaProducer,
  },
  {
    module: '@redis/client',
    versions: '>=5 <7',
    files: ['client', 'cluster'].map((name) => `@redis/client/dist/lib/${name}/multi-command.js`),
    apply: (exports) => (repairRedisQueue(mainExport(exports)) ? exports : undefined),
  },
  {
    module: '@redis/client',
    versions: '>=5 <7',
    files: ['@redis/client/dist/lib/client/index.js'],
    apply: (exports) => (repairRedisRun(mainExport(exports)) ? exports : undefined),
  },
  // Queues of functions and of data.
  { module: 'async', versions: repairedVersions('async'), apply: repairAsyncQueues },
  {
    module: 'async',
    versions: repairedVersions('async'),
    files: ['queue', 'priorityQueue', 'cargo', 'cargoQueue'].map((name) => `async/${name}.js`),
    apply: repairAsyncQueues,
  },
  { module: 'fastq', versions: repairedVersions('fastq'), apply: repairFastq },
  { module: 'p-limit', versions: repairedVersions('p-limit'), apply: repairPLimit },
  { module: 'p-queue', versions: repairedVersions('p-queue'), apply: binding(['add']) },
  { module: 'bottleneck', versions: repairedVersions('bottleneck'), apply: binding(['schedule', 'submit']) },
  { module: 'async-lock', versions: repairedVersions('async-lock'), apply: binding(['acquire']) },
  { module: 'promise-queue', versions: repairedVersions('promise-queue'), apply: binding(['add']) },
];
