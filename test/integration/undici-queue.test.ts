/** The repair of undici's queue, on the real pool: without it this test fails. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { context, createContextKey } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { repairUndiciQueue } from '../../src/otel/repair/undici-queue.ts';

const require = createRequire(import.meta.url);
const KEY = createContextKey('who');
const server = createServer((_request, response) => setTimeout(() => response.end('ok'), 2));
beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
  context.disable();
});

/** Requests that left in the context of another, where all share one object of options. */
async function strangersOfSharedOptions(): Promise<number> {
  const { Pool } = require('undici') as typeof import('undici');
  const pool = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { connections: 2 });
  const options = { path: '/', method: 'GET' } as const;
  const seen = new Set<unknown>();
  const created = () => void seen.add(context.active().getValue(KEY));
  subscribe('undici:request:create', created);
  await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      const { body } = await context.with(context.active().setValue(KEY, i), () => pool.request(options));
      await body.dump();
    }),
  );
  unsubscribe('undici:request:create', created);
  await pool.close();
  return 40 - seen.size;
}

async function strangers(): Promise<number> {
  const { Pool } = require('undici') as typeof import('undici');
  const pool = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { connections: 2 });
  let wrong = 0;
  const created = (message: unknown) => {
    const { path } = (message as { request: { path: string } }).request;
    if (context.active().getValue(KEY) !== path) wrong++;
  };
  subscribe('undici:request:create', created);
  await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      const path = `/${i}`;
      const { body } = await context.with(context.active().setValue(KEY, path), () =>
        pool.request({ path, method: 'GET' }),
      );
      await body.dump();
    }),
  );
  unsubscribe('undici:request:create', created);
  await pool.close();
  return wrong;
}

it('queued requests leave in the context in which they were made', async () => {
  expect(await strangers()).toBeGreaterThan(0);
  const base = require('undici/lib/dispatcher/pool-base.js') as { PoolBase: { prototype: unknown } };
  expect(repairUndiciQueue(base.PoolBase)).toBe(true);
  expect(repairUndiciQueue(base.PoolBase)).toBe(false);
  expect(await strangers()).toBe(0);
  expect(await strangersOfSharedOptions()).toBe(0);
});
