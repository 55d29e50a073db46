/** Ways to start that people try: each works, or one line says what to write. The application runs in any case. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPackage } from '../installs/install.ts';
import { callsByOrigin, here, run } from './register/run.ts';

const SERVER = 'http.server.request.duration';
const REGISTER_FILE = fileURLToPath(new URL('../../src/register.ts', import.meta.url));
const TSX = fileURLToPath(new URL('../../node_modules/tsx/dist/cli.mjs', import.meta.url));
const served = { 'GET /search': 2, 'GET /stock/:item': 6 };

describe('these work', () => {
  it.each([
    ['--require and an ES module', ['--require', REGISTER_FILE, 'app-esm.mjs'], {}],
    ['--require and CommonJS', ['--require', REGISTER_FILE, 'app-cjs.cjs'], {}],
    ['-r', ['-r', REGISTER_FILE, 'app-cjs.cjs'], {}],
    ['--require in NODE_OPTIONS', ['app-esm.mjs'], { NODE_OPTIONS: `--require ${REGISTER_FILE}` }],
    ['--import in NODE_OPTIONS', ['app-cjs.cjs'], { NODE_OPTIONS: `--import=${REGISTER_FILE}` }],
    ['both at once', ['--require', REGISTER_FILE, '--import', REGISTER_FILE, 'app-esm.mjs'], {}],
    ['tsx with --import', [TSX, '--import', REGISTER_FILE, 'app-esm.mjs'], {}],
    ['tsx with --require', [TSX, '--require', REGISTER_FILE, 'app-cjs.cjs'], {}],
  ])('%s', async (_, args, env) => {
    const { stdout, stderr, code, rows } = await run(args, { env });
    expect({ stdout, stderr, code }).toEqual({ stdout: 'served\n', stderr: '', code: 0 });
    expect(callsByOrigin(rows, SERVER)).toEqual(served);
  });

  it('the first line of a CommonJS application', async () => {
    const { stdout, stderr } = await run(['early.cjs']);
    expect({ stdout, stderr }).toEqual({ stdout: 'served\n', stderr: '' });
  });
});

describe('these say what to write', () => {
  it.each<[string, string[], Record<string, string>, RegExp]>([
    [
      'an import beside others',
      ['late.mjs'],
      {},
      /^otel-attribution: connect was loaded before the instrumentations.*: start with node --import otel-attribution\/register app.js/,
    ],
    [
      'something else that loads a framework first',
      ['--require', 'mysql2', '--import', REGISTER_FILE, 'app-plain.mjs'],
      {},
      /^otel-attribution: mysql2 was loaded before the instrumentations.*the flag before every other --import and --require/,
    ],
    [
      '--loader',
      ['--no-warnings', '--loader', REGISTER_FILE, 'app-plain.mjs'],
      {},
      /^otel-attribution: not started: --loader and --experimental-loader are for loader hooks. Write: node --import otel-attribution\/register app.js/,
    ],
    [
      'a variable with a slip',
      ['--import', REGISTER_FILE, 'app-plain.mjs'],
      { OTEL_ATTRIBUTION_WINDOW_SECOND: '60' },
      /OTEL_ATTRIBUTION_WINDOW_SECOND\b.*did you mean OTEL_ATTRIBUTION_WINDOW_SECONDS\?/s,
    ],
    [
      'a variable with a slip in its prefix',
      ['--import', REGISTER_FILE, 'app-plain.mjs'],
      { OTEL_ATRIBUTION_WINDOW_SECONDS: '60' },
      /OTEL_ATRIBUTION_WINDOW_SECONDS\b.*did you mean OTEL_ATTRIBUTION_WINDOW_SECONDS\?/s,
    ],
  ])('%s', async (_, args, env, line) => {
    const { stdout, stderr, code } = await run(args, { env });
    expect({ stdout, code }).toEqual({ stdout: 'served\n', code: 0 });
    expect(stderr).toMatch(line);
    expect(stderr.match(/^otel-attribution: /gm)).toHaveLength(1);
  });
});

describe('the package as it is installed', () => {
  let project: string;
  beforeAll(() => {
    project = mkdtempSync(here('installed-'));
    buildPackage(join(project, 'node_modules/otel-attribution'));
    // Of its own, or the name of the package would mean this repository.
    writeFileSync(join(project, 'package.json'), '{"name":"app"}');
    writeFileSync(
      join(project, 'app.cjs'),
      "const { withOrigin } = require('otel-attribution');\nconsole.log('served', withOrigin('job:a', () => 7));\n",
    );
  });
  afterAll(() => rmSync(project, { recursive: true, force: true }));
  const start = (args: string[], env: Record<string, string> = {}) => run([...args, 'app.cjs'], { cwd: project, env });

  it('--require starts it', async () => {
    const { stdout, stderr, rows } = await start(['--require', 'otel-attribution/register']);
    expect({ stdout, stderr }).toEqual({ stdout: 'served 7\n', stderr: '' });
    expect(rows.length).toBeGreaterThan(0);
  });

  it('required by an application, it starts nothing and says nothing', async () => {
    expect(await start([])).toMatchObject({ stdout: 'served 7\n', stderr: '', rows: [] });
  });

  it.each([
    [['--import', 'otel-attribution'], {}],
    [['--require=otel-attribution'], {}],
    [[], { NODE_OPTIONS: '--import otel-attribution' }],
  ])('%j %j without /register says what to write', async (args, env) => {
    const { stdout, stderr } = await start(args, env as Record<string, string>);
    expect(stdout).toBe('served 7\n');
    expect(stderr).toBe(
      'otel-attribution: not started: --import otel-attribution starts nothing. Write: node --import otel-attribution/register app.js\n',
    );
  });
});

it('install lines are those of the package manager of the project', async () => {
  const project = mkdtempSync(join(tmpdir(), 'pnpm-'));
  try {
    buildPackage(join(project, 'node_modules/otel-attribution'));
    writeFileSync(join(project, 'pnpm-lock.yaml'), '');
    writeFileSync(join(project, 'app.mjs'), "console.log('served');\n");
    const { stdout, stderr } = await run(['--import', 'otel-attribution/register', 'app.mjs'], { cwd: project });
    expect(stdout).toBe('served\n');
    expect(stderr).toMatch(/@opentelemetry\/api is missing. Run: pnpm add @opentelemetry\/api\n$/);
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
});
