/** The scratch copy in which an addition is tried, and what becomes of the figures when it does not work. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { examine } from '../../tools/architecture/examine.ts';
import { Scratch } from '../../tools/architecture/scratch.ts';
import { text } from '../../tools/architecture/text.ts';

function repository(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(path.join(realpathSync(tmpdir()), 'attribution-repository-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [file, content] of Object.entries({ 'node_modules/a/index.js': '', ...files })) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), content);
  }
  return root;
}

function scratchOf(files: Readonly<Record<string, string>>): Scratch {
  const scratch = new Scratch(repository(files));
  onTestFinished(() => scratch.close());
  return scratch;
}

it('copies what is written by hand, and is gone when it is closed', () => {
  const scratch = scratchOf({ 'src/coverage/a.ts': 'a', 'dist/a.js': '', 'test/node_modules/b.js': '', '.git': '' });
  expect([...scratch.state().keys()]).toEqual(['src/coverage/a.ts']);
  expect(existsSync(path.join(scratch.root, 'node_modules/a/index.js'))).toBe(true);
  scratch.close();
  expect(existsSync(scratch.root)).toBe(false);
});

it('shows what was added and what was changed, and leaves the repository alone', () => {
  const root = repository({ 'src/a.ts': 'list = [one];\n' });
  const scratch = new Scratch(root);
  onTestFinished(() => scratch.close());
  const before = scratch.state();
  expect(scratch.add(repository({ 'src/two/b.ts': '' }))).toContain('src/two/b.ts');
  scratch.edit('src/a.ts', /(?=\])/, ', $two');
  expect(readFileSync(path.join(scratch.root, 'src/a.ts'), 'utf8')).toBe('list = [one, $two];\n');
  expect(readFileSync(path.join(root, 'src/a.ts'), 'utf8')).toBe('list = [one];\n');
  const after = scratch.state();
  expect(after.get('src/a.ts')).not.toBe(before.get('src/a.ts'));
  expect(before.has('src/two/b.ts')).toBe(false);
  expect(after.has('src/two/b.ts')).toBe(true);
});

it.each([
  [/nowhere/, 0],
  [/a/, 2],
])('a place that is not there once is an error: %s', (find, times) => {
  const scratch = scratchOf({ 'src/a.ts': 'a a\n' });
  expect(() => scratch.edit('src/a.ts', find, '')).toThrow(`src/a.ts: ${find} is found ${times} times, expected once`);
});

it('runs commands in the copy, and tells how they end', async () => {
  const scratch = scratchOf({ 'a.ts': '' });
  const program = 'process.stdout.write(process.cwd()); process.stderr.write("!"); process.exit(3)';
  expect(await scratch.run('node', ['-e', program])).toEqual({ code: 3, output: `${scratch.root}!` });
});

const DOCUMENT = '## Who may import whom\n\n| folder | may import | outside |\n|---|---|---|\n| `core` | | |\n';
const touch = (kind: string, ...touched: string[]) => ({ kind, touched, generated: ['docs/options.md'] });

it('all is right: figures, no complaint', () => {
  const root = repository({ 'docs/architecture.md': DOCUMENT, 'src/core/a.ts': '\n\n', 'src/core/b.ts': '\n' });
  const touches = [touch('exporter', 'src/registry.ts'), touch('receiver'), touch('option', 'src/options.ts')];
  const figures = examine(root, { touches, failure: '' });
  expect(figures).toMatchObject({ files: 2, medianLines: 2, maxLines: 2, circles: 0, upward: 0, wrong: [] });
  expect(figures).toMatchObject({ exporterTouches: 1, receiverTouches: 0, optionTouches: 1 });
  expect(text(figures)).toMatch(/ 1 {2}files to change for one more exporter\n +src\/registry\.ts\n/);
  expect(text(figures)).toMatch(/All is as it must be\.$/);
});

it('each figure that is not what it must be is said', () => {
  const root = repository({
    'docs/architecture.md': DOCUMENT,
    'src/core/a.ts': "import './b.ts';\nimport 'zod';\n",
    'src/core/b.ts': `import './a.ts';\n${'\n'.repeat(400)}`,
  });
  const figures = examine(root, { touches: [touch('exporter', 'a', 'b')], failure: '' });
  expect(figures).toMatchObject({ maxLines: 401, circles: 1, upward: 1, exporterTouches: 2, optionTouches: null });
  expect(figures.wrong).toEqual([
    'files of more than 400 lines: 1',
    'circles of imports between files: 1',
    'imports against the directions of the document: 1',
    'files to change for one more exporter: 2',
    'receiver and option were not measured',
  ]);
});

it('an addition that does not work has no figure', () => {
  const root = repository({ 'docs/architecture.md': DOCUMENT, 'src/core/a.ts': '\n' });
  const figures = examine(root, {
    touches: [touch('exporter', 'a'), touch('receiver'), touch('option')],
    failure: 'types',
  });
  expect(figures).toMatchObject({ exporterTouches: null, receiverTouches: null, optionTouches: null });
  expect(figures.wrong).toEqual(['one more exporter, receiver and option do not work: types']);
});
