/** Each example runs as its README says. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { whyNotInstalled } from '../installs/install.ts';
import { callsByOrigin, run } from '../integration/register/run.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const env = { OTEL_ATTRIBUTION_EXIT_TABLE: 'true' };
const CLIENT = 'http.client.request.duration';

describe('examples', () => {
  it('zero-code', async () => {
    const args = ['--import', './src/register.ts', 'examples/zero-code/app.js', '--once'];
    const { code, rows, stderr } = await run(args, { cwd: root, env });
    expect(code).toBe(0);
    expect(callsByOrigin(rows, CLIENT)).toEqual({ 'GET /search': 15, 'GET /checkout': 2 });
    expect(stderr).toMatch(/GET \/search .* 3\.0 /);
  });

  it('http2-and-ws', async () => {
    const args = ['--import', './src/register.ts', 'examples/http2-and-ws/app.js', '--once'];
    const { code, rows, stderr } = await run(args, { cwd: root });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(callsByOrigin(rows, CLIENT)).toEqual({
      // The customer of this example, who opens a socket.
      '(unattributed)': 1,
      'GET /orders/:id': 3,
      'job:reorder': 3,
      'ws search': 4,
      'ws suggest': 2,
    });
  });

  it('nodesdk', async () => {
    const { code, rows, stdout, stderr } = await run(['examples/nodesdk/main.ts', '--once'], { cwd: root, env });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(callsByOrigin(rows, CLIENT)).toEqual({ 'GET /search': 15, 'job:restock': 4 });
    expect(stderr).toMatch(/job:restock/);
  });

  it('nodesdk, with its own exporter as before', async () => {
    const { rows, stdout } = await run(['examples/nodesdk/main.ts', '--once'], {
      cwd: root,
      env: { OTEL_TRACES_EXPORTER: 'console' },
    });
    expect(stdout.match(/name: 'GET \/search'/g)).toHaveLength(5);
    expect(callsByOrigin(rows, CLIENT)).toEqual({ 'GET /search': 15, 'job:restock': 4 });
  });

  const missing = whyNotInstalled('azure-monitor');
  describe.skipIf(missing !== '')(`azure-monitor${missing && ` (skipped: ${missing})`}`, () => {
    const cwd = mkdtempSync(join(tmpdir(), 'azure-example-'));
    afterAll(() => rmSync(cwd, { recursive: true, force: true }));
    it('runs', async () => {
      const { code, stdout, stderr } = await run([join(root, 'examples/azure-monitor/main.ts'), '--once'], {
        cwd,
        env,
      });
      expect(code).toBe(0);
      expect(stdout).toMatch(/Azure Monitor received \d+ requests and \d+ dependencies/);
      expect(stderr).toMatch(/reports +GET \(no route\)/);
    });
  });
});
