/** `NodeSDK` 0.223 (SDK 2.12, API 1.9) with and without attribution, in the second install, with the published build. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildInto, installDirectory, typeErrors, whyNotInstalled } from '../installs/install.ts';
import { expectAlike } from './light-spans/expect-alike.ts';
import { expectSame } from './otel-setup/expect-same.ts';
import { expectSameSpans } from './otel-setup/expect-same-spans.ts';
import { callsByOrigin, here, run as runApp, valuesByTarget } from './register/run.ts';

const missing = whyNotInstalled('sdk-2');

describe.skipIf(missing !== '')(`SDK 2.12 line${missing && ` (skipped: ${missing})`}`, () => {
  if (missing !== '') return;
  buildInto('sdk-2');
  const directory = installDirectory('sdk-2');
  const run = (script: string, ...args: string[]) =>
    execFileSync(process.execPath, [join(directory, script), ...args], {
      cwd: directory,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });

  describe('NodeSDK 0.223, with attribution as without', () => expectSame(JSON.parse(run('compare.ts'))));

  describe('NodeSDK 0.223 exports the same spans with attribution as without', () => {
    expectSameSpans(join(directory, 'export-spans.ts'), directory);
  });

  describe('light spans look as spans of NodeSDK 0.223 that are not recorded', () => {
    expectAlike(join(directory, 'light-spans.ts'), directory);
  });

  it('the published types fit', () => expect(typeErrors('sdk-2', 'types.ts')).toBe(''));

  describe('--import otel-attribution/register', () => {
    it.each(['app-esm.mjs', 'app-cjs.cjs'])('%s', async (app) => {
      const copy = mkdtempSync(join(directory, 'app-'));
      try {
        cpSync(here(app), join(copy, app));
        const { stdout, stderr, rows } = await runApp(['--import', 'otel-attribution/register', join(copy, app)], {
          cwd: directory,
          env: { OTEL_SERVICE_NAME: 'shop' },
        });
        expect({ stdout, stderr }).toEqual({ stdout: 'served\n', stderr: '' });
        expect(callsByOrigin(rows, 'http.client.request.duration')).toEqual({ 'GET /search': 6, '(unattributed)': 2 });
        expect(callsByOrigin(rows, 'http.server.request.duration')).toEqual({
          'GET /search': 2,
          'GET /stock/:item': 6,
        });
      } finally {
        rmSync(copy, { recursive: true, force: true });
      }
    });

    it('feeds a metric rule', async () => {
      const copy = mkdtempSync(join(directory, 'app-'));
      try {
        cpSync(here('app-metric.mjs'), join(copy, 'app.mjs'));
        const { stderr, rows } = await runApp(['--import', 'otel-attribution/register', join(copy, 'app.mjs')], {
          cwd: directory,
          env: { OTEL_ATTRIBUTION_CONFIG_FILE: here('metric-rule.yaml') },
        });
        expect(stderr).toBe('');
        expect(valuesByTarget(rows, 'jobs.done')).toEqual({ 'queue://mail': 7, 'queue://print': 5 });
      } finally {
        rmSync(copy, { recursive: true, force: true });
      }
    });
  });
});
