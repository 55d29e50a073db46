/** What the README alone is held to. Its commands, outputs, code, links and widths: docs-pages.test.ts, docs-links.test.ts. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { parts, readPage, root } from './markdown.ts';

const BYTES = 9_000;
/** Of a file system, as most have it. */
const BLOCK = 4096;
/** Lines of the first screen on npm. */
const SCREEN = 35;

const { text } = readPage('README.md');
const { fences } = parts(text);
const screen = text.split('\n').slice(0, SCREEN).join('\n');
const { engines, dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
  readFileSync(path.join(root, 'package.json'), 'utf8'),
);

it(`has at most ${BYTES} bytes`, () => {
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(BYTES);
});

it('shows no output that no test has seen', () => {
  const unseen = fences.filter(({ language, mark }, i) => {
    const before = fences[i - 1];
    return language === 'text' && !(mark === '' && before?.language === 'sh' && before.mark === '');
  });
  expect(unseen).toEqual([]);
});

it('begins with what it is, how it is installed and started, and what that prints', () => {
  expect(fences.slice(0, 2).map(({ language }) => language)).toEqual(['sh', 'text']);
  expect(fences[0]?.text).toMatch(/^npm i otel-attribution .*\nnode --import otel-attribution\/register app\.js/);
  expect(fences[1]!.line).toBeLessThan(SCREEN / 2);
});

it('says on the first screen which Node.js, how large, and that reports need DuckDB', () => {
  expect(screen).toContain(`Node.js ${engines.node.replace('>=', '')} or newer`);
  expect(screen).toContain('DuckDB');
  const modules = (...names: string[]) => names.reduce((sum, name) => sum + onDisk(`node_modules/${name}`), 0);
  // The compiler makes two files of each source: one about as large, and its types.
  const own = onDisk('src') + entries('src').filter((name) => name.endsWith('.ts')).length * BLOCK;
  const needed = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
  near(said(/package takes (\d+) MB/), own + modules(...Object.keys(dependencies), ...needed));
  near(said(/another (\d+) MB/), modules('@duckdb'));
});

it('has one command for the demo, and one for the tests', () => {
  const commands = fences.filter(({ language }) => language === 'sh').map((fence) => fence.text);
  expect(commands.filter((command) => /^npm ci && npm run demo\b/.test(command))).toHaveLength(1);
  expect(commands.filter((command) => command === 'npm cit\n')).toHaveLength(1);
});

const said = (pattern: RegExp): number => Number(pattern.exec(screen.replaceAll('\n', ' '))?.[1]);

/** Versions and file systems differ; more than a seventh is another figure. */
function near(megabytes: number, bytes: number): void {
  expect(megabytes).toBeGreaterThan((bytes / 2 ** 20) * 0.86);
  expect(megabytes).toBeLessThan((bytes / 2 ** 20) * 1.14);
}

const entries = (name: string): string[] =>
  readdirSync(path.join(root, name), { recursive: true, encoding: 'utf8' }).map((entry) => path.join(name, entry));

/** As `du` counts: whole blocks, folders too. */
function onDisk(name: string): number {
  const blocks = entries(name).map((entry) => Math.ceil(lstatSync(path.join(root, entry)).size / BLOCK));
  return blocks.reduce((sum, count) => sum + Math.max(count, 1) * BLOCK, 0);
}
