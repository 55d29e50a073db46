/** Pictures show what the commands print today. `npm run docs` draws them anew. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { pictures } from '../../tools/docs/pictures/all.ts';
import { terminalSvg } from '../../tools/docs/pictures/terminal-svg.ts';
import { topScreen } from '../../tools/docs/pictures/top.ts';

const read = (file: string): string => readFileSync(path.resolve(import.meta.dirname, '../..', file), 'utf8');
/** What stands in a picture, line by line. */
const linesOf = (svg: string): string[] => {
  const lines = Map.groupBy(svg.matchAll(/<text[^>]* y="(\d+)"[^>]*>([^<]*)<\/text>/g), ([, y]) => y);
  return [...lines.values()].map((pieces) => pieces.map(([, , text]) => text).join('  '));
};

it.each(Object.entries(pictures))('%s is what the command prints, and small', (file, draw) => {
  const svg = read(file);
  expect(svg).toBe(draw());
  expect(svg.length).toBeLessThan(20_000);
});

it('the picture of top has every word of the screen, in order', () => {
  const [command, ...shown] = linesOf(read('docs/images/top.svg'));
  const screen = stripVTControlCharacters(topScreen()).split('\n').filter(Boolean);
  expect(command).toBe('$ otel-attribution top');
  expect(shown).toEqual(screen.map((line) => line.replaceAll(/ {2,}/g, '  ')));
  expect(shown).toContain('origin  operation  active  max  oldest');
});

it('what looks like markup is text, columns stand where they stand in the terminal', () => {
  const svg = terminalSvg('a', '\u001b[1ma < b\u001b[0m  & c\nd      e', 'picture');
  expect(linesOf(svg)).toEqual(['$ a', 'a &lt; b  &amp; c', 'd  e']);
  const [c, e] = [/x="([\d.]+)"[^>]*>&amp; c</, /x="([\d.]+)"[^>]*>e</].map((pattern) => pattern.exec(svg)?.[1]);
  expect(c).toBe(e);
  expect(svg).toContain('<text class="b"');
});
