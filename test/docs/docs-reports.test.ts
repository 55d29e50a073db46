/** docs/reports.md has every command and every exit code. */
import { expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { readPage } from './markdown.ts';

const { text } = readPage('docs/reports.md');

it('lists every command', () => {
  const rows = [...text.matchAll(/^\| ((?:`[a-z-]+[^`]*`(?:, )?)+) \|/gm)].flatMap(([, names]) =>
    [...names!.matchAll(/`([a-z-]+)[^`]*`/g)].map(([, name]) => name),
  );
  for (const { name } of commands) expect(rows).toContain(name);
});

it('lists every exit code', () => {
  const listed = [...text.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
  expect(listed).toEqual([...new Set<number>(Object.values(exitCodes))].sort((a, b) => a - b));
});
