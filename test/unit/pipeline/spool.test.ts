import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ConfirmState, ExportOutcome } from '../../../src/core/contracts/exporter.ts';
import { AmbiguousError, PermanentError, RetryableError } from '../../../src/core/errors.ts';
import type { Part } from '../../../src/core/model.ts';
import { spoolSize } from '../../../src/parts/part-files.ts';
import { spoolFiles } from '../../../src/spool/spool-files.ts';
import { parseSpoolName } from '../../../src/spool/spool-names.ts';
import { hang, makePipeline, NOW, ScriptedExporter, sums, type TestOptions, type TestPipeline } from './helpers.ts';

class OnceOnly extends ScriptedExporter {
  override supports = { idempotent: false, confirm: false, sync: false };
}

class Handing extends ScriptedExporter {
  override supports = { idempotent: true, confirm: true, sync: false };
  readonly idempotentMs: number = 60_000;
  states = new Map<string, ConfirmState>();
  asked: string[] = [];

  async confirm(ids: readonly string[]): Promise<ReadonlyMap<string, ConfirmState>> {
    this.asked.push(...ids);
    return this.states;
  }
}

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'attribution-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const down = (): ScriptedExporter => new ScriptedExporter(...Array(500).fill(new RetryableError('down')));

/** Part names in a folder, with the id of the instance cut off and owners left out. */
function spooled(folder = 'scripted'): string[] {
  try {
    return readdirSync(path.join(directory, folder))
      .filter((name) => parseSpoolName(name) !== undefined)
      .map((name) => name.slice(36))
      .sort();
  } catch {
    return [];
  }
}

function reasons(folder = 'scripted'): string[] {
  const aside = path.join(directory, 'quarantine', folder);
  const files = readdirSync(aside).filter((name) => name.endsWith('.reason.txt'));
  return files.map((name) => readFileSync(path.join(aside, name), 'utf8').trim());
}

function open(exporters: readonly ScriptedExporter[], options: TestOptions = {}): TestPipeline {
  return makePipeline(exporters, { directory, ...options });
}

