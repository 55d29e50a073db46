/**
 * Longest event-loop delay while a full table is rotated, sealed, compressed and written as part files. The probe is a tight chain of
 * setImmediate: the longest gap between two turns is the longest time anything else of the host had to wait.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Accounts } from '../src/core/accounts.ts';
import { Dictionary } from '../src/core/aggregate/dictionary.ts';
import { silentLogger } from '../src/core/logger.ts';
import { FileExporter } from '../src/exporters/file/exporter.ts';
import { Pipeline } from '../src/pipeline/pipeline.ts';
import { createPartQueue } from '../src/spool/index.ts';
import { startProbe } from './probe.ts';
import { type BenchOptions, type BenchRow, median } from './row.ts';

export async function rows(options: BenchOptions): Promise<BenchRow[]> {
  const out: BenchRow[] = [];
  for (const { keys, goal } of options.brief
    ? [{ keys: 20_000, goal: 10 }]
    : [
        { keys: 100_000, goal: 10 },
        { keys: 1_000_000, goal: 20 },
      ]) {
    const runs: Measured[] = [];
    for (let run = 0; run < (options.brief ? 1 : 3); run++) runs.push(await measure(keys));
    // The median of the runs' longest delays: single runs on a shared machine also hold what others did.
    const longest = median(runs.map((run) => run.longestMs));
    const { partCount, bytes, totalMs, swapMs } = runs[0]!;
    out.push({
      name: `longest event-loop delay while ${keys.toLocaleString('en')} keys are rotated and written`,
      unit: 'ms',
      ours: longest,
      peer: null,
      peerName: '',
      ratio: null,
      goal: `≤ ${goal}`,
      met: longest <= goal,
      note: `median of ${runs.length}, all ${runs.map((run) => run.longestMs.toFixed(1)).join(' ')}; the probe alone ${runs.map((run) => run.idleMs.toFixed(1)).join(' ')}; swap ${swapMs.toFixed(2)} ms, ${partCount} parts, ${(bytes / keys).toFixed(1)} B/row, ${totalMs.toFixed(0)} ms in all`,
    });
  }
  return out;
}

interface Measured {
  readonly longestMs: number;
  /** Longest gap of the probe with nothing else to do, half a second long. */
  readonly idleMs: number;
  readonly swapMs: number;
  readonly totalMs: number;
  readonly partCount: number;
  readonly bytes: number;
}

async function measure(keys: number): Promise<Measured> {
  const directory = mkdtempSync(path.join(tmpdir(), 'attribution-bench-'));
  const dictionary = new Dictionary();
  const pipeline = new Pipeline({
    exporters: [new FileExporter({ directory })],
    queue: createPartQueue(),
    accounts: new Accounts(),
    dictionary,
    windowSeconds: 60,
    service: () => 'shop',
    mappingHash: 'bench',
    packageVersion: '0.0.0',
    logger: silentLogger,
    maxRows: keys * 2,
  });
  const window = Math.floor(Date.now() / 60_000);
  const targets = Array.from({ length: 10 }, (_, i) =>
    dictionary.measure(`postgresql://db${i}.internal/shop`, 'db.client.operation.duration', 's', ''),
  );
  // Durations as they come: no two alike, so that nothing compresses better than it would in life.
  let seed = 42;
  for (let i = 0; i < keys; i++) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const origin = dictionary.origin('storefront', 'storefront', `GET /tenants/${Math.floor(i / 10)}/search`, '');
    for (let n = 0; n < 2; n++)
      pipeline.table.add(window, origin, targets[i % 10]!, (seed % 100_000_007) / 1e9 + n / 1e3);
  }
  globalThis.gc?.();
  await new Promise((resolve) => setTimeout(resolve, 50));

  // The probe alone: what the machine and its other processes add to every figure.
  const control = startProbe();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const idleMs = control();
  const probe = startProbe();
  const start = performance.now();
  pipeline.rotate();
  const swapMs = performance.now() - start;
  await pipeline.forceFlush(120_000);
  const totalMs = performance.now() - start;
  const longestMs = probe();
  const parts = pipeline.recentParts(0);
  const result = {
    longestMs,
    swapMs,
    idleMs,
    totalMs,
    partCount: parts.length,
    bytes: parts.reduce((sum, part) => sum + part.body.length, 0),
  };
  await pipeline.shutdown();
  rmSync(directory, { recursive: true, force: true });
  return result;
}

if (import.meta.main) for (const row of await rows({ brief: process.argv.includes('--brief') })) console.log(row);
