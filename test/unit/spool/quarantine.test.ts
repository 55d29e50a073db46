import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PermanentError } from '../../../src/core/errors.ts';
import { decodePart } from '../../../src/parts/part-codec.ts';
import { Quarantine } from '../../../src/spool/quarantine.ts';
import { makePart } from '../parts/make-part.ts';
import { makePipeline, ScriptedExporter } from '../pipeline/helpers.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'attribution-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('a refused part is a file that can be read, with the reason beside it', async () => {
  const { pipeline, add, accounts } = makePipeline([new ScriptedExporter(new PermanentError('400: unknown tenant'))], {
    directory,
  });
  add('a');
  await pipeline.shutdown();
  const folder = path.join(directory, 'quarantine/scripted');
  const id = `${pipeline.instance}-1`;
  expect(readdirSync(folder).sort()).toEqual([`${id}.json.zst`, `${id}.reason.txt`]);
  expect(readFileSync(path.join(folder, `${id}.reason.txt`), 'utf8')).toBe('400: unknown tenant\n');
  expect(await decodePart(readFileSync(path.join(folder, `${id}.json.zst`)))).toMatchObject({ part: id });
  expect(accounts.total('attribution.part.quarantined', 'scripted')).toBe(1);
});

test('an exporter cannot lead the way out of the directory by its name', async () => {
  const quarantine = new Quarantine(directory, 1_000_000);
  expect(await quarantine.keep({ part: makePart(), exporter: '../../evil', reason: 'x' })).toBe(true);
  expect(quarantine.keepSync({ part: makePart(), exporter: '..', reason: 'x' })).toBe(true);
  expect(existsSync(path.join(directory, '../../evil'))).toBe(false);
  expect(readdirSync(path.join(directory, 'quarantine')).sort()).toEqual(['_', '_evil']);
});

test('it is bounded in bytes, and refuses what does not fit', async () => {
  const quarantine = new Quarantine(undefined, makePart().body.length * 2);
  const entry = { part: makePart(), exporter: 'x', reason: 'y' };
  expect([
    await quarantine.keep(entry),
    quarantine.keepSync(entry),
    await quarantine.keep(entry),
    quarantine.keepSync(entry),
  ]).toEqual([true, true, false, false]);
  expect(quarantine.parts).toHaveLength(2);
});

test('where the directory cannot be written the part stays in memory', async () => {
  const file = path.join(directory, 'in-the-way');
  writeFileSync(file, '');
  const quarantine = new Quarantine(file, 1_000_000);
  expect(await quarantine.keep({ part: makePart(), exporter: 'x', reason: 'y' })).toBe(true);
  expect(quarantine.keepSync({ part: makePart(), exporter: 'x', reason: 'y' })).toBe(true);
  expect(quarantine.parts).toHaveLength(2);
});
