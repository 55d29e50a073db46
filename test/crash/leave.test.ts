import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decodePart, rowsOf } from '../../src/parts/part-codec.ts';
import { listParts } from '../../src/parts/part-files.ts';

const leaver = fileURLToPath(new URL('./leaver.ts', import.meta.url));
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'attribution-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function rowsIn(
  folder: string,
): Promise<{ sums: Map<string, number>; rows: number; finals: number; sequences: number[] }> {
  const sums = new Map<string, number>();
  const sequences: number[] = [];
  let rows = 0;
  let finals = 0;
  for (const name of await listParts(path.join(directory, folder))) {
    const columns = await decodePart(readFileSync(path.join(directory, folder, name)), name);
    sequences.push(Number(columns.part.slice(columns.instance.length + 1)));
    if (columns.final) finals++;
    for (const row of rowsOf(columns)) {
      if (row.target !== 'db') continue;
      sums.set(row.origin, (sums.get(row.origin) ?? 0) + row.value);
      rows++;
    }
  }
  return { sums, rows, finals, sequences: sequences.sort((a, b) => a - b) };
}

test.each([
  ['exit', 0, 3],
  ['exit', 6, 3],
  ['exit', 40, 3],
  ['throw', 6, 1],
  ['end', 0, 0],
  ['shutdown', 6, 0],
])(
  'a process that leaves by %s after %i turns has written every row once, with a hanging outlet beside',
  async (way, turns, exitCode) => {
    const child = fork(leaver, [directory, way, String(turns)], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [],
    });
    child.disconnect();
    expect(await new Promise((resolve) => child.on('exit', resolve))).toBe(exitCode);
    // The file outlet has all of it; so has the spool of the outlet that hangs.
    for (const folder of ['local', 'hanging']) {
      const { sums, rows, finals, sequences } = await rowsIn(folder);
      expect(rows).toBe(30_001);
      expect(sums.size).toBe(30_001);
      expect([sums.get('GET /29999'), sums.get('last')]).toEqual([29_999, 1]);
      expect(finals).toBe(1);
      expect(sequences).toEqual(sequences.map((_, i) => i + 1));
    }
  },
);
