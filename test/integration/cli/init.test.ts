import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { validateText } from '../../../src/engine/options.ts';
import { makeProject, runCli, temporaryFolder } from './run-cli.ts';

const read = (folder: string, name: string) => readFileSync(path.join(folder, name), 'utf8');
const shop = {
  name: 'shop',
  type: 'module',
  scripts: { build: 'tsc', start: 'node dist/app.js' },
  dependencies: { express: '^5.0.0', pg: '^8.0.0', fastify: '^5.0.0' },
};

/** The line names the file that `--write` makes: nothing else would read it. */
const startLine = 'OTEL_ATTRIBUTION_CONFIG_FILE=attribution.yaml node --import otel-attribution/register dist/app.js';

test('without --write it shows the steps and writes nothing', async () => {
  const folder = makeProject(shop, { 'yarn.lock': '' });
  const before = read(folder, 'package.json');
  const { code, stdout } = await runCli(['init', folder]);
  expect(code).toBe(0);
  expect(stdout).toContain('shop · yarn · ES modules');
  expect(stdout).toContain(
    'yarn add otel-attribution @opentelemetry/sdk-node @opentelemetry/auto-instrumentations-node @fastify/otel',
  );
  expect(stdout).toContain('- node dist/app.js');
  expect(stdout).toContain(`+ ${startLine}`);
  expect(stdout).toContain('otel-attribution init --write does steps 2 and 3');
  expect(read(folder, 'package.json')).toBe(before);
  expect(existsSync(path.join(folder, 'attribution.yaml'))).toBe(false);
});

test('--write edits the script alone, keeps the mode, and a second run changes nothing', async () => {
  const folder = makeProject(shop);
  chmodSync(path.join(folder, 'package.json'), 0o640);
  const before = read(folder, 'package.json');
  expect((await runCli(['init', '--write'], { cwd: folder })).code).toBe(0);
  const edited = read(folder, 'package.json');
  expect(edited).toBe(before.replace('node dist/app.js', startLine));
  expect(statSync(path.join(folder, 'package.json')).mode & 0o777).toBe(0o640);
  const config = read(folder, 'attribution.yaml');

  const { stdout } = await runCli(['init', '--write', '--json'], { cwd: folder });
  expect(JSON.parse(stdout)).toMatchObject({ way: 'done', written: [] });
  expect(read(folder, 'package.json')).toBe(edited);
  expect(read(folder, 'attribution.yaml')).toBe(config);
});

test('the file it writes is read by the line it writes', async () => {
  const files = { 'app.mjs': "console.log('served');\n" };
  const folder = makeProject({ ...shop, scripts: { start: 'node app.mjs' } }, files, true);
  await runCli(['init', '--write'], { cwd: folder });
  writeFileSync(path.join(folder, 'attribution.yaml'), 'windowSecnds: 30\n');
  const { start } = JSON.parse(read(folder, 'package.json')).scripts;
  const register = path.resolve(import.meta.dirname, '../../../src/register.ts');
  const command = start.replace('otel-attribution/register', register);
  const { stdout, stderr } = spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' });
  expect(stdout).toBe('served\n');
  expect(stderr).toContain('attribution.yaml:1:1: windowSecnds');
});

