import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

test('the demo measures exactly what the shop itself counted', { timeout: 90_000 }, async () => {
  const { stdout } = await run(
    process.execPath,
    ['examples/demo/main.ts', '--duration', '4', '--json', '--port', '0'],
    { cwd: root },
  );
  const result = JSON.parse(stdout);
  await rm(result.directory, { recursive: true, force: true });
  expect(result.mismatches).toEqual([]);
  expect(result.exact).toBe(true);
  expect(result.failures).toBe(0);
  // 47 queries in each of at least 20 searches, whatever else.
  expect(result.operations).toBeGreaterThan(900);

  const load = result.reports.load.filter((row: { target: string }) => row.target.startsWith('postgresql://'));
  const search = load.find((row: { key: string }) => row.key === 'GET /search');
  expect(search.callsPerRequest).toBe(47);
  expect(load.map((row: { key: string }) => row.key)).toEqual(
    expect.arrayContaining(['job:invoices', 'POST /checkout', '(unattributed)']),
  );
  // What payments does on the database belongs to the checkout: 2 queries of the storefront's own and almost 2 of payments'.
  const checkout = load.find((row: { key: string }) => row.key === 'POST /checkout');
  expect(checkout.keyService).toBe('storefront');
  expect(checkout.callsPerRequest).toBeGreaterThan(3);
});

test('the demo refuses a duration that is none', async () => {
  await expect(
    run(process.execPath, ['examples/demo/main.ts', '--duration', 'soon'], { cwd: root }),
  ).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--duration: received "soon"'),
  });
});

test('examples/db-attribution prints who loaded the database, and ends', { timeout: 60_000 }, async () => {
  const { stdout, stderr } = await run(process.execPath, ['examples/db-attribution/main.ts', '--once'], { cwd: root });
  const table = stdout + stderr;
  expect(table).toMatch(/^postgresql:\/\/127\.0\.0\.1:\d+\/shop · /m);
  // 31 queries a request; the job has no requests.
  expect(table).toMatch(/shop +GET \/customers +\d+ % .* 31 /);
  expect(table).toMatch(/shop +GET \/customers\/:id .* 1\.0 /);
  expect(table).toMatch(/shop +job:cleanup .* – /);
});

test('examples/kusto-dashboards: Kusto holds exactly what the shop counted', { timeout: 120_000 }, async () => {
  const { stdout } = await run(process.execPath, ['examples/kusto-dashboards/main.ts', '--duration', '3', '--json'], {
    cwd: root,
  });
  const { exact, mismatches, operations, directory, out } = JSON.parse(stdout);
  expect(mismatches).toEqual([]);
  expect(exact).toBe(true);
  expect(operations).toBeGreaterThan(500);
  const adx = JSON.parse(await readFile(`${out}/adx.json`, 'utf8'));
  expect(adx.dataSources[0]).toMatchObject({
    database: 'attribution',
    clusterUri: expect.stringContaining('http://127.0.0.1:'),
  });
  await rm(directory, { recursive: true, force: true });
});
