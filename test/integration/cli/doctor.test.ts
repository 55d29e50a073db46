import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { testPart, testRow } from '../../helpers/parts.ts';
import { makeProject, runCli, temporaryFolder } from './run-cli.ts';

interface Check {
  readonly group: string;
  readonly status: 'ok' | 'unsure' | 'bad';
  readonly text: string;
  readonly fix: string;
}

const start = 'node --import otel-attribution/register app.js';

/** Runs doctor in `folder` as on a host of its own. */
async function checks(folder: string, args: readonly string[] = [], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await runCli(['doctor', '--json', ...args], {
    cwd: folder,
    env: { TMPDIR: temporaryFolder(), ...env },
  });
  expect(stderr).toBe('');
  const result = JSON.parse(stdout) as { ok: boolean; problems: number; checks: Check[] };
  expect(result.problems).toBe(result.checks.filter(({ status }) => status === 'bad').length);
  expect(code).toBe(result.ok ? 0 : 1);
  return result.checks;
}

const about = (all: readonly Check[], text: string): Check | undefined =>
  all.find((check) => check.text.includes(text));

/** `otel-attribution` itself has no place in this repository's node_modules: the name stands for it. */
function healthy(dependencies: object = {}, more: object = {}): string {
  return makeProject({ name: 'otel-attribution', type: 'module', scripts: { start }, dependencies, ...more }, {}, true);
}

test('a project that is set up: nothing is in the way', async () => {
  const all = await checks(
    healthy({ express: '5', pg: '8', redis: '5', undici: '7', fastify: '5', '@opentelemetry/sdk-node': '*' }),
  );
  expect(all.filter(({ status }) => status === 'bad')).toEqual([]);
  expect(about(all, 'pg 8')).toMatchObject({
    status: 'ok',
    text: expect.stringContaining('@opentelemetry/instrumentation-pg'),
  });
  expect(about(all, 'redis 5')).toMatchObject({ status: 'ok' });
  expect(about(all, 'undici 7')).toMatchObject({ status: 'ok' });
  expect(about(all, 'script start loads otel-attribution/register first')).toMatchObject({ status: 'ok' });
  expect(about(all, 'no process of this user')).toMatchObject({ status: 'unsure' });
  expect(about(all, 'DuckDB')).toMatchObject({ status: 'ok' });
});

test('drivers that require a parent span are named, with the way out', async () => {
  const all = await checks(healthy({ ioredis: '5' }));
  expect(about(all, 'ioredis')).toMatchObject({ status: 'unsure', fix: expect.stringContaining('withOrigin') });
});

test('nothing installed: every package that is missing, with its install line', async () => {
  const folder = makeProject(
    { name: 'shop', scripts: { start: 'node app.js' }, dependencies: { pg: '8' } },
    { 'pnpm-lock.yaml': '', 'attribution.yaml': '' },
  );
  const all = await checks(folder);
  expect(about(all, '@opentelemetry/sdk-node is not installed')?.fix).toBe('pnpm add @opentelemetry/sdk-node');
  expect(about(all, 'otel-attribution is not installed')?.status).toBe('bad');
  expect(about(all, 'attribution.yaml is there, and nothing names it')?.status).toBe('unsure');
  expect(about(all, 'no instrumentation is installed, so pg make')?.status).toBe('bad');
  expect(about(all, 'script start does not start attribution')).toMatchObject({
    status: 'bad',
    fix: expect.stringContaining('node --import otel-attribution/register app.js'),
  });
});

/** A project whose node_modules are a few small packages made here. */
function madeProject(
  packages: Record<string, { version: string; main?: string; peerDependencies?: object }>,
  dependencies: object,
): string {
  const folder = makeProject({ name: 'otel-attribution', scripts: { start }, dependencies });
  for (const [name, { main = '', ...json }] of Object.entries(packages)) {
    const at = path.join(folder, 'node_modules', name);
    mkdirSync(at, { recursive: true });
    writeFileSync(
      path.join(at, 'package.json'),
      JSON.stringify({ name: name.split('/node_modules/').at(-1), main: 'i.js', ...json }),
    );
    writeFileSync(path.join(at, 'i.js'), main);
  }
  return folder;
}

