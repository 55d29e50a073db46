import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { forManagerOf, packageManagerOf } from '../../../src/config/package-manager.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

function folder(files: Record<string, string>): string {
  const root = tempDir();
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(root, name), text);
  return root;
}

test('the field packageManager wins over lock files; in a monorepo both lie at the top', () => {
  const root = folder({ 'package.json': '{"packageManager":"yarn@4.9.1"}', 'package-lock.json': '' });
  expect(packageManagerOf(root)).toBe('yarn');
  const app = path.join(root, 'apps/shop');
  mkdirSync(app, { recursive: true });
  writeFileSync(path.join(app, 'package.json'), '{}');
  expect(packageManagerOf(app)).toBe('yarn');
  expect(packageManagerOf(folder({ 'package.json': 'no JSON', 'pnpm-lock.yaml': '' }))).toBe('pnpm');
});

const message = 'Run: npm i @duckdb/node-api "a@>=1", then npx otel-attribution load. npm is there.';

test.each([
  ['pnpm-lock.yaml', 'Run: pnpm add @duckdb/node-api "a@>=1", then pnpm exec otel-attribution load. npm is there.'],
  ['bun.lock', 'Run: bun add @duckdb/node-api "a@>=1", then bunx otel-attribution load. npm is there.'],
  ['package-lock.json', message],
])('with a %s', (lock, expected) => {
  expect(forManagerOf(folder({ [lock]: '' }), message)).toBe(expected);
});
