import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { coverage } from '../../../src/reports/coverage/report.ts';
import { load } from '../../../src/reports/load/report.ts';
import { runReport } from '../../../src/reports/run.ts';
import { sources } from '../../../src/reports/sources/report.ts';
import { openStore } from '../../../src/stores/duckdb/index.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

const child = fileURLToPath(new URL('writer-child.ts', import.meta.url));
const OPERATIONS = 18_000;

async function writer(
  directory: string,
  service: string,
  origin: string,
): Promise<{ requests: number; calls: number }> {
  const args = [child, directory, service, origin, String(OPERATIONS)];
  const process_ = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output, [code]] = await Promise.all([text(process_.stdout), once(process_, 'exit')]);
  expect(code).toBe(0);
  return JSON.parse(output);
}

test('reports while four workers and a second service write at once: nothing lost, nothing twice', async () => {
  const directory = tempDir();
  const writers = [
    ...[1, 2, 3, 4].map(() => writer(directory, 'storefront', 'GET /search')),
    writer(directory, 'billing', 'job:invoices'),
  ];
  let running = true;
  const done = Promise.all(writers).finally(() => {
    running = false;
  });
  const ask = async () => {
    const store = await openStore({ directory });
    try {
      await store.merge();
      return await runReport(store, load, { since: '1h' }, { now: Date.now() });
    } finally {
      store.close();
    }
  };
  const seen: number[] = [];
  while (running) {
    const result = await ask().catch((error: { code?: string }) => {
      // Nothing there before the first part.
      expect(error.code).toBe('ATTR_STORE_EMPTY');
      return undefined;
    });
    const total = result?.rows.find((row) => row.kind === 'total');
    if (total !== undefined) seen.push(total.calls);
    await sleep(20);
  }
  const counted = await done;
  const { rows } = await ask();
  const calls = (n: number) => counted[n]!.calls;
  const workers = calls(0) + calls(1) + calls(2) + calls(3);
  expect(rows.map((row) => [row.keyService, row.key, row.calls, row.value, row.callsPerRequest])).toEqual([
    ['storefront', 'GET /search', workers, workers / 1024, 3],
    ['billing', 'job:invoices', calls(4), calls(4) / 1024, 3],
    ['', '(total)', workers + calls(4), (workers + calls(4)) / 1024, null],
  ]);
  // What was shown while they wrote only ever grew, and some of it was shown.
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(seen.filter((n) => n > 0 && n < workers + calls(4)).length).toBeGreaterThan(1);

  const store = await openStore({ directory });
  const sourceRows = (await runReport(store, sources, {}, { now: Date.now() })).rows;
  expect(sourceRows.map((row) => [row.service, row.partsMissing, row.ended])).toEqual([
    ['billing', 0, true],
    ...Array.from({ length: 4 }, () => ['storefront', 0, true]),
  ]);
  const checks = (await runReport(store, coverage, {}, { now: Date.now() })).rows;
  expect(checks.filter((row) => row.ok === false)).toEqual([]);
  store.close();
  expect(readdirSync(join(directory, 'local')).filter((name) => name.endsWith('.json.zst'))).toEqual([]);
}, 60_000);
