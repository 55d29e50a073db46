/** What the README says of options, commands and rules is what the code does. `UPDATE=1` writes the option table anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { optionTable } from '../../src/config/table.ts';
import { validateText } from '../../src/config/validate.ts';

const file = path.resolve(import.meta.dirname, '../../README.md');
const readme = readFileSync(file, 'utf8');

function table(): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const lines = optionTable().map(
    ({ name, type, default: byDefault, description, env }) =>
      `| \`${name}\` | ${cell(type)} | ${cell(byDefault)} | ${cell(description)}${env === '' ? '' : ` (\`${env}\`)`} |`,
  );
  return ['| option | type | default | meaning |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

it('lists every option', () => {
  const marked = /(<!-- options:.*?-->\n)([\s\S]*?)(\n?<!-- \/options -->)/;
  if (process.env.UPDATE === '1')
    writeFileSync(
      file,
      readme.replace(marked, (_, open, __, close) => `${open}${table()}\n${String(close).trimStart()}`),
    );
  expect(marked.exec(readFileSync(file, 'utf8'))?.[2]?.trim()).toBe(table());
});

it('lists every command', () => {
  const rows = [...readme.matchAll(/^\| ((?:`[a-z-]+[^`]*`(?:, )?)+) \|/gm)].flatMap(([, names]) =>
    [...names!.matchAll(/`([a-z-]+)[^`]*`/g)].map(([, name]) => name),
  );
  for (const { name } of commands) expect(rows).toContain(name);
});

it('shows a configuration that is valid', () => {
  const blocks = [...readme.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text]) => text!);
  expect(blocks.length).toBeGreaterThan(0);
  for (const text of blocks) expect(validateText(text, 'README.md').problems).toEqual([]);
});

it('imports only what the package exports', async () => {
  const api = Object.keys(await import('../../src/index.ts'));
  const named = [...readme.matchAll(/import \{([^}]*)\} from 'otel-attribution'/g)].flatMap(([, names]) =>
    names!.split(','),
  );
  expect(named.length).toBeGreaterThan(0);
  for (const name of named) expect(api).toContain(name.trim());
});
