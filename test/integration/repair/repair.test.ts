/** The repairs in an application with the flag alone, by `require` and by `import`: what it did is what was booked. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tempDir } from '../../helpers/temp-dir.ts';
import { findProgram } from '../../truth/servers/process.ts';
import { type RedisServer, startRedis } from '../../truth/servers/redis.ts';
import { callsByOrigin, REGISTER, run } from '../register/run.ts';

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const missing = findProgram('redis-server', 'valkey-server') === undefined;
if (missing && process.env.REQUIRE_ALL === '1') throw new Error('redis-server is not installed');

describe.skipIf(missing)('with redis-server', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis(() => {});
  });
  afterAll(() => server.stop());

  async function books(app: string, env: Record<string, string> = {}) {
    const all = { OTEL_TRACES_EXPORTER: 'none', OTEL_NODE_RESOURCE_DETECTORS: 'env', ...env };
    const outcome = await run(['--import', REGISTER, here(app), String(server.port)], { env: all });
    expect(outcome.stderr).toBe('');
    const did = JSON.parse(outcome.stdout) as Record<string, number>;
    return { did, booked: callsByOrigin(outcome.rows, 'db.client.operation.duration') };
  }

  it.each(['./app-cjs.cjs', './app-esm.mjs'])('%s: each command belongs to the job that wanted it', async (app) => {
    const { did, booked } = await books(app);
    expect(Object.values(did).reduce((sum, n) => sum + n, 0)).toBe(10 * 40);
    expect(booked).toMatchObject(did);
    // What gathered while it connected is not counted once more: these are the commands of the handshake.
    expect(booked['job:connect']).toBeLessThan(5);
  });

  it('`repair: false` leaves the libraries alone', async () => {
    const config = join(tempDir(), 'off.yaml');
    writeFileSync(config, 'repair: false\n');
    const { did, booked } = await books('./app-cjs.cjs', { OTEL_ATTRIBUTION_CONFIG_FILE: config });
    for (const way of ['redis pool', 'ioredis auto', 'async.queue', 'fastq']) {
      const strangers = (['a', 'b'] as const).map((job) => booked[`job:${way} ${job}`] !== did[`job:${way} ${job}`]);
      expect(strangers, way).toContain(true);
    }
    expect(booked['job:connect']).toBeGreaterThan(20);
    for (const way of ['p-limit', 'p-queue', 'bound by hand'])
      expect(booked[`job:${way} b`], way).toBe(did[`job:${way} b`]);
  });
});
