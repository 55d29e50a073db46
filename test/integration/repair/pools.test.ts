/** Pools that call back, on the real drivers and servers: without the repairs these tests fail. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REPAIRS } from '../../../src/otel/repair/repairs.ts';
import { startMariaDb } from '../../truth/servers/mariadb.ts';
import { findProgram } from '../../truth/servers/process.ts';
import { startRabbitMq } from '../../truth/servers/rabbitmq.ts';
import { startRedis } from '../../truth/servers/redis.ts';

const require = createRequire(import.meta.url);
const storage = new AsyncLocalStorage<number>();

/** How many of 40 tasks ran in the context of another. `take` runs its callback when a place is free. */
async function strangers(take: (task: number, inPlace: () => void) => Promise<unknown>): Promise<number> {
  let wrong = 0;
  const tasks = Array.from({ length: 40 }, (_, task) =>
    storage.run(task, () => take(task, () => void (storage.getStore() === task || wrong++))),
  );
  await Promise.all(tasks);
  return wrong;
}

/** Applies what the list says of a file, as if it had just been loaded. */
function repair(file: string): void {
  const found = REPAIRS.find(({ files }) => files?.includes(file));
  expect(found?.apply(require(file))).toBeDefined();
}

function skipped(...programs: string[]): boolean {
  const missing = findProgram(...programs) === undefined;
  if (missing && process.env.REQUIRE_ALL === '1') throw new Error(`${programs[0]} is not installed`);
  return missing;
}

describe.skipIf(skipped('mariadbd', 'mysqld'))('mysql', () => {
  let server: Awaited<ReturnType<typeof startMariaDb>>;
  beforeAll(async () => {
    server = await startMariaDb();
  });
  afterAll(() => server.stop());

  it('a connection comes in the context that asked for it, from a pool and from a cluster of pools', async () => {
    const mysql = require('mysql');
    const config = { host: '127.0.0.1', port: server.port, user: 'root', connectionLimit: 2 };
    const measure = async () => {
      const pool = mysql.createPool(config);
      const cluster = mysql.createPoolCluster();
      cluster.add('one', config);
      const wrong = [];
      for (const source of [pool, cluster.of('*')]) {
        wrong.push(
          await strangers(
            (_task, inPlace) =>
              new Promise<void>((resolve, reject) => {
                // biome-ignore lint/suspicious/noExplicitAny: `mysql` brings no types
                source.getConnection((error: Error | null, connection: any) => {
                  if (error) return reject(error);
                  inPlace();
                  connection.query('select 1', () => {
                    connection.release();
                    resolve();
                  });
                });
              }),
          ),
        );
      }
      await Promise.all([new Promise((resolve) => pool.end(resolve)), new Promise((resolve) => cluster.end(resolve))]);
      return wrong;
    };
    expect((await measure()).every((wrong) => wrong > 0)).toBe(true);
    repair('mysql/lib/Pool.js');
    expect(await measure()).toEqual([0, 0]);
  });
});

describe.skipIf(skipped('redis-server', 'valkey-server'))('node-redis', () => {
  let server: Awaited<ReturnType<typeof startRedis>>;
  beforeAll(async () => {
    server = await startRedis(() => {});
  });
  afterAll(() => server.stop());

  it('a function runs in the context that gave it to the pool', async () => {
    const { createClientPool } = require('redis');
    const socket = { host: '127.0.0.1', port: server.port };
    const measure = async () => {
      const pool = await createClientPool({ socket }, { minimum: 1, maximum: 2 }).connect();
      const wrong = await strangers((_task, inPlace) =>
        pool.execute(async (client: { ping(): Promise<string> }) => {
          inPlace();
          return client.ping();
        }),
      );
      await expect(pool.execute(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
      await pool.close();
      return wrong;
    };
    expect(await measure()).toBeGreaterThan(0);
    repair('@redis/client/dist/lib/client/pool.js');
    expect(await measure()).toBe(0);
  });
});

describe.skipIf(skipped('rabbitmq-server'))('amqplib', () => {
  let server: Awaited<ReturnType<typeof startRabbitMq>>;
  beforeAll(async () => {
    server = await startRabbitMq(() => {});
  }, 120_000);
  afterAll(() => server.stop());

  it('an answer comes in the context that asked', async () => {
    const { connect } = require('amqplib/callback_api');
    const called = <T>(call: (done: (error: Error | null, result: T) => void) => void) =>
      new Promise<T>((resolve, reject) => call((error, result) => (error ? reject(error) : resolve(result))));
    // biome-ignore lint/suspicious/noExplicitAny: the callback API of `amqplib` brings no types
    type Any = any;
    const connection = await called<Any>((done) => connect(`amqp://127.0.0.1:${server.port}`, done));
    const channel = await storage.run(-1, () => called<Any>((done) => connection.createChannel(done)));
    const measure = () =>
      strangers((task, inPlace) =>
        called((done) =>
          channel.assertQueue(`queue-${task}`, { autoDelete: true }, (error: Error | null, ok: unknown) => {
            inPlace();
            done(error, ok);
          }),
        ),
      );
    expect(await measure()).toBe(40);
    repair('amqplib/lib/channel.js');
    expect(await measure()).toBe(0);
    await called((done) => connection.close(done));
  });
});
