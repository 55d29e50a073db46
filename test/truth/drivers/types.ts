/** What an application of the run can do to a shared resource. Each operation carries the token of its cause. */

/** `import(name)` in an ES module, `require(name)` in CommonJS: drivers are loaded the way the application is written. */
// biome-ignore lint/suspicious/noExplicitAny: the same code drives modules of ten packages by their documented API
export type Load = (name: string) => Promise<any>;

export interface Driver {
  /** One operation, through the pool where the driver has one. */
  one(token: string): Promise<void>;
  /** Several operations that belong together: a transaction, a pipeline, a stream. */
  several(token: string): Promise<void>;
  /** An operation the other side refuses. Rejects. */
  refused(token: string): Promise<void>;
  close(): Promise<void>;
}

export interface Endpoints {
  readonly pg?: number;
  readonly mysql2?: number;
  readonly ioredis?: number;
  readonly redis?: number;
  readonly undici?: number;
  readonly http?: number;
  readonly http2?: number;
  readonly amqplib?: number;
  readonly 'grpc-js'?: number;
  readonly knex?: number;
  readonly typeorm?: number;
  readonly prisma?: number;
  readonly sequelize?: number;
  readonly bullmq?: number;
  readonly memcached?: number;
  readonly 'redis-pool'?: number;
  readonly 'ioredis-auto'?: number;
  readonly 'ioredis-cluster'?: number;
  readonly mysql?: number;
  readonly mongoose?: number;
  readonly sqs?: number;
  readonly sns?: number;
  readonly s3?: number;
  readonly openai?: number;
  readonly kafkajs?: number;
}

/** Connections of a pool: far fewer than requests at a time, so that work queues and other requests release it. */
export const POOL_SIZE = 3;

/** Mappers over the driver `pg`. */
export type MapperName = 'knex' | 'typeorm' | 'prisma' | 'sequelize';
/** Drivers that one framework or scenario loads, not all of them. */
export type FurtherName = 'memcached' | 'redis-pool' | 'ioredis-auto' | 'ioredis-cluster';
export type DriverName =
  | MapperName
  | FurtherName
  | 'pg'
  | 'mysql2'
  | 'ioredis'
  | 'redis'
  | 'undici'
  | 'http'
  | 'amqplib'
  | 'grpc-js';
