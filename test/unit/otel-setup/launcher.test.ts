import { describe, expect, it } from 'vitest';
import { isLauncher } from '../../../src/otel/setup/launcher.ts';

describe('processes that are not the application', () => {
  it.each([
    '/usr/local/bin/npm',
    '/usr/lib/node_modules/npm/bin/npm-cli.js',
    '/usr/lib/node_modules/npm/bin/npx-cli.js',
    'C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npm-cli.js',
    '/usr/share/yarn/bin/yarn.js',
    '/app/.yarn/releases/yarn-4.9.1.cjs',
    '/usr/lib/node_modules/pnpm/bin/pnpm.cjs',
    '/usr/lib/node_modules/corepack/dist/corepack.js',
    '/app/node_modules/.bin/tsx',
    '/app/node_modules/tsx/dist/cli.mjs',
    '/app/node_modules/nodemon/bin/nodemon.js',
    '/app/node_modules/.bin/nest',
    '/app/node_modules/.bin/otel-attribution',
    '/app/node_modules/otel-attribution/dist/cli/main.js',
  ])('%s', (main) => expect(isLauncher(main)).toBe(true));

  it.each([
    undefined,
    '/app/server.js',
    '/app/npm/server.js',
    '/app/turbo.js',
    '/app/nest/main.js',
    '/app/npm-report.js',
    '/app/node_modules/.bin/next',
    '/app/pnpm-lock.js',
    '/app/src/cli/main.js',
  ])('%s is the application', (main) => expect(isLauncher(main)).toBe(false));
});
