/** PM2 has a file of its own run, and in its cluster mode says only there which application, folder and variables are meant. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { runCli, temporaryFolder } from './cli/run-cli.ts';
import { REGISTER, readRows } from './register/run.ts';

/** Several starts of an application in each test, on a machine that may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const INDEX = new URL('../../src/index.ts', import.meta.url).href;
const APP = `import { record, withOrigin } from '${INDEX}';
withOrigin('job:mail', () => record({ target: 'mailer', event: 'email.sent', unit: '{email}', value: 1 }));
console.log('up');
setInterval(() => {}, 1000);
`;
/** As far as it matters, what the files of PM2 7.0 do. */
const CLUSTER = `const told = JSON.parse(process.env.pm2_env);
for (const name in told) process.env[name] = told[name];
delete process.env.pm2_env;
process.chdir(told.pm_cwd);
import(require('node:url').pathToFileURL(told.pm_exec_path));
`;
const FORK = `import(require('node:url').pathToFileURL(process.env.pm_exec_path));\n`;
const DAEMON = `const cluster = require('node:cluster');
const [exec, register, told] = process.argv.slice(2);
cluster.setupPrimary({ exec, execArgv: ['--import', register] });
const worker = cluster.fork({ pm2_env: told });
process.on('SIGTERM', () => worker.process.kill('SIGINT'));
`;

function layOut() {
  const folder = realpathSync(temporaryFolder());
  const pm2 = path.join(folder, 'pm2');
  const app = path.join(folder, 'app');
  for (const one of [pm2, app]) mkdirSync(one);
  writeFileSync(path.join(pm2, 'package.json'), '{"name":"pm2"}');
  writeFileSync(path.join(pm2, 'ProcessContainer.js'), CLUSTER);
  writeFileSync(path.join(pm2, 'ProcessContainerFork.js'), FORK);
  writeFileSync(path.join(pm2, 'Daemon.js'), DAEMON);
  writeFileSync(path.join(app, 'package.json'), '{"name":"shop"}');
  writeFileSync(path.join(app, 'app.mjs'), APP);
  const { OTEL_ATTRIBUTION_DIRECTORY: _, NODE_ENV: __, ...env } = process.env;
  return { folder, pm2, app, script: path.join(app, 'app.mjs'), env: { ...env, TMPDIR: folder } };
}

/** Starts it, asks `top` what it sees, ends it as PM2 does, and gives what it wrote below the application's folder. */
async function live(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv, app: string) {
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const { stdout } = await runCli(['top', '--json', '--interval', '200ms'], { env: { TMPDIR: env.TMPDIR! } });
  const processes = JSON.parse(stdout).processes as { script: string; service: string }[];
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
  return { processes, rows: readRows(path.join(app, '.attribution')) };
}

test('cluster mode: folder, variables and name of the application count', async () => {
  const { pm2, app, script, env } = layOut();
  const told = { pm_exec_path: script, pm_cwd: app, OTEL_RESOURCE_ATTRIBUTES: 'service.name=checkout' };
  const args = [path.join(pm2, 'Daemon.js'), path.join(pm2, 'ProcessContainer.js'), REGISTER, JSON.stringify(told)];
  const { processes, rows } = await live(args, pm2, env, app);
  expect(processes).toMatchObject([{ script, service: 'checkout' }]);
  expect(rows.filter(({ target }) => target === 'mailer')).toMatchObject([{ service: 'checkout', value: 1 }]);
});

test('cluster mode without a name: that of the package of the application', async () => {
  const { pm2, app, script, env } = layOut();
  const told = { pm_exec_path: script, pm_cwd: app };
  const args = [path.join(pm2, 'Daemon.js'), path.join(pm2, 'ProcessContainer.js'), REGISTER, JSON.stringify(told)];
  const { processes } = await live(args, pm2, env, app);
  expect(processes).toMatchObject([{ script, service: 'shop' }]);
});

test('fork mode: the application is told from the file that loads it', async () => {
  const { pm2, app, script, env } = layOut();
  const args = ['--import', REGISTER, path.join(pm2, 'ProcessContainerFork.js')];
  const { processes, rows } = await live(args, app, { ...env, pm_exec_path: script }, app);
  expect(processes).toMatchObject([{ script, service: 'shop' }]);
  expect(rows.filter(({ target }) => target === 'mailer')).toMatchObject([{ service: 'shop', value: 1 }]);
});
