/** `node --import otel-attribution/register app.js`, as a user runs it. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPackage } from '../installs/install.ts';
import { otlpServer } from './otel-setup/otlp-server.ts';
import { callsByOrigin, here, REGISTER, run, valuesByTarget } from './register/run.ts';

const register = ['--import', REGISTER];
const CLIENT = 'http.client.request.duration';
const SERVER = 'http.server.request.duration';

describe('an application without any OpenTelemetry of its own', () => {
  it('is attributed as ES module: routes, calls per origin, and not a word on standard error', async () => {
    const { stdout, stderr, code, rows } = await run([...register, 'app-esm.mjs']);
    expect({ stdout, stderr, code }).toEqual({ stdout: 'served\n', stderr: '', code: 0 });
    expect(callsByOrigin(rows, CLIENT)).toEqual({ 'GET /search': 6, '(unattributed)': 2 });
    expect(callsByOrigin(rows, SERVER)).toEqual({ 'GET /search': 2, 'GET /stock/:item': 6 });
    expect(new Set(rows.map((row) => row.service))).toEqual(new Set(['otel-attribution']));
  });

  it('is attributed as CommonJS', async () => {
    const { stdout, stderr, rows } = await run([...register, 'app-cjs.cjs'], { env: { OTEL_SERVICE_NAME: 'shop' } });
    expect({ stdout, stderr }).toEqual({ stdout: 'served\n', stderr: '' });
    expect(callsByOrigin(rows, CLIENT)).toEqual({ 'GET /search': 6, '(unattributed)': 2 });
    expect(callsByOrigin(rows, SERVER)).toEqual({ 'GET /search': 2, 'GET /stock/:item': 6 });
    expect(new Set(rows.map((row) => row.service))).toEqual(new Set(['shop']));
  });

  it('sends its spans where the environment says, and is attributed all the same', async () => {
    const server = await otlpServer();
    try {
      const { rows, stderr } = await run([...register, 'app-esm.mjs'], {
        env: {
          OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${server.url}/v1/traces`,
          OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
          OTEL_NODE_RESOURCE_DETECTORS: 'env',
        },
      });
      expect(stderr).toBe('');
      const routes = server.spans.map(({ name }) => name).filter((name) => name.startsWith('GET /s'));
      expect(routes.sort()).toEqual([...Array(2).fill('GET /search'), ...Array(6).fill('GET /stock/:item')]);
      expect(callsByOrigin(rows, CLIENT)).toEqual({ 'GET /search': 6, '(unattributed)': 2 });
    } finally {
      await server.close();
    }
  });

  it('honours OTEL_NODE_DISABLED_INSTRUMENTATIONS', async () => {
    const { rows } = await run([...register, 'app-esm.mjs'], {
      env: { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'undici' },
    });
    expect(callsByOrigin(rows, CLIENT)).toEqual({});
    expect(callsByOrigin(rows, SERVER)).toEqual({ 'GET /search': 2, 'GET /stock/:item': 6 });
  });

  it('counts each forked process on its own', async () => {
    const { stdout, rows } = await run([...register, 'app-fork.mjs']);
    expect(stdout).toBe('served\nserved\n');
    expect(callsByOrigin(rows, CLIENT)).toEqual({ 'GET /search': 12, '(unattributed)': 4 });
    expect(new Set(rows.map(({ partId }) => partId.slice(0, 36))).size).toBe(2);
  });

  it('is attributed through default imports of CommonJS libraries', async () => {
    const { stdout, stderr, code, rows } = await run([...register, 'app-default-imports.mjs']);
    expect({ stdout, stderr, code }).toEqual({ stdout: 'served\n', stderr: '', code: 0 });
    expect(callsByOrigin(rows, SERVER)).toEqual({ 'GET /search': 1 });
    const databases = rows.filter(({ event }) => event === 'db.client.operation.duration');
    expect(databases.map(({ target, origin, count }) => [target.split(':')[0], origin, count]).sort()).toEqual([
      ['memcached', 'GET /search', 1],
      ['mysql', 'GET /search', 1],
    ]);
    expect(callsByOrigin(rows, 'rpc.client.call.duration')).toEqual({ 'GET /search': 1 });
  });

  it('is seen even through a name imported from node:http', async () => {
    const { stdout, rows } = await run([...register, 'app-named-import.mjs']);
    expect(stdout).toBe('served\n');
    expect(callsByOrigin(rows, SERVER)).toEqual({ 'GET (no route)': 1 });
    expect(callsByOrigin(rows, CLIENT)).toEqual({ '(unattributed)': 1 });
  });
});

describe('a metric rule in the file of OTEL_ATTRIBUTION_CONFIG_FILE', () => {
  it('is fed from the meter provider, and no other metric leaves', async () => {
    const { stdout, stderr, rows } = await run([...register, 'app-metric.mjs'], {
      env: { OTEL_ATTRIBUTION_CONFIG_FILE: here('metric-rule.yaml') },
    });
    expect({ stdout, stderr }).toEqual({ stdout: 'served\n', stderr: '' });
    expect(valuesByTarget(rows, 'jobs.done')).toEqual({ 'queue://mail': 7, 'queue://print': 5 });
  });
});

describe('the end of the process', () => {
  const table = { OTEL_ATTRIBUTION_EXIT_TABLE: 'true' };

  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s without a listener: all is written, the table printed',
    async (signal) => {
      const outcome = await run([...register, 'app-esm.mjs'], { signal, env: { STAY: '1', ...table } });
      expect(outcome.signal).toBe(signal);
      expect(callsByOrigin(outcome.rows, CLIENT)).toEqual({ 'GET /search': 6, '(unattributed)': 2 });
      expect(outcome.stderr).toMatch(/GET \/search/);
    },
  );

  it("is the application's business when it listens itself", async () => {
    const env = { STAY: '1', OWN_LISTENER: 'SIGTERM', ...table };
    const outcome = await run([...register, 'app-esm.mjs'], { signal: 'SIGTERM', env });
    expect({ code: outcome.code, signal: outcome.signal }).toEqual({ code: 0, signal: null });
    expect(callsByOrigin(outcome.rows, CLIENT)).toEqual({ 'GET /search': 6, '(unattributed)': 2 });
    expect(outcome.stderr.match(/GET \/search/g)).toHaveLength(1);
  });

  it('comes with everything written even if a library takes the signal and raises it again', async () => {
    const outcome = await run([...register, 'app-esm.mjs'], { signal: 'SIGTERM', env: { STAY: '1', RERAISE: '1' } });
    expect(outcome.signal).toBe('SIGTERM');
    expect(callsByOrigin(outcome.rows, CLIENT)).toEqual({ 'GET /search': 6, '(unattributed)': 2 });
  });

  it('process.exit in the middle loses nothing', async () => {
    const script = `await import(${JSON.stringify(here('app-esm.mjs'))}); process.exit(7)`;
    const { code, rows } = await run([...register, '--input-type=module', '-e', script], { env: { STAY: '1' } });
    expect(code).toBe(7);
    expect(callsByOrigin(rows, CLIENT)).toEqual({ 'GET /search': 6, '(unattributed)': 2 });
  });

  it('does not wait for a stop that hangs', async () => {
    const { stdout, signal } = await run(['hanging-stop.mjs'], { signal: 'SIGTERM' });
    expect({ stdout, signal }).toEqual({ stdout: 'ready\nfinished\n', signal: 'SIGTERM' });
  });
});

describe('processes that are not the application, or not ours to set up', () => {
  it('npm stays silent and inert', async () => {
    const { stdout, stderr } = await run(['--version'], {
      command: 'npm',
      env: { NODE_OPTIONS: `--import=${REGISTER}`, NPM_CONFIG_USERCONFIG: '/dev/null' },
    });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(stderr).toBe('');
  });

  it('a worker thread that measures nothing is silent', async () => {
    const { stdout, stderr, code } = await run([...register, 'app-worker.mjs']);
    expect({ stdout, stderr, code }).toEqual({ stdout: 'served\n', stderr: '', code: 0 });
  });

  it('loaded twice, it starts once', async () => {
    // Two copies, as when NODE_OPTIONS and the command line name it and it is installed twice.
    const copy = mkdtempSync(here('copy-'));
    try {
      buildPackage(copy);
      const twice = [...register, '--import', join(copy, 'dist/register.js')];
      const { stdout, stderr, rows } = await run([...twice, 'app-esm.mjs']);
      expect({ stdout, stderr }).toEqual({ stdout: 'served\n', stderr: '' });
      expect(callsByOrigin(rows, CLIENT)).toEqual({ 'GET /search': 6, '(unattributed)': 2 });
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });

  it('OTEL_SDK_DISABLED is obeyed without a word', async () => {
    const { stdout, stderr, rows } = await run([...register, 'app-esm.mjs'], { env: { OTEL_SDK_DISABLED: 'true' } });
    expect({ stdout, stderr, rows }).toEqual({ stdout: 'served\n', stderr: '', rows: [] });
  });

  it('OTEL_ATTRIBUTION_ENABLED=false leaves no trace of attribution', async () => {
    const { stdout, stderr, rows } = await run([...register, 'app-esm.mjs'], {
      env: { OTEL_ATTRIBUTION_ENABLED: 'false' },
    });
    expect({ stdout, stderr, rows }).toEqual({ stdout: 'served\n', stderr: '', rows: [] });
  });

  it('an SDK set up before is left alone, with advice', async () => {
    const { stdout, stderr } = await run(['--import', './own-sdk.mjs', ...register, 'app-plain.mjs']);
    expect(stdout).toBe('served\n');
    expect(stderr).toMatch(
      /^otel-attribution: not started: an OpenTelemetry SDK \(\w+\) is already set up .*withAttribution/,
    );
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('an SDK set up after is told apart, with advice', async () => {
    const { stdout, stderr } = await run([...register, 'app-own-sdk.mjs']);
    expect(stdout).toBe('served\n');
    expect(stderr).toMatch(/^otel-attribution: this application sets up OpenTelemetry \(\w+\) itself.*withAttribution/);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('says which libraries a bundler hides, although requests are seen', async () => {
    // Beside its source: what stays outside is found by a relative path.
    const outfile = here(`bundle-${process.pid}.mjs`);
    try {
      buildSync({
        entryPoints: [here('bundled.mjs')],
        outfile,
        bundle: true,
        platform: 'node',
        format: 'esm',
        external: ['*/zero-code.ts'],
        banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      });
      const { stdout, stderr, rows } = await run([outfile]);
      expect(stdout).toBe('served\n');
      expect(callsByOrigin(rows, SERVER)).toEqual({ 'GET (no route)': 1 });
      expect(stderr).toMatch(/^otel-attribution: connect: in the bundle of this application.*--packages=external\n$/);
    } finally {
      rmSync(outfile, { force: true });
    }
  });

  it('says why after a silence', async () => {
    const { stdout, stderr } = await run(['silent.mjs']);
    expect(stdout).toBe('served\n');
    expect(stderr).toMatch(/^otel-attribution: no span for 0 s. Likely why:\n {2}- /);
  });
});

