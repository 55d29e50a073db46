/**
 * What export to Kusto costs the host: 100,000 rows from the rotation of the table to the last hand-over, with the spool on disk; the
 * longest time that anything else of the process had to wait; and what serialization alone takes.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os, { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../../../bench/row.ts';
import { Accounts } from '../../../src/core/accounts.ts';
import { Dictionary } from '../../../src/core/aggregate/dictionary.ts';
import type { Exporter } from '../../../src/core/contracts/exporter.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import type { Part } from '../../../src/core/model.ts';
import { KustoExporter } from '../../../src/exporters/kusto/index.ts';
import { ndjson } from '../../../src/exporters/kusto/ndjson.ts';
import { compress } from '../../../src/exporters/kusto/upload.ts';
import { decodePartSync } from '../../../src/parts/part-codec.ts';
import { Pipeline } from '../../../src/pipeline/pipeline.ts';
import { createPartQueue } from '../../../src/spool/index.ts';
import type { Run, Section } from './section.ts';

export const run: Run = async ({ brief, log }): Promise<Section> => {
  const rows = brief ? 20_000 : 100_000;
  const runs = brief ? 2 : 5;
  const child = fork(new URL('speed/service.ts', import.meta.url), { execArgv: [] });
  // It stands for another machine: this one's cores are the host's and the exporter's.
  os.setPriority(child.pid!, os.constants.priority.PRIORITY_LOW);
  const directory = await mkdtemp(path.join(tmpdir(), 'attribution-speed-'));
  try {
    const [{ url, database }] = (await once(child, 'message')) as [{ url: string; database: string }];
    const host = application(url, database, directory, rows);
    const measured: Measured[] = [];
    // One process that rotates again and again, as in life. The first time loads the SDK and warms the code up: it is shown apart.
    for (let i = 0; i <= runs; i++) {
      measured.push(await measure(host, child, rows));
      log(`run ${i} of ${runs}: longest delay ${measured[i]!.longestMs.toFixed(1)} ms`);
    }
    await host.pipeline.shutdown();
    const later = measured.slice(1);
    const serialized = serialization(measured[0]!.parts);
    return {
      numbers: {
        rows,
        longestDelayMs: round(median(later.map((one) => one.longestMs))),
        firstRunDelayMs: round(measured[0]!.longestMs),
        idleDelayMs: round(median(later.map((one) => one.idleMs))),
        rowsPerSecond: Math.round(rows / (median(later.map((one) => one.totalMs)) / 1_000)),
        rowsPerSecondSerialized: serialized.rowsPerSecond,
        rawBytesPerRow: serialized.rawBytesPerRow,
        wireBytesPerRow: round(median(later.map((one) => one.bytes)) / rows),
      },
      details: [`longest delays: ${measured.map((one) => one.longestMs.toFixed(1)).join(' ')} ms`],
    };
  } finally {
    child.disconnect();
    await rm(directory, { recursive: true, force: true });
  }
};

interface Measured {
  readonly longestMs: number;
  /** With nothing to do: what the machine adds. */
  readonly idleMs: number;
  /** From the rotation to the last hand-over. */
  readonly totalMs: number;
  readonly bytes: number;
  readonly parts: readonly Part[];
}

interface Host {
  readonly pipeline: Pipeline;
  readonly dictionary: Dictionary;
  /** Parts handed over so far; emptied by who looks. */
  readonly parts: Part[];
}

function application(url: string, database: string, directory: string, rows: number): Host {
  const parts: Part[] = [];
  const kusto = new KustoExporter({ cluster: url, database, auth: 'none' });
  const counted: Exporter = {
    name: kusto.name,
    supports: kusto.supports,
    concurrency: kusto.concurrency,
    start: () => kusto.start(),
    async export(part, signal) {
      const outcome = await kusto.export(part, signal);
      parts.push(part);
      return outcome;
    },
    confirm: (ids, signal) => kusto.confirm(ids, signal),
    close: () => kusto.close(),
  };
  const dictionary = new Dictionary();
  const pipeline = new Pipeline({
    exporters: [counted],
    queue: createPartQueue({ directory }),
    accounts: new Accounts(),
    dictionary,
    windowSeconds: 60,
    service: () => 'shop',
    mappingHash: 'verify',
    packageVersion: '0.0.0',
    logger: silentLogger,
    maxRows: 2 * rows,
  });
  return { pipeline, dictionary, parts };
}

async function measure({ pipeline, dictionary, parts }: Host, child: ChildProcess, rows: number): Promise<Measured> {
  fill(pipeline, dictionary, rows);
  const before = await uploaded(child);
  globalThis.gc?.();
  await sleep(50);

  const idle = startDelays();
  await sleep(500);
  const idleMs = idle();
  const longest = startDelays();
  const begin = performance.now();
  pipeline.rotate();
  while (parts.reduce((sum, part) => sum + part.rows, 0) < rows) await sleep(1);
  const totalMs = performance.now() - begin;
  const longestMs = longest();
  const bytes = (await uploaded(child)) - before;
  return { longestMs, idleMs, totalMs, bytes, parts: parts.splice(0) };
}

/** Node's own measure of event-loop delay: how much later than asked a timer of one millisecond fires. Returns the longest, in milliseconds. */
function startDelays(): () => number {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  return () => {
    delays.disable();
    return Math.max(0, delays.max / 1e6 - 1);
  };
}

/** Ten targets, ten thousand origins of one tenant each, values of which no two are alike. */
function fill(pipeline: Pipeline, dictionary: Dictionary, rows: number): void {
  const window = Math.floor(Date.now() / 60_000);
  const targets = Array.from({ length: 10 }, (_, i) =>
    dictionary.measure(`postgresql://db${i}.internal/shop`, 'db.client.operation.duration', 's', ''),
  );
  let seed = 42;
  for (let i = 0; i < rows; i++) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const tenant = `{"tenant":"t${Math.floor(i / 10) % 500}"}`;
    const origin = dictionary.origin('storefront', 'storefront', `GET /products/${Math.floor(i / 10)}`, tenant);
    for (let n = 0; n < 2; n++)
      pipeline.table.add(window, origin, targets[i % 10]!, (seed % 100_000_007) / 1e9 + n / 1e3);
  }
}

async function uploaded(child: ChildProcess): Promise<number> {
  child.send('bytes');
  const [{ bytes }] = (await once(child, 'message')) as [{ bytes: number }];
  return bytes;
}

/** Decoding, NDJSON and gzip of the same parts in one thread, as the exporter's own does it. */
function serialization(parts: readonly Part[]): { rowsPerSecond: number; rawBytesPerRow: number } {
  const once = (): { ms: number; rows: number; rawBytes: number } => {
    const begin = performance.now();
    let rawBytes = 0;
    for (const part of parts) {
      const text = ndjson(decodePartSync(part.body));
      rawBytes += text.length;
      compress({ bytes: [text], rawBytes: text.length });
    }
    return { ms: performance.now() - begin, rows: parts.reduce((sum, part) => sum + part.rows, 0), rawBytes };
  };
  once();
  const all = [once(), once(), once()];
  const { rows, rawBytes } = all[0]!;
  return {
    rowsPerSecond: Math.round(rows / (median(all.map(({ ms }) => ms)) / 1_000)),
    rawBytesPerRow: Math.round(rawBytes / rows),
  };
}

const round = (x: number): number => Number(x.toFixed(1));
