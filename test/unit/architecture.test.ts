/** The structure of `src`, by the tool that prints it, against `docs/architecture.md`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { circlesOf } from '../../tools/architecture/circles.ts';
import { DOCUMENT, readDocument } from '../../tools/architecture/document.ts';
import { tooLongFiles } from '../../tools/architecture/examine.ts';
import { folderDifferences, impureCore, upwardImports } from '../../tools/architecture/house.ts';
import { readSources } from '../../tools/architecture/sources.ts';
import { wrongSteps } from '../../tools/architecture/walk.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

const sources = readSources(ROOT);
const document = readDocument(ROOT);
const text = readFileSync(path.join(ROOT, DOCUMENT), 'utf8');

/** Files that a reader of each walk has to open: of a span, of a part. Whoever needs one more says why when he raises it. */
const FILES_MAX = [38, 28];

it('sees the files and the imports there are', () => {
  expect(sources.length).toBeGreaterThan(200);
  expect(sources.flatMap(({ imports }) => imports).length).toBeGreaterThan(1_000);
  expect(document.directions.length).toBeGreaterThan(10);
});

it('no file reaches itself over other files', () => {
  expect(circlesOf(sources).map((circle) => circle.path.join(' → '))).toEqual([]);
});

it('folders depend in the directions of the document', () => {
  expect(upwardImports(sources, document.directions)).toEqual([]);
});

it('the document names the folders there are', () => {
  expect(folderDifferences(sources, document)).toEqual([]);
});

it('core reads no clock, rolls no dice and knows no Node', () => {
  expect(impureCore(sources)).toEqual([]);
});

it('no file is longer than a reader can hold', () => {
  expect(tooLongFiles(sources)).toEqual([]);
});

it('reads both walks, every numbered line of them, and they pass no more files than they did', () => {
  const numbered = text.slice(text.indexOf('## The walks')).match(/^\d+\..*/gm) ?? [];
  const steps = [...document.walks.values()].flat();
  expect(numbered.map((line) => /`(.*?)`/.exec(line)?.[1])).toEqual(steps.map(({ file, name }) => `${file}: ${name}`));
  const files = [...document.walks.values()].map((walk) => new Set(walk.map(({ file }) => file)).size);
  expect(files).toHaveLength(FILES_MAX.length);
  for (const [i, most] of FILES_MAX.entries()) expect(files[i]).toBeLessThanOrEqual(most);
});

it('each step of the walks is where the document says, and none comes twice', () => {
  expect(wrongSteps(document.walks, sources)).toEqual([]);
});

it('the document can be read in a terminal', () => {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '');
  expect(prose.split('\n').filter((line) => line.length > 120 && !line.startsWith('|'))).toEqual([]);
});