const auto = (modules: string) => ({
  version: '0.82.0',
  main: `exports.getNodeAutoInstrumentations = () => [${modules}];`,
});
const instrumentation = (name: string, range: string) =>
  `{ instrumentationName: 'i-${name}', getConfig: () => ({}), _modules: [{ name: '${name}', supportedVersions: ['${range}'] }] }`;

test('queues within the process: what is repaired, what needs nothing, what needs bindContext', async () => {
  const versions = { async: '3.2.6', 'p-limit': '7.3.3', 'p-queue': '8.1.0', queue: '7.0.0', fastq: '2.0.0' };
  const packages = Object.entries(versions).map(([name, version]) => [name, { version }]);
  const folder = madeProject(Object.fromEntries(packages), versions);
  const all = await checks(folder);
  for (const name of ['async 3', 'p-queue 8']) {
    expect(about(all, name)).toMatchObject({
      group: 'queues',
      status: 'ok',
      text: expect.stringContaining('repaired'),
    });
  }
  expect(about(all, 'p-limit 7')).toMatchObject({ status: 'ok', text: expect.not.stringContaining('repaired') });
  for (const name of ['queue 7', 'fastq 2'])
    expect(about(all, name)).toMatchObject({ status: 'unsure', fix: expect.stringContaining('bindContext(fn)') });

  const config = path.join(folder, 'off.yaml');
  writeFileSync(config, 'repair: false\n');
  const off = await checks(folder, [], { OTEL_ATTRIBUTION_CONFIG_FILE: config });
  expect(about(off, 'async 3')).toMatchObject({ status: 'unsure', fix: expect.stringContaining('repair: false') });
  expect(about(off, 'p-limit 7')).toMatchObject({ status: 'ok' });
});

test('versions that do not fit: API lines, peers, drivers', async () => {
  const folder = madeProject(
    {
      '@opentelemetry/api': { version: '1.10.0' },
      '@opentelemetry/sdk-node': { version: '0.223.0', peerDependencies: { '@opentelemetry/api': '>=1.3.0 <1.10.0' } },
      '@opentelemetry/sdk-node/node_modules/@opentelemetry/api': { version: '1.9.0' },
      '@opentelemetry/auto-instrumentations-node': {
        ...auto(instrumentation('pg', '>=8.0.3 <9')),
        peerDependencies: { '@opentelemetry/api': '^1.11.0' },
      },
      pg: { version: '9.1.0' },
      koa: { version: '3.0.0' },
      axios: { version: '1.9.0' },
      typeorm: { version: '0.3.0' },
      'better-sqlite3': { version: '12.0.0' },
    },
    { pg: '9', koa: '3', axios: '1', typeorm: '0', 'better-sqlite3': '12', mongodb: '7' },
  );
  const all = await checks(folder);
  expect(about(all, '2 copies of @opentelemetry/api')).toMatchObject({
    status: 'bad',
    text: expect.stringContaining('registers with 1.9.0'),
  });
  expect(about(all, 'needs @opentelemetry/api ^1.11.0; 1.10.0 is installed')?.status).toBe('bad');
  expect(about(all, 'pg 9.1.0: i-pg supports >=8.0.3 <9')?.status).toBe('bad');
  expect(about(all, 'koa 3.0.0: no active instrumentation')?.status).toBe('bad');
  expect(about(all, 'axios 1.9.0 is seen only through http')?.status).toBe('bad');
  expect(about(all, 'typeorm 0.3.0: seen through its driver')?.status).toBe('ok');
  expect(about(all, 'better-sqlite3 12.0.0 has no instrumentation')?.fix).toContain('record()');
  expect(about(all, 'mongodb is in package.json, but not installed')?.status).toBe('unsure');
});

test.each([
  [
    'throws',
    "throw new Error('isSpanContextValid is not a function');",
    'does not load: isSpanContextValid is not a function',
  ],
  ['ends the process', 'process.exit(7);', 'does not load'],
  ['brings nothing', 'exports.getNodeAutoInstrumentations = () => [];', 'no instrumentation is active'],
])('an instrumentation package that %s is found out, not suffered', async (_, main, expected) => {
  const folder = madeProject(
    {
      '@opentelemetry/api': { version: '1.10.0' },
      '@opentelemetry/sdk-node': { version: '0.301.0' },
      '@opentelemetry/auto-instrumentations-node': { version: '0.82.0', main },
    },
    {},
  );
  expect(about(await checks(folder), expected)?.status).toBe('bad');
});

