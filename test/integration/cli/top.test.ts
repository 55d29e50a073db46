import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCli, temporaryFolder } from './run-cli.ts';

const APP = path.join(import.meta.dirname, 'holding-app.ts');
const main = path.resolve(import.meta.dirname, '../../../src/cli/main.ts');

/** A host of its own: sockets lie below TMPDIR. */
function host(): { env: Record<string, string>; sockets: string } {
  const folder = temporaryFolder();
  return { env: { TMPDIR: folder }, sockets: path.join(folder, `otel-attribution-${os.userInfo().uid}`) };
}

async function startApp(env: Record<string, string>): Promise<ChildProcess> {
  const child = fork(APP, {
    env: { ...process.env, OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none', ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  return child;
}

test('shows what two processes have in flight, by target and origin', async () => {
  const { env } = host();
  const [first] = await Promise.all([startApp(env), startApp({ ...env, SERVICE: 'billing' })]);
  const { code, stdout } = await runCli(['top', '--json', '--interval', '300ms'], { env });
  expect(code).toBe(0);
  const picture = JSON.parse(stdout);
  expect(picture.processes.map(({ service }: { service: string }) => service).sort()).toEqual([
    'billing',
    'storefront',
  ]);
  const db = picture.rows.filter(({ target }: { target: string }) => target === 'postgresql://shop-db/shop');
  expect(db.map((row: Record<string, unknown>) => [row.originService, row.origin, row.active, row.max])).toEqual(
    expect.arrayContaining([
      ['storefront', 'GET /search', 3, 3],
      ['storefront', 'GET /cart', 1, 1],
      ['billing', 'GET /search', 3, 3],
      ['billing', 'GET /cart', 1, 1],
    ]),
  );
  expect(db).toHaveLength(4);
  for (const row of db) expect(row.oldestSeconds).toBeGreaterThan(0);

  const one = await runCli(['top', '--once', '--interval', '200ms', '--pid', String(first.pid)], { env });
  expect(one.stdout).toContain('1 process · 2 requests and jobs open · ');
  expect(one.stdout).toContain('postgresql://shop-db/shop · 4.0 active');
  expect(one.stdout).toMatch(/storefront {2}GET \/search {2}SELECT products +3(\.0)? +3 /);
  expect(one.stdout).not.toContain('hunter2');
});

test('groups and chooses as reports do', async () => {
  const { env } = host();
  const [first, second] = await Promise.all([startApp(env), startApp({ ...env, SERVICE: 'billing' })]);
  const ask = async (...args: string[]) => {
    const { stdout } = await runCli(['top', '--json', '--interval', '200ms', ...args], { env });
    return JSON.parse(stdout).rows as Record<string, unknown>[];
  };
  expect(await ask('--by', 'attribute.tenant', '--where', 'target~postgresql*')).toMatchObject([
    { target: 'postgresql://shop-db/shop', 'attribute.tenant': 'acme', active: 6, max: 6 },
    { 'attribute.tenant': 'globex', active: 2, max: 2 },
  ]);
  const pids = await ask('--by', 'pid,service', '--where', 'operation~SELECT*,service!=billing');
  expect(pids).toMatchObject([{ pid: `${first.pid}`, service: 'storefront', active: 4 }]);
  const targets = await ask('--by', 'target,operation', '--where', `pid=${second.pid},attribute.tenant=globex`);
  expect(targets).toMatchObject([
    { target: 'postgresql://shop-db/shop', operation: 'SELECT carts', active: 1 },
    { target: 'service://billing', operation: 'GET', active: 1 },
  ]);
});

test('nobody there: says how to get there, exit code 3', async () => {
  const { code, stdout, stderr } = await runCli(['top'], { env: host().env });
  expect(code).toBe(3);
  expect(stdout).toBe('');
  expect(stderr).toContain('node --import otel-attribution/register app.js');
});

test('a process that is not there is told apart from those that are', async () => {
  const { env } = host();
  const app = await startApp({ ...env, IDLE: '1' });
  const { code, stderr } = await runCli(['top', '--pid', '1'], { env });
  expect(code).toBe(3);
  expect(stderr).toContain(`those of this user are ${app.pid}`);
});

test('the socket of a killed process is ignored and removed', async () => {
  const { env, sockets } = host();
  const app = await startApp(env);
  const gone = once(app, 'exit');
  app.kill('SIGKILL');
  await gone;
  expect(readdirSync(sockets)).toEqual([`${app.pid}-0.sock`]);
  const { code } = await runCli(['top'], { env });
  expect(code).toBe(3);
  expect(readdirSync(sockets)).toEqual([]);
});

test('a socket that answers nonsense breaks nothing', async () => {
  const { env, sockets } = host();
  mkdirSync(sockets, { mode: 0o700 });
  const server = createServer((socket) => socket.end('{"v": 99}\n'));
  onTestFinished(() => void server.close());
  await once(server.listen(path.join(sockets, `${process.pid}-7.sock`)), 'listening');
  const { code, stderr } = await runCli(['top'], { env });
  expect(code).toBe(3);
  expect(stderr).toContain(`Process ${process.pid} did not answer`);
  expect(existsSync(path.join(sockets, `${process.pid}-7.sock`))).toBe(true);
});

test('a blocked event loop is named', async () => {
  const { env } = host();
  const app = await startApp(env);
  app.send('block');
  const { code, stderr } = await runCli(['top'], { env });
  expect(code).toBe(3);
  expect(stderr).toContain(`Process ${app.pid} did not answer within 1 s`);
});

test.each([
  ['an unknown option', ['top', '--sort', 'x'], "unknown option '--sort'"],
  ['a wrong interval', ['top', '--interval', 'soon'], '--interval is "soon"'],
  ['an interval too short', ['top', '--interval', '1ms'], 'expected 100ms to 1h'],
  ['a wrong key', ['top', '--by', 'route'], 'did you mean origin?'],
  ['a wrong field', ['top', '--where', 'tenant=a'], 'did you mean attribute.tenant?'],
  ['a wrong process id', ['top', '--pid', 'x'], '--pid is "x"'],
])('%s: exit code 2', async (_, args, message) => {
  const { code, stderr } = await runCli(args, { env: host().env });
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

// A terminal for the child: `script` of util-linux makes one.
const hasScript = spawnSync('script', ['--version']).stdout?.toString().includes('util-linux') === true;

test.runIf(hasScript).each(['q', '\u0003'])(
  'on a terminal it redraws, and gives the screen back at %j',
  async (key) => {
    const { env } = host();
    await startApp(env);
    const command = `${process.execPath} ${main} top --interval 200ms`;
    const child = spawn('script', ['-qec', command, '/dev/null'], { env: { ...process.env, ...env, TERM: 'xterm' } });
    onTestFinished(() => void child.kill('SIGKILL'));
    let shown = '';
    let pressed = false;
    child.stdout.on('data', (chunk) => {
      shown += chunk;
      // Once, in the second picture.
      if (pressed || shown.split('postgresql://shop-db/shop').length < 3) return;
      pressed = true;
      child.stdin.write(key);
    });
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
    expect(shown).toContain('\u001b[?1049h');
    expect(shown.trimEnd().endsWith('\u001b[?25h\u001b[?1049l')).toBe(true);
  },
);
