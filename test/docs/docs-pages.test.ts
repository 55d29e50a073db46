/**
 * Every fenced block of the README and of docs/ is what happens. What is done with a block stands in its opening line:
 *
 *   ```sh            is run by bash in a project of its own (test/docs/world.ts says what is in it), one block of the page
 *                    after the other, each in a new shell; every command must succeed
 *   ```sh exit=1     the same, and it ends with this code
 *   ```text          is what the block before it, under the same heading, printed; a line `…` stands for any lines.
 *                    Where that block is not run, or there is none, it is shown as it is: a drawing, say
 *   ```ts  ```js     is checked by the compiler and run; world/given.d.ts has what it may use unsaid
 *   ```yaml          is a configuration that `validate` finds no fault in
 *   ```json          is JSON
 *   ```kql           is a query that Microsoft's analyser accepts, on our schema
 *
 * `no-run: <why>` after any of these says that the block needs what a test machine has not, a cluster say. It is not run;
 * still our commands, flags and variables in it must exist, npm scripts and packages too, code is checked by the compiler,
 * YAML is YAML. `PAGE=docs/kusto.md` before the command looks at one page alone. `UPDATE=1` writes the outputs anew.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { validateText } from '../../src/engine/options.ts';
import { kustoNames } from '../../src/kusto/names.ts';
import { schemaObjects } from '../../src/stores/kusto/schema/objects.ts';
import { reportFunctions } from '../helpers/reports.ts';
import { analyse } from '../kusto/kql/analyser.ts';
import { schemaDatabase } from '../kusto/schema/apply.ts';
import { type Fence, inlineCode, otherReadmes, type Page, pages, parts, root } from './markdown.ts';
import { mentionProblems, problemsOf, unknownVariables } from './shell-commands.ts';
import { World } from './world.ts';

const LANGUAGES = ['sh', 'text', 'ts', 'js', 'yaml', 'json', 'kql'];
const MINUTES = 5 * 60_000;

const all = pages();
const isCode = ({ language }: Fence): boolean => language === 'ts' || language === 'js';
const isRun = ({ mark }: Fence): boolean => !mark.startsWith('no-run:');

let measured: World;
beforeAll(async () => {
  measured = new World();
  const { code, output } = await measured.measure(['billing.js', 'app.js']);
  expect(code, output).toBe(0);
}, MINUTES);
afterAll(() => measured.remove());

describe.each(all)('$name', (page) => {
  const { fences } = parts(page.text);

  it('says of every block what it is', () => {
    for (const { line, language, mark } of fences) {
      const at = `line ${line}`;
      expect(LANGUAGES, at).toContain(language);
      expect(mark, at).toMatch(language === 'sh' ? /^(|exit=\d+|no-run: \S.*)$/ : /^(|no-run: \S.*)$/);
    }
  });

  it.each(data(fences))('line $line: the $language is valid', ({ language, text, mark }) => {
    if (language === 'json') expect(() => JSON.parse(text)).not.toThrow();
    else if (language === 'kql') expect(analyse(text, kusto()).diagnostics).toEqual([]);
    else if (mark === '') expect(validateText(text, page.name).problems).toEqual([]);
    else expect(() => parse(text)).not.toThrow();
  });

  it.runIf(fences.some((one) => isRun(one) && (one.language === 'sh' || isCode(one))))(
    'does what it says',
    { timeout: MINUTES },
    async () => {
      const text = await runPage(page, fences);
      if (process.env.UPDATE === '1') writeFileSync(path.join(root, page.name), text);
      else expect(text).toBe(page.text);
    },
  );
});

it.each([...all, ...otherReadmes()])(
  '$name names commands, flags, scripts, packages and variables that there are',
  async ({ text }) => {
    const problems: { line: number; problem: string }[] = [];
    for (const { language, line, text: script } of parts(text).fences)
      if (language === 'sh') for (const problem of await problemsOf(script)) problems.push({ line, problem });
    for (const { line, code } of inlineCode(text))
      for (const problem of await mentionProblems(code)) problems.push({ line, problem });
    expect(problems).toEqual([]);
    expect(unknownVariables(text, sources())).toEqual([]);
  },
);

it('compiles all code', { timeout: MINUTES }, () => {
  const folder = path.join(measured.folder, 'compiled');
  mkdirSync(folder);
  for (const { name, text } of all)
    for (const { language, line, text: code } of parts(text).fences.filter(isCode))
      writeFileSync(path.join(folder, `${name.replaceAll('/', '-')}-${line}.${language}`), `${code}export {};\n`);
  const { compilerOptions } = JSON.parse(readFileSync(path.join(root, 'tsconfig.json'), 'utf8'));
  const options = { ...compilerOptions, allowJs: true, checkJs: true, noImplicitAny: false };
  const config = { compilerOptions: options, include: ['.', '../given.d.ts'] };
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
  const { status, output } = tsc(folder);
  expect(output).toBe('');
  expect(status).toBe(0);
});

const data = (fences: readonly Fence[]) =>
  fences.filter(({ language, mark }) => {
    if (language === 'kql') return mark === '';
    return language === 'json' ? mark === '' : language === 'yaml';
  });

/** The page with what its blocks print now. */
async function runPage({ text }: Page, fences: readonly Fence[]): Promise<string> {
  const world = new World();
  try {
    world.take(measured, startsApp(fences) ? ['billing'] : ['billing', 'storefront']);
    const lines = text.split('\n');
    const printed: { fence: Fence; output: string }[] = [];
    let last: { output: string; line: number } | undefined;
    for (const fence of fences) {
      const { language, line } = fence;
      if (language === 'text') {
        if (last !== undefined && isRun(fence) && sameSection(lines, last.line, line))
          printed.push({ fence, output: last.output });
      } else if (isRun(fence) && (language === 'sh' || isCode(fence))) {
        const { code, output } =
          language === 'sh' ? await world.shell(fence.text) : await world.node(`block-${line}.${language}`, fence.text);
        expect(code, `line ${line}:\n${output}`).toBe(Number(/^exit=(\d+)$/.exec(fence.mark)?.[1] ?? 0));
        last = { output, line };
      } else if (language === 'sh' || isCode(fence)) last = undefined;
    }
    for (const { fence, output } of printed.reverse())
      lines.splice(fence.line, fence.text.split('\n').length - 1, ...shown(output, fence.text));
    return lines.join('\n');
  } finally {
    world.remove();
  }
}