test('the file it writes says nothing as it is, and each line is right when uncommented', async () => {
  const folder = makeProject(shop);
  await runCli(['init', '--write'], { cwd: folder });
  const text = read(folder, 'attribution.yaml');
  expect(validateText(text, 'a')).toEqual({ options: {}, problems: [] });
  const uncommented = text
    .split('\n')
    .filter((line) => /^# (?:\w+: ?|\w+:$| )/.test(line) && !/^# [A-Z]/.test(line))
    .map((line) => line.slice(2))
    .join('\n');
  const { options, problems } = validateText(uncommented, 'a');
  expect(problems).toEqual([]);
  expect(Object.keys(options).length).toBeGreaterThanOrEqual(15);
});

test('never overwrites a configuration', async () => {
  const folder = makeProject(shop, { 'attribution.yaml': 'windowSeconds: 30\n' });
  await runCli(['init', '--write'], { cwd: folder });
  expect(read(folder, 'attribution.yaml')).toBe('windowSeconds: 30\n');
});

test('an existing NodeSDK gets a one-line change, shown and not written', async () => {
  const source =
    "import { NodeSDK } from '@opentelemetry/sdk-node';\nconst sdk = new NodeSDK({ serviceName: 'shop' });\nsdk.start();\n";
  const folder = makeProject(shop, { 'otel.js': source, 'package-lock.json': '{}' });
  const { code, stdout } = await runCli(['init', folder, '--write']);
  expect(code).toBe(0);
  expect(stdout).toContain('npm i otel-attribution');
  expect(stdout).toContain('otel.js:2');
  expect(stdout).toContain("+ const sdk = new NodeSDK(withAttribution({ serviceName: 'shop' }));");
  expect(stdout).toContain("import { withAttribution } from 'otel-attribution';");
  expect(read(folder, 'otel.js')).toBe(source);
  expect(read(folder, 'package.json')).not.toContain('register');
  // Options go into the code there.
  expect(existsSync(path.join(folder, 'attribution.yaml'))).toBe(false);
});

test.each([
  ['azure-monitor', 'useAzureMonitor({});\n', 'spanProcessors: [new AttributionSpanProcessor()]'],
  ['sentry', 'Sentry.init({ dsn });\n', 'openTelemetrySpanProcessors: [new AttributionSpanProcessor()]'],
  ['own-provider', 'const p = new NodeTracerProvider();\n', 'AttributionSampler'],
  ['done', 'new NodeSDK(withAttribution({}));\n', 'Nothing to do'],
  ['zero-code', '// new NodeSDK({}) is gone\n', '--import otel-attribution/register'],
])('finds %s', async (way, source, expected) => {
  const { otel, ...dependencies } = { otel: '', ...shop.dependencies, 'otel-attribution': '*', '@fastify/otel': '*' };
  const folder = makeProject({ ...shop, dependencies }, { 'otel.ts': source, 'attribution.yaml': '' });
  const text = await runCli(['init', folder]);
  expect(text.stdout).toContain(expected);
  const json = await runCli(['init', folder, '--json']);
  expect(JSON.parse(json.stdout).way).toBe(way);
});

test.each([
  ['pnpm-lock.yaml', 'pnpm'],
  ['bun.lock', 'bun'],
  ['package-lock.json', 'npm'],
])('%s means %s', async (lock, manager) => {
  const { stdout } = await runCli(['init', makeProject(shop, { [lock]: '' }), '--json']);
  expect(JSON.parse(stdout).packageManager).toBe(manager);
});

test('a script that does not call node is left alone, with the other way shown', async () => {
  const folder = makeProject({ name: 'api', scripts: { start: 'nest start' }, dependencies: { '@nestjs/core': '11' } });
  const { stdout } = await runCli(['init', folder, '--write']);
  expect(stdout).toContain(
    'OTEL_ATTRIBUTION_CONFIG_FILE=attribution.yaml NODE_OPTIONS="--import otel-attribution/register" npm run start',
  );
  expect(read(folder, 'package.json')).toContain('"nest start"');
});

test('a script written with escapes is left to the user', async () => {
  const folder = temporaryFolder();
  const text = '{"name":"x","scripts":{"start":"node\\u0020app.js"}}';
  writeFileSync(path.join(folder, 'package.json'), text);
  const { code, stdout } = await runCli(['init', folder, '--write']);
  expect(code).toBe(0);
  expect(stdout).toContain('change the script by hand');
  expect(read(folder, 'package.json')).toBe(text);
});

test('a package.json that cannot be replaced: says so, and leaves no file behind', async ({ skip }) => {
  if (process.getuid?.() === 0) skip('root may write everywhere');
  const folder = makeProject(shop);
  chmodSync(folder, 0o500);
  const { code, stderr } = await runCli(['init', '--write'], { cwd: folder });
  chmodSync(folder, 0o700);
  expect(code).toBe(1);
  expect(stderr).toContain('Cannot write');
});

test('sad paths: no package.json, no JSON, no object, unknown option', async () => {
  const folder = temporaryFolder();
  const missing = await runCli(['init', folder]);
  expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('package.json does not exist')]);
  writeFileSync(path.join(folder, 'package.json'), '{');
  expect((await runCli(['init', folder])).stderr).toContain('is not JSON');
  writeFileSync(path.join(folder, 'package.json'), '[]');
  expect((await runCli(['init', folder])).stderr).toContain('is not a JSON object');
  const unknown = await runCli(['init', '--force']);
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("unknown option '--force'")]);
});