test('set-ups in the source: two at once, one without attribution, one without the loader hook', async () => {
  const plain = 'const sdk = new NodeSDK({});\n';
  const two = makeProject({ name: 'otel-attribution', scripts: { start } }, { 'otel.js': plain });
  expect(about(await checks(two), 'otel.js:1 sets up OpenTelemetry (nodesdk) itself')?.fix).toContain(
    'withAttribution',
  );

  const without = makeProject({ name: 'otel-attribution', scripts: { start: 'node app.js' } }, { 'otel.js': plain });
  expect(about(await checks(without), 'otel.js:1 sets up OpenTelemetry (nodesdk) without attribution')?.status).toBe(
    'bad',
  );

  const plugged = 'const sdk = new NodeSDK(withAttribution({}));\n';
  const json = { name: 'otel-attribution', type: 'module', scripts: { start: 'node --import ./otel.js app.js' } };
  const all = await checks(makeProject(json, { 'otel.js': plugged }));
  expect(about(all, 'plugs attribution into nodesdk')?.status).toBe('ok');
  expect(about(all, 'the loader hook is missing')?.status).toBe('bad');
  const hooked = await checks(
    makeProject(json, { 'otel.js': `register('@opentelemetry/instrumentation/hook.mjs');\n${plugged}` }),
  );
  expect(about(hooked, 'the loader hook for ES modules is installed')?.status).toBe('ok');
});

test('variables that switch things off or are slips', async () => {
  const all = await checks(healthy(), [], {
    OTEL_SDK_DISABLED: 'true',
    OTEL_TRACE_EXPORTER: 'none',
    OTEL_SERVICE_NAME: '"shop"',
    OTEL_TRACES_SAMPLER: 'ratio',
    OTEL_ATTRIBUTION_WINDOW_SECONDS: '7',
  });
  expect(about(all, 'OTEL_SDK_DISABLED is true')).toMatchObject({ status: 'bad', fix: 'unset it' });
  expect(about(all, 'OTEL_TRACE_EXPORTER is set')?.fix).toBe('did you mean OTEL_TRACES_EXPORTER?');
  expect(about(all, 'OTEL_SERVICE_NAME has quotation marks')?.status).toBe('unsure');
  expect(about(all, 'OTEL_TRACES_SAMPLER is "ratio"')?.fix).toContain('parentbased_traceidratio');
  expect(about(all, 'OTEL_ATTRIBUTION_WINDOW_SECONDS')?.status).toBe('bad');
});

function directoryWith(parts: readonly { sealedAt: number; mtime?: number }[]): string {
  const directory = path.join(temporaryFolder(), 'parts');
  mkdirSync(path.join(directory, 'local'), { recursive: true });
  for (const [i, { sealedAt, mtime }] of parts.entries()) {
    const instance = '5e0d9a52-9e0c-4f4e-8f3e-000000000000';
    const part = testPart({
      instance,
      sequence: i,
      sealedAt,
      rows: [testRow({ windowStart: sealedAt - (sealedAt % 60_000) })],
    });
    const file = path.join(directory, 'local', `${part.id}.json.zst`);
    writeFileSync(file, part.body);
    if (mtime !== undefined) utimesSync(file, mtime / 1000, mtime / 1000);
  }
  return directory;
}

test('the directory: parts, quarantine with reasons, broken parts', async () => {
  const now = Date.now();
  const directory = directoryWith([{ sealedAt: now - 1000 }, { sealedAt: now }]);
  writeFileSync(path.join(directory, 'local', 'x-0.json.zst'), 'no zstd');
  mkdirSync(path.join(directory, 'quarantine', 'file'), { recursive: true });
  for (const i of [1, 2])
    writeFileSync(path.join(directory, 'quarantine', 'file', `${i}.reason.txt`), 'the disk said no\n');
  const all = await checks(healthy(), ['-d', directory]);
  expect(about(all, '3 parts')?.status).toBe('ok');
  expect(about(all, '2 parts in')?.text).toContain('the disk said no');
  expect(about(all, '1 part files cannot be decoded')?.status).toBe('unsure');
});

