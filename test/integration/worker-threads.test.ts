/** Worker threads with the flag: what a server counted stands in the rows, however thread and process end. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { callsByOrigin, type Outcome, REGISTER, run } from './register/run.ts';

/** Two processes a test, on a machine that may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const CALLS = 4;
const CLIENT = 'http.client.request.duration';

let target: Server;
let counted = 0;
beforeAll(async () => {
  target = createServer((_request, response) => {
    counted++;
    response.end();
  });
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  target.close();
  target.closeAllConnections();
});

const flag = ['--import', REGISTER];
const oneLine = ['--import', './exit-sdk.mjs'];

async function threads(
  env: Record<string, string>,
  start = flag,
): Promise<Outcome & { calls: Record<string, number> }> {
  counted = 0;
  const outcome = await run([...start, 'app-workers.mjs'], {
    env: {
      TARGET: `http://127.0.0.1:${(target.address() as AddressInfo).port}/`,
      CALLS: String(CALLS),
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_NODE_RESOURCE_DETECTORS: 'env',
      ...env,
    },
  });
  return { ...outcome, calls: callsByOrigin(outcome.rows, CLIENT) };
}

describe('a worker thread is counted', () => {
  it.each<[string, Record<string, string>, number, Partial<Outcome>]>([
    ['which comes to its end', { HOW: 'ends' }, CALLS, { code: 0 }],
    ['which exits', { HOW: 'exits' }, CALLS, { code: 0 }],
    ['which fails', { HOW: 'throws' }, CALLS, { code: 0 }],
    ['which has one of its own', { HOW: 'nests' }, 2 * CALLS, { code: 0 }],
    ['which is terminated', { HOW: 'pool', MAIN: 'terminates' }, CALLS, { code: 0 }],
    ['which is terminated, and its process exits', { HOW: 'pool', MAIN: 'exitsAfterTerminate' }, CALLS, { code: 5 }],
    ['which works on while its process exits', { HOW: 'pool', MAIN: 'exits', THREADS: '3' }, 3 * CALLS, { code: 4 }],
    ['which works on while a signal ends its process', { HOW: 'pool', MAIN: 'signals' }, CALLS, { signal: 'SIGTERM' }],
  ])('%s', async (_, env, expected, ended) => {
    const outcome = await threads(env);
    expect(counted).toBe(expected);
    expect(outcome.calls).toEqual({ 'job:resize': expected });
    expect(outcome).toMatchObject(ended);
    // One process, one instance: rows follow keys, not threads.
    expect(new Set(outcome.rows.map(({ partId }) => partId.slice(0, 36))).size).toBe(1);
  });

  it('which serves HTTP, by its routes', async () => {
    const { rows, calls } = await threads({ HOW: 'serves', MAIN: 'exits' });
    expect(counted).toBe(CALLS);
    expect(calls).toEqual({ 'GET /thumb/:id': CALLS });
    expect(callsByOrigin(rows, 'http.server.request.duration')).toEqual({ 'GET /thumb/:id': CALLS });
  });

  it('in the one-line set-up', async () => {
    const { calls } = await threads({ HOW: 'ends' }, oneLine);
    expect(calls).toEqual({ 'job:resize': CALLS });
  });

  it('in one table at the end', async () => {
    const { stderr } = await threads({ HOW: 'ends', THREADS: '2', OTEL_ATTRIBUTION_EXIT_TABLE: 'true' });
    expect(counted).toBe(2 * CALLS);
    expect(stderr.match(/job:resize/g)).toHaveLength(1);
    expect(stderr.match(/share/g)).toHaveLength(1);
  });

  it.each(['ends', 'exits'])('by itself, where its main thread is not set up: it %s', async (how) => {
    const { calls } = await threads({ HOW: how, OPTIONS: JSON.stringify({ execArgv: flag }) }, []);
    expect(calls).toEqual({ 'job:resize': CALLS });
  });

  it('unless threads are not to be measured: the main thread is', async () => {
    const { rows, stdout } = await threads({ HOW: 'ends', OTEL_ATTRIBUTION_THREADS: 'false' });
    expect({ counted, stdout }).toEqual({ counted: CALLS, stdout: 'served\n' });
    expect(rows).toEqual([]);
  });

  it('unless it was begun without the flag', async () => {
    const { rows } = await threads({ HOW: 'ends', OPTIONS: '{"execArgv":[]}' });
    expect(counted).toBe(CALLS);
    expect(rows).toEqual([]);
  });

  it('unless it has no room for the instrumentations, and it runs as without them', async () => {
    const { rows, stdout, stderr } = await threads({
      HOW: 'ends',
      OPTIONS: '{"resourceLimits":{"maxOldGenerationSizeMb":24}}',
    });
    expect({ counted, stdout, rows }).toEqual({ counted: CALLS, stdout: 'served\n', rows: [] });
    expect(stderr).toMatch(/^otel-attribution: not started, .*resourceLimits allow 24 MB has no room .*\n$/);
  });
});
