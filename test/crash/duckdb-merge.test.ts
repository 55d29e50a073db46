import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openStore } from '../../src/stores/duckdb/index.ts';
import { testRow, writePart } from '../helpers/parts.ts';
import { tempDir } from '../helpers/temp-dir.ts';

const KILLS = 22;
const child = fileURLToPath(new URL('merge-child.ts', import.meta.url));

/** A small seeded generator: a failing run can be repeated. */
function random(seed: number): () => number {
  let x = seed;
  return () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return x / 2 ** 32;
  };
}

test(`${KILLS} kills while merging and compacting lose and double nothing`, async () => {
  const directory = tempDir();
  const next = random(22);
  const old = Date.UTC(2026, 9, 1);
  let sequence = 0;
  let value = 0;
  let killedInMerge = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    for (let i = 0; i < 100; i++) {
      const windowStart = old + Math.floor(next() * 5_000) * 60_000;
      const rows = Array.from({ length: 40 }, (_, k) =>
        testRow({ windowStart, origin: `GET /${k % 7}`, value: k / 1024 }),
      );
      value += (39 * 40) / 2 / 1024;
      writePart(directory, { instance: 'i', sequence: ++sequence, sealedAt: windowStart + 60_000, rows });
    }
    const reader = spawn(process.execPath, [child, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(reader, 'exit');
    await Promise.race([once(reader.stdout, 'data'), exited]);
    // From right after opening to well past the checkpoint and the first unlinks.
    await sleep(next() * 250);
    reader.kill('SIGKILL');
    const [, signal] = await exited;
    expect(signal).toBe('SIGKILL');
    if (readdirSync(join(directory, 'local')).length > 0) killedInMerge++;
  }
  const store = await openStore({ directory });
  const result = await store.merge();
  const [sums] = await store.all('SELECT sum(value) AS v, sum(count) AS n FROM sums');
  const [parts] = await store.all('SELECT count(*) AS n FROM parts');
  store.close();
  expect(result.quarantined).toBe(0);
  expect(parts).toEqual({ n: sequence });
  expect(sums).toEqual({ v: value, n: sequence * 40 });
  expect(readdirSync(join(directory, 'local'))).toEqual([]);
  // Else the delays no longer hit what they are aimed at.
  expect(killedInMerge).toBeGreaterThan(KILLS / 4);
}, 120_000);