/** The lines of an output as the page shows them: what it leaves out with `…` stays left out, if the rest is right. */
function shown(output: string, before: string): string[] {
  const tidy = (text: string): string[] => text.split('\n').map((line) => line.trimEnd());
  const now = tidy(output.replace(/^\n+|\s+$/g, ''));
  const page = tidy(before.trimEnd());
  const pattern = page.map((line) => (line === '…' ? '(?:.*\\n)*?' : `${literally(line)}\\n`)).join('');
  return new RegExp(`^${pattern}$`).test(`${now.join('\n')}\n`) ? page : now;
}

const literally = (text: string): string => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&');

const sameSection = (lines: readonly string[], from: number, to: number): boolean =>
  !lines.slice(from, to).some((line) => /^#{1,6} /.test(line) && !line.startsWith('#!'));

const startsApp = (fences: readonly Fence[]): boolean =>
  fences.some(
    (fence) => fence.language === 'sh' && isRun(fence) && /otel-attribution\/register app\.js/.test(fence.text),
  );

function tsc(cwd: string): { status: number; output: string } {
  try {
    execFileSync(path.join(root, 'node_modules/.bin/tsc'), ['-p', '.'], { cwd, encoding: 'utf8', stdio: 'pipe' });
    return { status: 0, output: '' };
  } catch (error) {
    const { status, stdout } = error as { status: number; stdout: string };
    return { status, output: stdout };
  }
}

let kustoDatabase: ReturnType<typeof schemaDatabase> | undefined;
function kusto() {
  const names = kustoNames();
  const functions = reportFunctions(names);
  kustoDatabase ??= schemaDatabase(names, schemaObjects(names, { functions, package: '0.0.0-test' }));
  return kustoDatabase;
}

let sourceText = '';
function sources(): string {
  if (sourceText === '')
    for (const name of readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' }))
      if (name.endsWith('.ts')) sourceText += readFileSync(path.join(root, 'src', name), 'utf8');
  return sourceText;
}
