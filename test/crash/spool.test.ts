import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Exporter } from '../../src/core/contracts/exporter.ts';
import { decodePart } from '../../src/parts/part-codec.ts';
import { parseSpoolName } from '../../src/spool/spool-names.ts';
import { makePipeline } from '../unit/pipeline/helpers.ts';

const spooler = fileURLToPath(new URL('./spooler.ts', import.meta.url));
/** Longer than an owner may be silent: each round finds those of the last one dead. */
const ROUND_MS = 100_000;
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'attribution-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Killed `afterMs` after its first words. */
function runAndKill(repetitions: string, ahead: number, afterMs: number): Promise<void> {
  const args = [directory, path.join(directory, 'arrived'), repetitions, String(ahead)];
  const child = fork(spooler, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], execArgv: [] });
  child.stdout!.once('data', () => setTimeout(() => child.kill('SIGKILL'), afterMs));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (_, signal) => (signal === 'SIGKILL' ? resolve() : reject(new Error('it ended by itself'))));
  });
}

const partsIn = (folder: string): string[] =>
  existsSync(path.join(directory, folder))
    ? readdirSync(path.join(directory, folder)).filter((name) => parseSpoolName(name) !== undefined)
    : [];

function arrivals(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of readFileSync(path.join(directory, 'arrived'), 'utf8').split('\n').filter(Boolean))
    counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

test.each(['again', 'once'])(
  'processes killed at any moment, two at a time: nothing that was on disk is lost (a destination that takes a part %s)',
  { timeout: 60_000 },
  async (repetitions) => {
    const seen = new Set<string>();
    for (const [round, afterMs] of [0, 40, 90, 150, 230].entries()) {
      await Promise.all([0, 25].map((more) => runAndKill(repetitions, round * ROUND_MS, afterMs + more)));
      for (const name of partsIn('sink')) {
        seen.add(parseSpoolName(name)!.id);
        await decodePart(readFileSync(path.join(directory, 'sink', name)), name);
      }
    }
    // The last one lives, and does the rest.
    const after: string[] = [];
    const exporter: Exporter = {
      name: 'sink',
      supports: { idempotent: repetitions === 'again', confirm: false, sync: false },
      async export({ id }) {
        after.push(id);
        return 'delivered';
      },
      async close() {},
    };
    const { pipeline } = makePipeline([exporter], { directory, clock: { now: () => Date.now() + 6 * ROUND_MS } });
    pipeline.start();
    while (partsIn('sink').length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await pipeline.shutdown();

    const arrived = arrivals();
    for (const id of after) arrived.set(id, (arrived.get(id) ?? 0) + 1);
    const aside = new Set(partsIn('quarantine/sink').map((name) => parseSpoolName(name)!.id));
    expect(arrived.size).toBeGreaterThan(20);
    expect(seen.size).toBeGreaterThan(5);
    for (const id of seen) expect(arrived.has(id) || aside.has(id), `part ${id} is lost`).toBe(true);
    if (repetitions === 'once') expect([...arrived].filter(([, n]) => n > 1)).toEqual([]);
    else expect(aside.size).toBe(0);
    for (const id of aside) {
      const reason = readFileSync(path.join(directory, 'quarantine/sink', `${id}.reason.txt`), 'utf8');
      expect(reason).toMatch(/^may have arrived: it was sent at/);
    }
  },
);
