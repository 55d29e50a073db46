/** `NodeSDK` 0.223 (SDK 2.12, API 1.9) with and without attribution, in the second install, with the published build. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe } from 'vitest';
import { buildInto, installDirectory, whyNotInstalled } from '../installs/install.ts';
import { expectSame } from './otel-setup/expect-same.ts';
import { expectSameSpans } from './otel-setup/expect-same-spans.ts';

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
});
