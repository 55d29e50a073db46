/** Packages this tool has something to say about. What an instrumentation supports is asked of the instrumentation itself. */

export const FRAMEWORKS: readonly string[] = [
  'express',
  'fastify',
  'koa',
  '@hapi/hapi',
  '@nestjs/core',
  'next',
  'hono',
  'restify',
  'graphql',
  'bullmq',
];

export const DRIVERS: readonly string[] = [
  'pg',
  'postgres',
  'mysql',
  'mysql2',
  'mariadb',
  'tedious',
  'mssql',
  'oracledb',
  'mongodb',
  'mongoose',
  'ioredis',
  'redis',
  'memcached',
  'cassandra-driver',
  'better-sqlite3',
  'knex',
  'typeorm',
  'sequelize',
  '@prisma/client',
  'drizzle-orm',
  '@clickhouse/client',
  '@elastic/elasticsearch',
  'undici',
  'axios',
  'got',
  '@grpc/grpc-js',
  'amqplib',
  'kafkajs',
  '@aws-sdk/client-dynamodb',
  '@aws-sdk/client-s3',
  '@aws-sdk/client-sqs',
  'openai',
  'ai',
];

/** Packages of which only another package makes spans; `add` is what to install. */
export const COMPANIONS: Readonly<
  Record<string, { readonly add: string; readonly use: string; readonly without: string }>
> = {
  fastify: {
    add: '@fastify/otel',
    use: 'register its plugin',
    without: 'requests and their routes are seen, its hooks are not',
  },
  hono: { add: '@hono/otel', use: 'use its middleware', without: 'requests are seen, their routes are not' },
  '@prisma/client': {
    add: '@prisma/instrumentation',
    use: 'add it to the instrumentations',
    without: 'queries are seen only through an instrumented driver adapter such as pg',
  },
};

/** Drivers nobody instruments. */
export const WITHOUT_INSTRUMENTATION: Readonly<Record<string, string>> = {
  postgres: 'use pg, or count by hand with record()',
  mariadb: 'use mysql2, or count by hand with record()',
  'better-sqlite3': 'count by hand with record()',
};
