/** `doctor -- <command>`: the application runs, and says from inside what was patched. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { expect, test } from 'vitest';
import { makeProject, runCli, temporaryFolder } from './run-cli.ts';

interface Check {
  readonly group: string;
  readonly status: 'ok' | 'unsure' | 'bad';
  readonly text: string;
  readonly fix: string;
}

const MAIN = path.resolve(import.meta.dirname, '../../../src/cli/main.ts');
/** Several starts of an application, each with its SDK. */
const MINUTE = 60_000;

const APP = `
import http from 'node:http';
import connect from 'connect';
import mysql from 'mysql';
const app = connect();
app.use('/', (_, response) => mysql.createConnection({ host: '127.0.0.1', port: 1 }).query('SELECT 1', () => response.end()));
const server = http.createServer(app).listen(0, '127.0.0.1', () => {
  http.get('http://127.0.0.1:' + server.address().port + '/', (response) => response.resume());
});
`;
const PROJECT = { name: 'shop', type: 'module', dependencies: { connect: '3', mysql: '2', 'not-known': '1' } };

async function run(folder: string, command: readonly string[], flags: readonly string[] = []) {
  const { stdout, stderr } = await runCli(['doctor', '--json', '--for', '2s', ...flags, '--', ...command], {
    cwd: folder,
    env: { TMPDIR: temporaryFolder() },
  });
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  return { stderr, checks, inside: checks.filter(({ group }) => /^inside|^command/.test(group)) };
}

const about = (all: readonly Check[], text: string): Check | undefined =>
  all.find((check) => check.text.includes(text));

test('default imports of CommonJS libraries are patched, and so it says', { timeout: MINUTE }, async () => {
  const folder = makeProject(PROJECT, { 'app.js': APP }, true);
  const { inside } = await run(folder, ['node', 'app.js']);
  expect(inside.filter(({ status }) => status !== 'ok')).toEqual([]);
  expect(about(inside, 'connect 3.7.0: patched by @opentelemetry/instrumentation-connect')?.status).toBe('ok');
  expect(about(inside, 'mysql 2.18.1: patched by @opentelemetry/instrumentation-mysql')?.status).toBe('ok');
  expect(about(inside, ' spans seen')?.status).toBe('ok');
  expect(inside[0]?.group).toMatch(/^inside app.js \(process \d+\)$/);
});

test('a bundle: which libraries are in it, and how to leave them out', { timeout: MINUTE }, async () => {
  const folder = makeProject(PROJECT, { 'app.js': APP }, true);
  const bundle = (outfile: string, minify: boolean) =>
    buildSync({
      entryPoints: [path.join(folder, 'app.js')],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile: path.join(folder, outfile),
      minify,
    });
  bundle('bundle.cjs', false);
  const named = about((await run(folder, ['node', 'bundle.cjs'])).inside, 'bundled into bundle.cjs');
  expect(named).toMatchObject({ status: 'bad', fix: expect.stringContaining('--packages=external') });
  expect(named?.text).toMatch(/^connect, mysql: /);
  bundle('small.cjs', true);
  expect(
    about((await run(folder, ['node', 'small.cjs'])).inside, 'mysql: in package.json, and not loaded'),
  ).toMatchObject({
    status: 'unsure',
    fix: expect.stringContaining('--packages=external'),
  });
});

test('what is loaded before the instrumentations is not called patched', { timeout: MINUTE }, async () => {
  const uses = "import mysql from 'mysql2';\nmysql.createPool({ port: 1 }).query('SELECT 1', () => {});\n";
  const project = { ...PROJECT, dependencies: { mysql2: '3' } };
  const folder = makeProject(project, { 'app.js': uses, 'idle.js': '' }, true);
  expect(about((await run(folder, ['node', 'app.js'])).inside, 'mysql2')?.text).toMatch(/patched by/);
  const used = about((await run(folder, ['node', '--require', 'mysql2', 'app.js'])).inside, 'mysql2');
  expect(used).toMatchObject({ status: 'unsure', text: expect.stringContaining('as when it was loaded before') });
  const idle = about((await run(folder, ['node', '--require', 'mysql2', 'idle.js'])).inside, 'mysql2');
  expect(idle).toMatchObject({ status: 'bad', fix: expect.stringContaining('before every other --import') });
});

test.each(['SIGTERM', 'SIGINT', 'folder', 'deaf', 'late'] as const)(
  'nothing stays behind, also when doctor is ended itself or loses its folder: %s',
  { timeout: MINUTE },
  async (disturb) => {
    const deaf = disturb === 'deaf' ? "process.on('SIGTERM', () => {});\n" : '';
    const stays = `${deaf}require('node:http').createServer().listen(0, () => setTimeout(() => console.log('pid ' + process.pid), ${disturb === 'late' ? 2_000 : 0}));\n`;
    const folder = makeProject({ name: 'shop', dependencies: {} }, { 'app.cjs': stays }, true);
    const TMPDIR = temporaryFolder();
    const child = spawn(process.execPath, [MAIN, 'doctor', '--for', '10m', '--', 'node', 'app.cjs'], {
      cwd: folder,
      env: { ...process.env, TMPDIR },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = once(child, 'close');
    let pid = 0;
    for await (const text of child.stderr) {
      pid = Number(/pid (\d+)/.exec(String(text))?.[1] ?? pid);
      if (pid === 0) continue;
      if (disturb === 'folder') {
        rmSync(TMPDIR, { recursive: true });
        child.kill('SIGTERM');
      } else child.kill(disturb === 'SIGINT' ? disturb : 'SIGTERM');
      break;
    }
    await ended;
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  },
);

test('commands that end at once, with an error or without, and those that are none', { timeout: MINUTE }, async () => {
  const folder = makeProject(PROJECT, { 'app.js': "throw new TypeError('no database');\n", 'ok.js': '' }, true);
  expect(about((await run(folder, ['node', 'app.js'])).inside, 'ended with code 1')).toMatchObject({
    status: 'bad',
    text: expect.stringContaining('TypeError: no database'),
  });
  expect(about((await run(folder, ['node', 'ok.js'])).inside, 'no span in')?.status).toBe('unsure');
  expect(about((await run(folder, ['sh', '-c', 'true'])).inside, 'no process of the command')?.status).toBe('unsure');
  expect(about((await run(folder, ['no-such-command'])).inside, 'cannot be started')?.status).toBe('bad');
});
