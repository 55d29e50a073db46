/** What containers do to a process: a user without a name, file systems that cannot be written, a process that is the first of its kind. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { temporaryFolder } from './cli/run-cli.ts';
import { callsByOrigin, here, REGISTER, run } from './register/run.ts';

/** Several starts of an application in each test, on a machine that may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const NODE = process.execPath;
const MAIN = path.resolve(import.meta.dirname, '../../src/cli/main.ts');
const SERVER = 'http.server.request.duration';
const served = { 'GET /search': 2, 'GET /stock/:item': 6 };
const APP = ['--import', REGISTER, here('app-esm.mjs')];
const INDEX = new URL('../../src/index.ts', import.meta.url).href;
const STAYS = [
  '--import',
  REGISTER,
  '--input-type=module',
  '-e',
  `import { record } from '${INDEX}';
  record({ target: 'mailer', event: 'email.sent', unit: '{email}', value: 1 });
  console.log('up');
  setInterval(() => {}, 1000);`,
];

/** Files are as readable as before, but the number of the user is one that no file knows. */
const NAMELESS = ['--user', '--map-user=12345', '--map-group=12345'];
const FIRST = ['--user', '--map-root-user', '--pid', '--fork', '--mount-proc', '--kill-child'];
const MOUNTS = ['--user', '--map-root-user', '--mount'];
const readOnly = (folder: string, command: readonly string[]): string[] => [
  ...MOUNTS,
  'sh',
  '-c',
  'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"',
  folder,
  ...command,
];

const may = (flags: readonly string[]): boolean => spawnSync('unshare', [...flags, 'true']).status === 0;
const unshared = may(NAMELESS) && may(FIRST) && may(MOUNTS);

/** Resolves once the application has printed something. */
async function start(args: readonly string[], env: Record<string, string>): Promise<ChildProcess> {
  const child = spawn('unshare', [...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout!, 'data');
  return child;
}

const ask = (args: readonly string[], env: Record<string, string>) =>
  spawnSync('unshare', [...args], { env: { ...process.env, NO_COLOR: '1', ...env }, encoding: 'utf8' });

test.runIf(unshared)('a user id without a name, as runAsUser gives one: it counts, and top sees it', async () => {
  const { stdout, stderr, code, rows } = await run([...NAMELESS, NODE, ...APP], { command: 'unshare' });
  expect({ stdout, stderr, code }).toEqual({ stdout: 'served\n', stderr: '', code: 0 });
  expect(callsByOrigin(rows, SERVER)).toEqual(served);

  const env = { TMPDIR: temporaryFolder(), OTEL_ATTRIBUTION_EXPORTERS: 'memory' };
  await start([...NAMELESS, NODE, ...STAYS], env);
  const top = ask([...NAMELESS, NODE, MAIN, 'top', '--json', '--interval', '200ms'], env);
  expect(top.stderr).toBe('');
  expect(JSON.parse(top.stdout).processes).toHaveLength(1);
});

test.runIf(unshared)('a file system that cannot be written: one line, and the application runs', async () => {
  const folder = temporaryFolder();
  const env = { OTEL_ATTRIBUTION_DIRECTORY: path.join(folder, 'attribution') };
  const { stdout, stderr, code } = await run(readOnly(folder, [NODE, ...APP]), { command: 'unshare', env });
  expect({ stdout, code }).toEqual({ stdout: 'served\n', code: 0 });
  expect(stderr.trimEnd().split('\n')).toEqual([
    expect.stringMatching(
      /^otel-attribution: .*attribution cannot be written: sums stay in memory and are lost at exit/,
    ),
  ]);
});

test.runIf(unshared)('a TMPDIR that cannot be written: top and doctor say so', async () => {
  const folder = temporaryFolder();
  const env = { TMPDIR: folder };
  const said = `${folder} cannot be written, so that no process can be looked at: set TMPDIR`;
  const top = ask(readOnly(folder, [NODE, MAIN, 'top', '--once']), env);
  expect(top).toMatchObject({ status: 3, stderr: expect.stringContaining(said) });
  const doctor = ask(readOnly(folder, [NODE, MAIN, 'doctor', '--json']), env);
  expect(JSON.parse(doctor.stdout).checks).toContainEqual(
    expect.objectContaining({ group: 'processes', status: 'unsure', fix: expect.stringContaining(said) }),
  );
});

test.runIf(unshared)('as PID 1 it ends at SIGTERM, and writes what it has', async () => {
  const directory = path.join(temporaryFolder(), 'attribution');
  mkdirSync(directory);
  const first = await start([...FIRST, NODE, ...STAYS], { OTEL_ATTRIBUTION_DIRECTORY: directory });
  const [pid] = readFileSync(`/proc/${first.pid}/task/${first.pid}/children`, 'utf8').trim().split(' ');
  const ended = once(first, 'exit');
  process.kill(Number(pid), 'SIGTERM');
  expect(await ended).toEqual([143, null]);
  expect(readdirSync(path.join(directory, 'local'))).toHaveLength(1);
});