describe('missing packages', () => {
  let project: string;
  const api = fileURLToPath(new URL('../../node_modules/@opentelemetry/api', import.meta.url));

  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), 'register-missing-'));
    buildPackage(join(project, 'node_modules/otel-attribution'));
    cpSync(here('app-plain.mjs'), join(project, 'app.mjs'));
  });
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  const start = () => run(['--import', 'otel-attribution/register', 'app.mjs'], { cwd: project });

  it('without the API: what to install, and the application runs', async () => {
    const { stdout, stderr, code } = await start();
    expect({ stdout, code }).toEqual({ stdout: 'served\n', code: 0 });
    expect(stderr).toBe(
      'otel-attribution: not started, the application runs without it: @opentelemetry/api is missing. Run: npm i @opentelemetry/api\n',
    );
  });

  it('without SDK and instrumentations: what to install, and the application runs', async () => {
    mkdirSync(join(project, 'node_modules/@opentelemetry'));
    symlinkSync(api, join(project, 'node_modules/@opentelemetry/api'), 'dir');
    const { stdout, stderr, code } = await start();
    expect({ stdout, code }).toEqual({ stdout: 'served\n', code: 0 });
    expect(stderr).toBe(
      'otel-attribution: not started, @opentelemetry/sdk-node and @opentelemetry/auto-instrumentations-node missing. ' +
        'Run: npm i @opentelemetry/sdk-node @opentelemetry/auto-instrumentations-node\n',
    );
  });

  it('with a broken SDK: what is wrong, and the application runs', async () => {
    for (const name of ['sdk-node', 'auto-instrumentations-node']) {
      const directory = join(project, 'node_modules/@opentelemetry', name);
      mkdirSync(directory);
      writeFileSync(join(directory, 'index.js'), 'throw new Error("half an install");');
    }
    const { stdout, stderr, code } = await start();
    expect({ stdout, code }).toEqual({ stdout: 'served\n', code: 0 });
    expect(stderr).toMatch(
      /^otel-attribution: could not start OpenTelemetry, the application runs without: .*half an install/,
    );
  });
});
