import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Quarantine } from '../../../src/spool/quarantine.ts';
import { makePart } from '../parts/make-part.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'attribution-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

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
