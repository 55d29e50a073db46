/** What the README says of options, commands and rules is what the code does. `npm run docs` writes the option tables anew. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { validateText } from '../../src/engine/options.ts';
import { withOptionTables } from '../../tools/docs/option-table.ts';

const file = path.resolve(import.meta.dirname, '../../README.md');
const readme = readFileSync(file, 'utf8');

it('lists every option', () => {
  expect(withOptionTables(readme)).toBe(readme);
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
