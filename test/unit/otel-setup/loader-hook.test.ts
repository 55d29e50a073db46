import { describe, expect, it } from 'vitest';
import { compilesOnLoad, hookOnCommandLine } from '../../../src/otel/setup/loader-hook.ts';

describe('a compiler on the command line', () => {
  it.each([
    [['--import', 'tsx'], ''],
    [['--import=tsx/esm'], ''],
    [['--require', '/app/node_modules/tsx/dist/preflight.cjs'], ''],
    [['--import', 'file:///app/node_modules/tsx/dist/loader.mjs'], ''],
    [['--loader', 'ts-node/esm'], ''],
    [['--import', '@swc-node/register/esm-register'], ''],
    [[], '--enable-source-maps --import tsx'],
  ])('is seen in %j and %j', (args, nodeOptions) => {
    expect(compilesOnLoad(args, nodeOptions)).toBe(true);
  });

  it.each([
    [[], ''],
    [['--import', 'otel-attribution/register'], '--max-old-space-size=512'],
    [['--import', './tsx-free.js'], ''],
    [['--import', '/srv/mytsx/otel.js'], ''],
  ])('is not seen in %j and %j', (args, nodeOptions) => {
    expect(compilesOnLoad(args, nodeOptions)).toBe(false);
  });
});

it('knows a loader hook on the command line', () => {
  expect(hookOnCommandLine(['--loader', '@opentelemetry/instrumentation/hook.mjs'], '')).toBe(true);
  expect(hookOnCommandLine([], '--import import-in-the-middle/register-hooks.mjs')).toBe(true);
  expect(hookOnCommandLine(['--import', 'tsx'], '')).toBe(false);
});
