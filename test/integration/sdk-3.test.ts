/** `NodeSDK` 0.301 with and without attribution. */
import { execFileSync } from 'node:child_process';
import { describe } from 'vitest';
import { expectSame } from './otel-setup/expect-same.ts';

const script = new URL('otel-setup/compare-3.ts', import.meta.url).pathname;
const results = JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8', maxBuffer: 1 << 26 }));

describe('NodeSDK 0.301, with attribution as without', () => expectSame(results));
