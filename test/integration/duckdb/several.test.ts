/** Several directories at once: every report answers what it answers of one directory that all have written to. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { silentLogger } from '../../../src/core/logger.ts';
import { allReports } from '../../../src/reports/all.ts';
import { runReport } from '../../../src/reports/run.ts';
import { openLocal, openMerged } from '../../../src/stores/duckdb/open.ts';
import { testRow, writePart } from '../../helpers/parts.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

const writer = fileURLToPath(new URL('./writer-child.ts', import.meta.url));
const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
const run = promisify(execFile);

const now = Date.now();
const host = (directories: readonly string[]) => ({
  directories,
  flags: {},
  env: {},
  exporterOptions: () => undefined,
  logger: silentLogger,
  progress: () => ({ update() {}, end() {} }),
  now: () => now,
});

/** All that reports say of the directories, but for the moment of the question. */
async function answers(directories: readonly string[], at = Date.now()) {
  const store = await openLocal(host(directories));
  try {
    const found: Record<string, unknown> = {};
    for (const report of await allReports()) {
      const parameters = { tz: 'UTC', ...(report.parameters.includes('by') && { by: 'service,origin' }) };
      found[report.name] = await runReport(store, report, parameters, { now: at });
    }
    return found;
  } finally {
    await store.close();
  }
}

async function calls(directories: readonly string[]): Promise<number> {
  const store = await openLocal(host(directories));
  try {
    const [row] = await store.all<{ n: number }>("SELECT fsum(count) AS n FROM sums WHERE target NOT LIKE 'service:%'");
    return row!.n;
  } finally {
    await store.close();
  }
}

test('two applications on two hosts are one to every report', { timeout: 120_000 }, async () => {
  const [a, b, shared] = [tempDir(), tempDir(), tempDir()];
  await Promise.all([
    run(process.execPath, [writer, a, 'storefront', 'GET /search', '600']),
    run(process.execPath, [writer, b, 'payments', 'POST /pay', '400']),
  ]);
  mkdirSync(join(shared, 'local'));
  for (const one of [a, b]) cpSync(join(one, 'local'), join(shared, 'local'), { recursive: true });
  const at = Date.now();
  const together = await answers([a, b], at);
  expect(together).toEqual(await answers([shared], at));
  expect(together.load).toMatchObject({ services: 2 });
  const { stdout } = await run(process.execPath, [main, 'load', '-d', a, '--directory', b, '--by', 'target', '--json']);
  const { rows } = JSON.parse(stdout) as { rows: { kind: string; key: string; calls: number }[] };
  expect(rows.find(({ key }) => key === 'postgresql://db/shop')).toMatchObject({ calls: 3 * 1_000 });
});

const DAY = 86_400_000;
const old = Math.floor(now / DAY) * DAY - 20 * DAY;

function part(directory: string, instance: string, windowStart: number, count: number): void {
  const rows = [
    testRow({ windowStart, count, samples: count }),
    testRow({ windowStart, origin: 'GET /b', count, samples: count }),
  ];
  writePart(directory, { instance, sequence: 1, sealedAt: windowStart + 60_000, rows });
}

test('a part that two directories hold counts once, and a directory named twice is one', async () => {
  const [a, b] = [tempDir(), tempDir()];
  part(a, 'x', now - 120_000, 10);
  part(a, 'both', now - 60_000, 1);
  part(b, 'both', now - 60_000, 1);
  part(b, 'y', now - 120_000, 100);
  expect(await calls([a, b])).toBe(222);
  expect(await calls([b, a, join(a, '.')])).toBe(222);
});

test('an older copy adds nothing, also when its rows are compacted; where that cannot be told nothing is counted twice', async () => {
  const [a, copy] = [tempDir(), tempDir()];
  for (const directory of [a, copy]) for (const instance of ['x', 'y']) part(directory, instance, old, 10);
  part(a, 'later', now - 60_000, 1);
  // Opening compacts what is old.
  expect(await calls([a, copy])).toBe(42);
  await expect(calls([copy, a])).rejects.toMatchObject({ code: 'ATTR_USAGE', message: expect.stringContaining(a) });
});

test('one that holds nothing is named, and so is a command for one alone', async () => {
  const [a, empty] = [tempDir(), tempDir()];
  part(a, 'x', now - 60_000, 1);
  await expect(calls([a, empty])).rejects.toMatchObject({
    code: 'ATTR_STORE_EMPTY',
    message: expect.stringContaining(empty),
  });
  await expect(run(process.execPath, [main, 'compact', '-d', a, '-d', empty])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('compact is about one directory'),
  });
});

test('a store that another process holds is said to be in use', { timeout: 30_000 }, async () => {
  const [a, b] = [tempDir(), tempDir()];
  part(a, 'x', now - 60_000, 1);
  part(b, 'y', now - 60_000, 1);
  const held = await openMerged(b, host([b]));
  try {
    await expect(run(process.execPath, [main, 'load', '-d', a, '-d', b])).rejects.toMatchObject({ code: 75 });
  } finally {
    held.close();
  }
});
