import { buildSync } from 'esbuild';
import { expect, test } from 'vitest';
import { bundledPackages } from '../../src/core/bundle-marks.ts';

const bundle = (options: object) =>
  buildSync({
    stdin: { contents: "import connect from 'connect'; connect();", resolveDir: import.meta.dirname },
    bundle: true,
    platform: 'node',
    write: false,
    ...options,
  }).outputFiles[0]!.text;

test('a bundle of esbuild names the packages in it', () => {
  expect(bundledPackages(bundle({ format: 'cjs' }))).toContain('connect');
  expect(bundledPackages(bundle({ format: 'esm' }))).toContain('connect');
});

test('webpack and stores of pnpm', () => {
  const text = '"./node_modules/.pnpm/pg@8.1.0/node_modules/pg/lib/index.js": (m, e, __webpack_require__) => {}';
  expect(bundledPackages(text)).toEqual(['pg']);
});

test('libraries left outside, and what is no bundle', () => {
  expect(bundledPackages(bundle({ format: 'esm', packages: 'external' }))).toBeUndefined();
  expect(bundledPackages("// see node_modules/pg/lib\nimport pg from 'pg';")).toBeUndefined();
});