test('clocks: parts from the future, and parts older than their files say', async () => {
  const now = Date.now();
  const future = await checks(healthy(), ['-d', directoryWith([{ sealedAt: now + 3_600_000 }])]);
  expect(about(future, 'in the future')).toMatchObject({ status: 'bad', fix: expect.stringContaining('NTP') });
  const skewed = await checks(healthy(), ['-d', directoryWith([{ sealedAt: now - 60_000, mtime: now - 120_000 }])]);
  expect(about(skewed, 'clocks differ')?.status).toBe('unsure');
});

test('a full spool, a file in place of the directory, production without a directory', async () => {
  const directory = directoryWith([{ sealedAt: Date.now() }]);
  writeFileSync(path.join(directory, 'local', 'big-0.json.zst'), Buffer.alloc(1024 * 1024));
  const full = await checks(healthy(), ['-d', directory], { OTEL_ATTRIBUTION_MAX_SPOOL_BYTES: String(1024 * 1024) });
  expect(about(full, 'new parts are dropped')?.status).toBe('bad');
  const file = path.join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  expect(about(await checks(healthy(), ['-d', file]), 'is no directory')?.status).toBe('bad');
  const production = await checks(healthy(), [], { NODE_ENV: 'production' });
  expect(about(production, 'sums stay in memory')?.fix).toContain('OTEL_ATTRIBUTION_DIRECTORY');
});

test('live processes: one that has seen spans, one that has not, and when that is too long', async () => {
  const TMPDIR = temporaryFolder();
  const app = path.join(import.meta.dirname, 'holding-app.ts');
  const quiet: number[] = [];
  for (const env of [{ IDLE: '1' }, { IDLE: '1' }, {}]) {
    const child = fork(app, {
      env: { ...process.env, OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none', TMPDIR, ...env },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child, 'message');
    if (env.IDLE === '1') quiet.push(child.pid!);
  }
  // The second quiet one has been there for five minutes, by the age of its socket.
  const started = Date.now() / 1000 - 300;
  const socket = path.join(TMPDIR, `otel-attribution-${os.userInfo().uid}`, `${quiet[1]}-0.sock`);
  utimesSync(socket, started, started);
  const all = await checks(healthy(), [], { TMPDIR });
  expect(about(all, `process ${quiet[0]}`)).toMatchObject({
    status: 'unsure',
    text: expect.stringContaining('no span'),
  });
  expect(about(all, `process ${quiet[1]}`)).toMatchObject({
    status: 'bad',
    text: expect.stringMatching(/no span in (300 s|5(\.0)? min)/),
  });
  expect(all.filter(({ group, status }) => group === 'processes' && status === 'ok')).toHaveLength(1);
});

test('a store that another process holds: says which', async () => {
  const directory = directoryWith([{ sealedAt: Date.now() }]);
  const script = `
    const { DuckDBInstance } = require('@duckdb/node-api');
    DuckDBInstance.create(${JSON.stringify(path.join(directory, 'store.duckdb'))}).then(() => process.send('ready'));
    setInterval(() => {}, 1000);`;
  const file = path.join(healthy(), 'hold.cjs');
  writeFileSync(file, script);
  const child = fork(file);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  const all = await checks(healthy(), ['-d', directory]);
  expect(about(all, 'is in use by')).toMatchObject({
    status: 'unsure',
    text: expect.stringContaining(String(child.pid)),
  });
});

test('the default directory lies in the folder of the project', async () => {
  const folder = healthy();
  const all = await checks(temporaryFolder(), ['--project', folder]);
  expect(about(all, 'does not exist yet')?.text).toContain(path.join(folder, '.attribution'));
});

test('as text: marks, fixes and the verdict; sad paths', async () => {
  const folder = temporaryFolder();
  const { code, stdout } = await runCli(['doctor', '--project', folder], { env: { TMPDIR: folder } });
  expect(code).toBe(1);
  expect(stdout).toContain(`✗ ${path.join(folder, 'package.json')} does not exist`); // and none above it
  expect(stdout).toContain('→ otel-attribution doctor --project <folder>');
  expect(stdout).toContain('1 thing is in the way.');
  const unknown = await runCli(['doctor', '--fix']);
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("unknown option '--fix'")]);
});
