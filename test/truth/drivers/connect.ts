import { amqplib } from './amqplib.ts';
import { grpcJs } from './grpc-js.ts';
import { http } from './http.ts';
import { ioredis } from './ioredis.ts';
import { ioredisAuto, ioredisCluster } from './ioredis-auto.ts';
import { knex } from './knex.ts';
import { memcached } from './memcached.ts';
import { mysql2 } from './mysql2.ts';
import { pg } from './pg.ts';
import { prisma } from './prisma.ts';
import { redis } from './redis.ts';
import { redisPool } from './redis-pool.ts';
import { sequelize } from './sequelize.ts';
import { typeorm } from './typeorm.ts';
import type { Driver, DriverName, Endpoints, FurtherName, Load, MapperName } from './types.ts';
import { undici } from './undici.ts';

const FACTORIES: Record<DriverName, (load: Load, port: number, service: string) => Promise<Driver>> = {
  pg,
  mysql2,
  ioredis,
  redis,
  undici,
  http,
  amqplib,
  'grpc-js': grpcJs,
  knex,
  typeorm,
  prisma,
  sequelize,
  memcached,
  'redis-pool': redisPool,
  'ioredis-auto': ioredisAuto,
  'ioredis-cluster': ioredisCluster,
};

export const MAPPER_NAMES: readonly MapperName[] = ['knex', 'typeorm', 'prisma', 'sequelize'];
const FURTHER_NAMES: readonly FurtherName[] = ['memcached', 'redis-pool', 'ioredis-auto', 'ioredis-cluster'];
export const DRIVER_NAMES = (Object.keys(FACTORIES) as DriverName[]).filter(
  (name) => ![...MAPPER_NAMES, ...FURTHER_NAMES].some((other) => other === name),
);

/** Connects every driver that has an endpoint. */
export async function connectDrivers(
  load: Load,
  endpoints: Endpoints,
  service: string,
): Promise<Map<DriverName, Driver>> {
  const drivers = new Map<DriverName, Driver>();
  for (const name of [...DRIVER_NAMES, ...MAPPER_NAMES, ...FURTHER_NAMES]) {
    const port = endpoints[name];
    if (port !== undefined) drivers.set(name, await FACTORIES[name](load, port, service));
  }
  return drivers;
}