async function seal({ pipeline, add }: TestPipeline, ...origins: string[]): Promise<void> {
  for (const origin of origins) {
    add(origin);
    pipeline.rotate();
    await pipeline.forceFlush(300);
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 25_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

describe('write-ahead', () => {
  test('a part is on disk before it is sent, and not after it was delivered', async () => {
    const seen: string[][] = [];
    const look = async (): Promise<ExportOutcome> => {
      seen.push(spooled());
      return 'delivered';
    };
    const t = open([new ScriptedExporter(look, look)]);
    await seal(t, 'a', 'b');
    expect(seen).toEqual([['-1.json.zst'], ['-2.json.zst']]);
    expect(spooled()).toEqual([]);
    await t.pipeline.shutdown();
    // Nor is there anything else.
    expect(readdirSync(path.join(directory, 'scripted'))).toEqual([]);
  });

  test('where a repetition would count, the file says that the part was sent, durably, before it is', async () => {
    const synced = vi.fn(spoolFiles.sync);
    const seen: unknown[] = [];
    const look = async (): Promise<ExportOutcome> => {
      seen.push(spooled(), synced.mock.calls.length);
      return 'delivered';
    };
    const t = open([new OnceOnly(new RetryableError('busy'), look)], { files: { ...spoolFiles, sync: synced } });
    await seal(t, 'a');
    // Marked, unmarked after an attempt that surely did not arrive, marked again.
    expect(seen).toEqual([[`-1.sent-${NOW}.json.zst`], 2]);
  });

  test('parts that wait are not in memory, and are read back when their turn comes', async () => {
    const exporter = down();
    const t = open([exporter], { memoryPartsBytes: 6_000 });
    await seal(t, ...Array.from({ length: 40 }, (_, i) => `o${i}`));
    expect(t.accounts.total('attribution.part.dropped')).toBe(0);
    expect(spooled().length).toBeGreaterThanOrEqual(40);
    const healthy = new ScriptedExporter();
    await t.pipeline.shutdown(200);
    const next = open([healthy], { delivery: { concurrency: 1 } });
    next.pipeline.start();
    await until(() => Object.keys(sums(healthy.delivered)).length === 40);
    // By age, as if nothing had happened.
    const own = healthy.delivered.map(({ sequence }) => sequence);
    expect(own).toEqual([...own].sort((a, b) => a - b));
    await next.pipeline.shutdown();
    expect(spooled()).toEqual([]);
  });

  test('two exporters share one file, and each has its own', async () => {
    const t = open([down(), Object.assign(down(), { name: 'other' }), down()]);
    await seal(t, 'a');
    expect([spooled(), spooled('other'), spooled('scripted-2')]).toEqual(Array(3).fill(['-1.json.zst']));
    const inode = (folder: string): number =>
      statSync(path.join(directory, folder, `${t.pipeline.instance}-1.json.zst`)).ino;
    expect(new Set(['scripted', 'other', 'scripted-2'].map(inode)).size).toBe(1);
    expect(await spoolSize(directory)).toBe(t.pipeline.recentParts(0)[0]!.body.length);
    await t.pipeline.shutdown(100);
  });

  test('an exporter called like a folder of others keeps out of it', async () => {
    const t = open([Object.assign(down(), { name: 'local' }), Object.assign(down(), { name: '../x' })]);
    await seal(t, 'a');
    await t.pipeline.shutdown(100);
    expect(spooled('local')).toEqual([]);
    expect([spooled('local_exporter'), spooled('_x')]).toEqual(
      [['-1.json.zst'], ['-1.json.zst']].map((one) => [...one, '-2.json.zst']),
    );
  });

  test('exporters that can send in the last turn of a process spool nothing', async () => {
    const t = open([Object.assign(new ScriptedExporter(), { exportSync() {} })]);
    await seal(t, 'a');
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('a disk that refuses', () => {
  test('parts wait in memory, within the bound, with one warning, and go to disk when it takes them', async () => {
    let full = true;
    const write: typeof spoolFiles.write = async (...args) => {
      if (full) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      return spoolFiles.write(...args);
    };
    let beat = (): void => {};
    const timers = {
      now: () => performance.now(),
      after(ms: number, fn: () => void) {
        if (ms === 10_000) beat = fn;
        const timer = setTimeout(fn, ms);
        return () => clearTimeout(timer);
      },
    };
    const t = open([down()], { files: { ...spoolFiles, write }, timers, memoryPartsBytes: 3_000 });
    await seal(t, ...Array.from({ length: 20 }, (_, i) => `o${i}`));
    expect(spooled()).toEqual([]);
    const kept = t.accounts.total('attribution.limit.reached', 'spool_unwritable');
    expect(kept).toBeGreaterThan(3);
    expect(kept + t.accounts.total('attribution.part.dropped', 'memory_full')).toBeGreaterThanOrEqual(20);
    expect(t.warnings.filter((text) => text.includes('no space left'))).toHaveLength(1);
    full = false;
    beat();
    await until(() => spooled().length >= kept - 2);
    await t.pipeline.shutdown(100);
    expect(spooled().length).toBeGreaterThanOrEqual(kept);
  });

  test('delivery goes on from memory', async () => {
    writeFileSync(path.join(directory, 'scripted'), 'in the way');
    const exporter = new ScriptedExporter();
    const t = open([exporter]);
    await seal(t, 'a', 'b');
    expect(sums(exporter.delivered)).toEqual({ a: 1, b: 1 });
    await t.pipeline.shutdown();
  });

  test('at the cap the oldest stay, and new ones are refused and counted', async () => {
    const t = open([down()], { maxSpoolBytes: 2_500 });
    await seal(t, ...Array.from({ length: 12 }, (_, i) => `o${i}`));
    const dropped = t.accounts.total('attribution.part.dropped', 'directory_full');
    expect(dropped).toBeGreaterThan(3);
    expect(await spoolSize(directory)).toBeLessThanOrEqual(2_500);
    expect(spooled()).toContain('-1.json.zst');
    expect(spooled()).not.toContain('-12.json.zst');
    expect(t.warnings.filter((text) => text.includes('2500 bytes'))).toHaveLength(1);
    await t.pipeline.shutdown(100);
  });

  test('a directory removed under a running process is made anew', async () => {
    const exporter = new ScriptedExporter();
    const t = open([exporter]);
    await seal(t, 'a');
    rmSync(directory, { recursive: true });
    await seal(t, 'b');
    expect(sums(exporter.delivered)).toEqual({ a: 1, b: 1 });
    await t.pipeline.shutdown();
  });
});

describe('the end of a process', () => {
  test('shutdown leaves what is not delivered in the spool, says so in one line, and sets nothing aside', async () => {
    const t = open([down()]);
    await seal(t, 'a', 'b');
    await t.pipeline.shutdown(200);
    expect(spooled().slice(0, 2)).toEqual(['-1.json.zst', '-2.json.zst']);
    expect(t.pipeline.quarantined).toEqual([]);
    const lines = t.warnings.filter((text) => text.includes('shutdown:'));
    expect(lines).toEqual([
      expect.stringMatching(
        /\d parts have not reached exporter "scripted"; they stay in .*scripted and are sent later/,
      ),
    ]);
  });

  test('a call that hangs costs no more than the deadline; its part is marked as sent', async () => {
    const t = open([new OnceOnly(hang, hang, hang)]);
    t.add('a');
    const start = performance.now();
    await t.pipeline.shutdown(400);
    expect(performance.now() - start).toBeLessThan(3_000);
    expect(spooled()).toEqual([`-1.sent-${NOW}.json.zst`]);
  });

  test('exit writes what is in memory only, in that turn', async () => {
    const t = open([down()]);
    t.add('a');
    t.pipeline.flushSync();
    expect(spooled()).toEqual(['-1.json.zst']);
    // A process that goes on after all sends it.
    await until(() => t.accounts.total('attribution.part.retried') > 0);
    await t.pipeline.shutdown(100);
    expect(spooled().filter((name) => name === '-1.json.zst')).toHaveLength(1);
  });

  test('handed parts stay until they are confirmed, in the next process if need be', async () => {
    const first = open([new Handing('handed', 'handed')]);
    await seal(first, 'a', 'b');
    await first.pipeline.shutdown(500);
    const [a, b] = [1, 2].map((n) => `${first.pipeline.instance}-${n}`) as [string, string];
    expect(spooled().slice(0, 2)).toEqual([1, 2].map((n) => `-${n}.handed-${NOW}.json.zst`));
    const exporter = new Handing();
    const second = open([exporter], { delivery: { confirmMs: 20 } });
    exporter.states = new Map<string, ConfirmState>([
      [a, 'arrived'],
      [b, { refused: 'no such mapping' }],
    ]);
    second.pipeline.start();
    await until(() => second.accounts.total('attribution.part.quarantined') === 1);
    await until(() => spooled().every((name) => !/^-[12]\./.test(name)));
    expect(exporter.calls.map(({ id }) => id)).not.toContain(a);
    expect(reasons()).toEqual(['no such mapping']);
    await second.pipeline.shutdown();
  });
});

describe('what another process left', () => {
  async function leave(exporter: ScriptedExporter): Promise<string> {
    const t = open([exporter]);
    t.add('a');
    await t.pipeline.shutdown(300);
    return t.pipeline.instance;
  }

  test('a part that may have arrived is not sent where it would count twice', async () => {
    await leave(new OnceOnly(hang));
    const exporter = new OnceOnly();
    const t = open([exporter]);
    t.pipeline.start();
    await until(() => t.accounts.total('attribution.part.quarantined', 'scripted') === 1);
    expect(spooled()).toEqual([]);
    expect(exporter.calls).toEqual([]);
    expect(reasons()).toEqual([expect.stringMatching(/^may have arrived: it was sent at 2023-11-14T/)]);
    await t.pipeline.shutdown();
  });

  test.each([
    ['soon', 59_000, { sent: 1, asked: 0 }],
    ['late', 61_000, { sent: 0, asked: 1 }],
    ['after the clock was set back', -120_000, { sent: 0, asked: 1 }],
  ])('where it may be repeated for a while it is sent again %s', async (_, later, { sent, asked }) => {
    const id = `${await leave(new Handing(hang))}-1`;
    const exporter = new Handing();
    const t = open([exporter], { clock: { now: () => NOW + later }, delivery: { confirmMs: 10 } });
    t.pipeline.start();
    await until(() => exporter.calls.length === sent && new Set(exporter.asked).size === asked);
    // Absence proved, it may be sent whatever its age.
    exporter.states = new Map([[id, asked === 1 && exporter.calls.length === 0 ? 'missing' : 'arrived']]);
    await until(() => exporter.calls.length === 1);
    await until(() => spooled().length === 0);
    await t.pipeline.shutdown();
  });

  test('after that while, and with nobody to ask, it is set aside', async () => {
    class Silent extends ScriptedExporter {
      readonly idempotentMs = 60_000;
    }
    await leave(new Silent(hang));
    const exporter = new Silent();
    const t = open([exporter], { clock: { now: () => NOW + 61_000 } });
    t.pipeline.start();
    await until(() => t.accounts.total('attribution.part.quarantined') === 1);
    expect(reasons()).toEqual([expect.stringMatching(/^may have arrived: first sent at .*too long ago/)]);
    expect(exporter.calls).toEqual([]);
    await t.pipeline.shutdown();
  });

  test('a process that lives keeps its parts; one that stopped touching its owner file loses them', async () => {
    const busy = open([down()]);
    await seal(busy, 'a');
    const early = new ScriptedExporter();
    const second = open([early]);
    second.pipeline.start();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(early.calls).toEqual([]);
    await second.pipeline.shutdown();
    const late = new ScriptedExporter();
    const third = open([late], { clock: { now: () => NOW + 61_000 } });
    third.pipeline.start();
    await until(() => late.delivered.length === 1);
    await third.pipeline.shutdown();
    await busy.pipeline.shutdown(100);
  });

  test.each([
    [{ v: 99 }, 'version 99'],
    [{ v: 2, lane: 'level' }, 'lane "level"'],
  ])('a damaged part is set aside, one of a newer release stays where it is: %j', async (columns, reason) => {
    const id = `${await leave(down())}-1`;
    const folder = path.join(directory, 'scripted');
    writeFileSync(path.join(folder, `${id}.json.zst`), 'not a part');
    const { zstdCompressSync, constants } = await import('node:zlib');
    const params = { [constants.ZSTD_c_checksumFlag]: 1 };
    const newer = zstdCompressSync(JSON.stringify(columns), { params });
    writeFileSync(path.join(folder, `${id}9.json.zst`), newer);
    const exporter = new ScriptedExporter();
    const t = open([exporter]);
    t.pipeline.start();
    await until(() => spooled().length === 1 && t.warnings.some((text) => text.includes(reason)));
    expect(reasons()).toEqual([expect.stringMatching(/damaged/)]);
    expect(spooled()).toEqual(['-19.json.zst']);
    await t.pipeline.shutdown();
  });
});

test('a refused part moves from the spool to the quarantine', async () => {
  const t = open([new ScriptedExporter(new PermanentError('400: unknown tenant'), new AmbiguousError('lost'))]);
  await seal(t, 'a');
  await until(() => t.accounts.total('attribution.part.quarantined') === 1);
  expect(reasons()).toEqual(['400: unknown tenant']);
  await t.pipeline.shutdown();
});

test('a handed part of which the destination never says a word is set aside after a day', async () => {
  const exporter = new Handing('handed');
  const t = open([exporter], { delivery: { confirmMs: 5, unconfirmedMs: 40 } });
  await seal(t, 'a');
  await until(() => t.accounts.total('attribution.part.quarantined') === 1);
  expect(reasons()).toEqual([expect.stringMatching(/^may have arrived: handed over/)]);
  expect(exporter.asked.length).toBeGreaterThan(1);
  await t.pipeline.shutdown();
});

test('the exporter says how many parts it takes at once', async () => {
  let flying = 0;
  let most = 0;
  const slow = async (_: Part): Promise<ExportOutcome> => {
    most = Math.max(most, ++flying);
    await new Promise((resolve) => setTimeout(resolve, 5));
    flying--;
    return 'delivered';
  };
  const first = open([down()]);
  await seal(first, ...Array.from({ length: 12 }, (_, i) => `o${i}`));
  await first.pipeline.shutdown(100);
  const exporter = Object.assign(new ScriptedExporter(...Array(50).fill(slow)), { concurrency: 5 });
  const t = open([exporter]);
  t.pipeline.start();
  await until(() => exporter.delivered.length >= 12);
  expect(most).toBe(5);
  await t.pipeline.shutdown();
});
