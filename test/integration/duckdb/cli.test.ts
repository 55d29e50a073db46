import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openStore } from '../../../src/stores/duckdb/index.ts';
import { testRow, writePart } from '../../helpers/parts.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));

function cli(args: readonly string[], env: NodeJS.ProcessEnv = {}, nodeArgs: readonly string[] = []) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [...nodeArgs, main, ...args], {
    encoding: 'utf8',
    env: { ...process.env, TZ: 'UTC', ...env },
  });
  return { out: stdout, err: stderr, code: status };
}

function recent(): string {
  const directory = tempDir();
  const windowStart = Math.floor(Date.now() / 60_000) * 60_000 - 60_000;
  writePart(directory, {
    instance: 'i',
    sequence: 1,
    sealedAt: windowStart + 60_000,
    rows: [
      testRow({ windowStart, origin: 'GET /search', value: 0.5, count: 40, samples: 40 }),
      testRow({
        windowStart,
        origin: 'GET /search',
        target: 'service://storefront',
        event: 'http.server.request.duration',
        count: 4,
        samples: 4,
      }),
    ],
  });
  return directory;
}

test('load: a table on standard output, --json and --csv with base values', () => {
  const directory = recent();
  const { out, code } = cli(['load', '--directory', directory]);
  expect(code).toBe(0);
  expect(out).toMatch(/^postgresql:\/\/shop-db\/shop · last .* · data to \d\d:\d\d:\d\d\norigin +share +active/);
  expect(out).toMatch(/storefront {2}GET \/search +100 % .* 10 +13 ms/);
  // The option may stand before the command, or in the environment.
  const json = JSON.parse(cli(['--directory', directory, 'load', '--json']).out);
  expect(json.rows[0]).toMatchObject({ key: 'GET /search', value: 0.5, calls: 40, callsPerRequest: 10, mean: 0.0125 });
  const csv = cli(['load', '--csv'], { OTEL_ATTRIBUTION_DIRECTORY: directory }).out.split('\r\n');
  expect(csv[0]).toMatch(/^target,event,unit,kind,/);
  expect(csv[1]).toContain('GET /search');
});

test.each(['trend', 'per-request', 'flow', 'compare', 'inventory', 'coverage', 'sources'])('%s answers', (name) => {
  const { out, code } = cli([name, '-d', recent()]);
  expect(code).toBe(0);
  expect(out).toMatch(
    name === 'sources' ? /storefront +i/ : name === 'coverage' ? /✓/ : /postgresql:\/\/shop-db\/shop/,
  );
  expect(out).not.toContain('\u001b');
});

test('export: Parquet and CSV, complete or not there; never over a file unasked', async () => {
  const directory = recent();
  const out = join(directory, "rows 'x'.parquet");
  expect(cli(['export', '-d', directory, '--out', out])).toMatchObject({
    code: 0,
    err: expect.stringContaining('2 rows'),
  });
  const store = await openStore({ directory });
  expect(
    await store.all(
      `SELECT count(*) AS n, sum(value) AS v FROM read_parquet('${out.replaceAll("'", "''").replaceAll(/[*?[]/g, '[$&]')}')`,
    ),
  ).toEqual([{ n: 2, v: 1.5 }]);
  store.close();
  expect(cli(['export', '-d', directory, '--out', out])).toMatchObject({
    code: 2,
    err: expect.stringContaining('--force'),
  });
  expect(cli(['export', '-d', directory, '--out', out, '--format', 'csv', '--force']).code).toBe(0);
  expect(readFileSync(out, 'utf8')).toMatch(/^part_id,row,sealed_at/);
  expect(cli(['export', '-d', directory, '--out', join(directory, 'no', 'x')]).code).toBe(2);
  expect(cli(['export', '-d', directory, '--out', join(directory, 'y'), '--to', '2020-01-01']).code).toBe(3);
  expect(readdirSync(directory).filter((name) => name.includes('partial'))).toEqual([]);
});

test('compact --rewrite', () => {
  const directory = recent();
  expect(cli(['load', '-d', directory]).code).toBe(0);
  const { err, code } = cli(['compact', '-d', directory, '--rewrite', '--keep', '30d']);
  expect(err).toMatch(/0 days compacted.*0 rows deleted.*Rewritten/s);
  expect(code).toBe(0);
  expect(cli(['compact', '-d', directory, '--keep', '1h'])).toMatchObject({ code: 2 });
  expect(statSync(join(directory, 'store.duckdb')).size).toBeGreaterThan(0);
});

test('no data: exit code 3, where it looked, and doctor', () => {
  const directory = join(tempDir(), 'none');
  const { err, code, out } = cli(['load', '-d', directory]);
  expect({ code, out }).toEqual({ code: 3, out: '' });
  expect(err).toContain(directory);
  expect(err).toContain('otel-attribution doctor');
  expect(existsSync(directory)).toBe(false);
});

test.each([
  [['lod'], /Did you mean load/],
  [['load', '--sinse', '1h'], /unknown option/],
  [['load', '--since', 'soon'], /expected a duration/],
  [['load', '--json', '--csv'], /cannot be used with/],
  [['load', '--limit', 'ten'], /whole number/],
  [['load', '--where', 'x'], /fields are/],
  [['export'], /--out/],
  [['load', 'extra'], /too many arguments/],
])('usage: %j', (args, expected) => {
  const { err, code } = cli([...args, '-d', recent()]);
  expect(err).toMatch(expected);
  expect(code).toBe(2);
});

test('help, version, and no command at all', () => {
  expect(cli(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  expect(cli(['load', '--help'])).toMatchObject({ code: 0, out: expect.stringContaining('--measure <event>') });
  const { out, code } = cli([]);
  expect(code).toBe(0);
  for (const name of ['load', 'trend', 'coverage', 'compact']) expect(out).toContain(`  ${name} `);
});

test('without DuckDB: the npm line, and commands that need none still work', () => {
  const loader = `data:text/javascript,${encodeURIComponent(`import { registerHooks } from 'node:module';
registerHooks({ resolve(specifier, context, next) {
  if (specifier === '@duckdb/node-api') throw Object.assign(new Error("Cannot find package '@duckdb/node-api'"), { code: 'ERR_MODULE_NOT_FOUND' });
  return next(specifier, context);
} });`)}`;
  const { err, code } = cli(['load', '-d', recent()], {}, ['--import', loader]);
  expect(err).toBe(
    'otel-attribution: The local store needs DuckDB, which is not installed. Run: npm i @duckdb/node-api\n',
  );
  expect(code).toBe(69);
  expect(cli(['--help'], {}, ['--import', loader]).code).toBe(0);
});

test('a closed pipe is no failure', () => {
  const { status, stderr } = spawnSync(
    'sh',
    ['-c', `"${process.execPath}" "${main}" load --json -d "$DIR" | head -c 1 > /dev/null`],
    {
      encoding: 'utf8',
      env: { ...process.env, DIR: recent() },
    },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
