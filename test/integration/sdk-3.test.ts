/** `NodeSDK` 0.301 with and without attribution. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import { expectAlike } from './light-spans/expect-alike.ts';
import { expectSame } from './otel-setup/expect-same.ts';
import { expectSameSpans } from './otel-setup/expect-same-spans.ts';

const script = fileURLToPath(new URL('otel-setup/compare-3.ts', import.meta.url));
const results = JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8', maxBuffer: 1 << 26 }));

describe('NodeSDK 0.301, with attribution as without', () => expectSame(results));

describe('NodeSDK 0.301 exports the same spans with attribution as without', () => {
  expectSameSpans(fileURLToPath(new URL('otel-setup/export-spans-3.ts', import.meta.url)), process.cwd());
});

describe('light spans look as spans of NodeSDK 0.301 that are not recorded', () => {
  expectAlike(fileURLToPath(new URL('light-spans/alike-3.ts', import.meta.url)), process.cwd());
});
