import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decodePart } from '../../src/parts/part-codec.ts';
import { listParts } from '../../src/parts/part-files.ts';

const writer = fileURLToPath(new URL('./writer.ts', import.meta.url));
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'attribution-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Resolves with the writer's lines once it is dead; it is killed `afterMs` after its first part. */
function runAndKill(afterMs: number): Promise<string[]> {
  const child: ChildProcess = fork(writer, [directory], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], execArgv: [] });
  let out = '';
  child.stdout!.on('data', (chunk) => {
    if (out === '') setTimeout(() => child.kill('SIGKILL'), afterMs);
    out += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (_, signal) => {
      if (signal === 'SIGKILL') resolve(out.split('\n').slice(0, -1));
      else reject(new Error(`the writer ended by itself: ${out}`));
    });
  });
}

test('a process killed at any moment leaves whole parts only, and every part it called delivered', async () => {
  const told = new Map<string, number>();
  for (const afterMs of [0, 3, 7, 13, 29, 53]) {
    // Two at once: processes share the directory without knowing of each other.
    for (const lines of await Promise.all([runAndKill(afterMs), runAndKill(afterMs * 2)])) {
      for (const line of lines) told.set(line.split(' ')[0]!, Number(line.split(' ')[1]));
    }
  }
  const folder = path.join(directory, 'local');
  const found = new Map<string, number>();
  for (const name of await listParts(folder)) {
    const columns = await decodePart(readFileSync(path.join(folder, name)), name);
    expect(name).toBe(`${columns.part}.json.zst`);
    expect(columns.final).toBeUndefined();
    found.set(columns.part, columns.n);
  }
  expect(told.size).toBeGreaterThanOrEqual(12);
  for (const [id, rows] of told) expect(found.get(id)).toBe(rows);
  // What was being written is there under a temporary name, which no reader takes for a part.
  const temporary = readdirSync(folder).filter((name) => !name.endsWith('.json.zst'));
  for (const name of temporary) expect(name).toMatch(/\.json\.zst\.tmp-\d+-\d+$/);
});
