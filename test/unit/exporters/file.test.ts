import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileExporter } from '../../../src/exporters/file/exporter.ts';
import { decodePart } from '../../../src/parts/part-codec.ts';
import { isWritableDirectory, listParts, spoolSize } from '../../../src/parts/part-files.ts';
import { makePart } from '../parts/make-part.ts';
import { makePipeline, sums } from '../pipeline/helpers.ts';

let root: string;
let directory: string;
const signal = new AbortController().signal;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'attribution-'));
  directory = path.join(root, '.attribution');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const local = (): string[] =>
  existsSync(path.join(directory, 'local')) ? readdirSync(path.join(directory, 'local')).sort() : [];
const part = (sequence: number, rows = 1) =>
  makePart(
    Array.from({ length: rows }, (_, i) => ({ origin: `o${i * 7919}` })),
    { sequence },
  );

describe('files', () => {
  test('a part is <instance>-<sequence>.json.zst in local/, nothing else is left, git ignores it', async () => {
    const exporter = new FileExporter({ directory });
    await exporter.export(part(1), signal);
    exporter.exportSync(part(2));
    expect(local()).toEqual([`${part(1).id}.json.zst`, `${part(2).id}.json.zst`]);
    expect(readFileSync(path.join(directory, '.gitignore'), 'utf8')).toBe('*\n');
    expect(await decodePart(readFileSync(path.join(directory, 'local', local()[0]!)))).toMatchObject({
      part: part(1).id,
    });
  });

  test('a directory that was there gets no .gitignore; one within it is left as it is', async () => {
    mkdirSync(directory);
    await new FileExporter({ directory }).export(part(1), signal);
    expect(existsSync(path.join(directory, '.gitignore'))).toBe(false);
  });

  test('a directory removed under us is made again at the next try', async () => {
    const exporter = new FileExporter({ directory });
    await exporter.export(part(1), signal);
    rmSync(directory, { recursive: true });
    await expect(exporter.export(part(2), signal)).rejects.toMatchObject({ name: 'RetryableError' });
    await exporter.export(part(2), signal);
    expect(local()).toHaveLength(1);
  });

  test('what a dead process left half-written is removed after an hour, and counts until then', async () => {
    mkdirSync(path.join(directory, 'local'), { recursive: true });
    const old = path.join(directory, 'local', 'x-1.json.zst.tmp-1-0');
    const young = path.join(directory, 'local', 'x-2.json.zst.tmp-1-1');
    for (const file of [old, young]) writeFileSync(file, 'half');
    const hours = (n: number): Date => new Date(Date.now() - n * 3_600_000);
    utimesSync(old, hours(2), hours(2));
    expect(await spoolSize(directory)).toBe(8);
    await new FileExporter({ directory }).start();
    expect(local()).toEqual([path.basename(young)]);
    expect(await listParts(path.join(directory, 'local'))).toEqual([]);
  });

  test('several exporters in one directory, as several processes', async () => {
    const exporters = Array.from({ length: 4 }, () => new FileExporter({ directory }));
    await Promise.all(exporters.map((exporter, i) => exporter.export(part(i + 1), signal)));
    expect(local()).toHaveLength(4);
  });
});

describe('the size cap', () => {
  test('the oldest parts stay, new ones are refused; what a reader takes away makes room', async () => {
    let now = 0;
    const exporter = new FileExporter({ directory, maxBytes: 3_000, now: () => now });
    let written = 0;
    const refused = async (): Promise<unknown> => {
      for (;;) {
        try {
          await exporter.export(part(++written), signal);
        } catch (error) {
          return error;
        }
      }
    };
    expect(await refused()).toMatchObject({ code: 'ATTR_SPOOL_FULL', message: /cap of 3000 bytes.*maxSpoolBytes/ });
    expect(await spoolSize(directory)).toBeLessThanOrEqual(3_000);
    expect(() => exporter.exportSync(part(written))).toThrow(expect.objectContaining({ code: 'ATTR_SPOOL_FULL' }));
    const first = path.join(directory, 'local', `${part(1).id}.json.zst`);
    expect(existsSync(first)).toBe(true);
    rmSync(first);
    now += 11_000;
    await exporter.export(part(written), signal);
  });

  test('parts of others and the quarantine count; a store beside them does not', async () => {
    mkdirSync(path.join(directory, 'quarantine/otlp'), { recursive: true });
    writeFileSync(path.join(directory, 'store.duckdb'), Buffer.alloc(100_000));
    await new FileExporter({ directory, maxBytes: 3_000 }).export(part(1), signal);
    writeFileSync(path.join(directory, 'quarantine/otlp/x-1.json.zst'), Buffer.alloc(2_990));
    await expect(new FileExporter({ directory, maxBytes: 3_000 }).export(part(2), signal)).rejects.toMatchObject({
      code: 'ATTR_SPOOL_FULL',
    });
  });

  test('in a pipeline it is counted as dropped, with one warning', async () => {
    const { pipeline, add, accounts, warnings } = makePipeline([new FileExporter({ directory, maxBytes: 1_000 })]);
    for (let i = 0; i < 6; i++) {
      add(`o${i}`);
      await pipeline.forceFlush();
    }
    expect(accounts.total('attribution.part.dropped', 'directory_full') + local().length).toBe(6);
    expect(accounts.total('attribution.part.dropped', 'directory_full')).toBeGreaterThan(2);
    expect(warnings.filter((text) => text.includes('cap of'))).toHaveLength(1);
    expect(accounts.total('attribution.part.retried')).toBe(0);
  });
});

describe('a directory that cannot be written', () => {
  const asRoot = process.getuid?.() === 0;
  /** A small file system of its own, which root too finds full or read-only. */
  function mount(size: string): string | undefined {
    const at = path.join(root, 'mnt');
    mkdirSync(at);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', at], { stdio: 'ignore' });
      return at;
    } catch {
      return undefined;
    }
  }
  const umount = (at: string): void => void execFileSync('umount', [at]);

  test('a full disk: said once, counted, retried when there is room; parts on disk stay whole', async ({ skip }) => {
    const at = asRoot ? mount('64k') : undefined;
    if (at === undefined) return skip('needs root and mount');
    try {
      const { pipeline, add, accounts, warnings } = makePipeline([new FileExporter({ directory: path.join(at, 'a') })]);
      writeFileSync(path.join(at, 'ballast'), Buffer.alloc(48 * 1024));
      for (let i = 0; i < 2_000; i++) add(`GET /${(i * 2_654_435_761) % 4_294_967_296}/x`, i / 7);
      await pipeline.forceFlush();
      expect(accounts.total('attribution.part.retried', 'file')).toBeGreaterThan(0);
      expect(warnings.filter((text) => /disk is full.*ENOSPC/.test(text))).toHaveLength(1);
      expect(readdirSync(path.join(at, 'a', 'local'))).toEqual([]);
      rmSync(path.join(at, 'ballast'));
      await pipeline.forceFlush();
      expect(readdirSync(path.join(at, 'a', 'local'))).toHaveLength(1);
      expect(Object.keys(sums(pipeline.recentParts(0)))).toHaveLength(2_000);
    } finally {
      umount(at);
    }
  });

  test('a full disk at exit: no exception, the part is kept in memory and counted', async ({ skip }) => {
    const at = asRoot ? mount('16k') : undefined;
    if (at === undefined) return skip('needs root and mount');
    try {
      const target = path.join(at, 'a');
      const { pipeline, add, accounts } = makePipeline([new FileExporter({ directory: target })], {
        directory: target,
      });
      for (let i = 0; i < 2_000; i++) add(`GET /${(i * 2_654_435_761) % 4_294_967_296}/x`, i / 7);
      expect(() => pipeline.flushSync()).not.toThrow();
      expect(accounts.total('attribution.part.quarantined', 'file')).toBe(1);
      expect(pipeline.quarantined).toHaveLength(1);
    } finally {
      umount(at);
    }
  });

  test('a read-only file system', async ({ skip }) => {
    const at = asRoot ? mount('64k') : undefined;
    if (at === undefined) return skip('needs root and mount');
    try {
      execFileSync('mount', ['-o', 'remount,ro', at]);
      const target = path.join(at, 'a');
      expect(isWritableDirectory(target)).toBe(false);
      await expect(new FileExporter({ directory: target }).start()).rejects.toMatchObject({
        name: 'RetryableError',
        message: /read-only.*EROFS/,
      });
      const { pipeline, add, warnings, accounts } = makePipeline([new FileExporter({ directory: target })], {
        directory: target,
      });
      add('a');
      await pipeline.shutdown(500);
      expect(warnings.filter((text) => text.includes('EROFS'))).toHaveLength(1);
      expect(accounts.total('attribution.part.quarantined', 'file')).toBe(1);
    } finally {
      umount(at);
    }
  });

  test.each(['a file where the directory should be', 'a file within the path', 'a link that leads nowhere'])(
    '%s',
    async (what) => {
      if (what.startsWith('a link')) symlinkSync(path.join(root, 'nowhere/deep'), directory);
      else writeFileSync(directory, 'in the way');
      const target = what.includes('within') ? path.join(directory, 'deeper') : directory;
      expect(isWritableDirectory(target)).toBe(false);
      const { pipeline, add, warnings } = makePipeline([new FileExporter({ directory: target })]);
      add('a');
      await pipeline.shutdown(500);
      expect(warnings.filter((text) => text.includes(`Cannot write parts to ${target}`))).toHaveLength(1);
      expect(sums(pipeline.quarantined.map((q) => q.part))).toEqual({ a: 1 });
    },
  );

  test('isWritableDirectory makes a directory that is not there, and leaves nothing in it', () => {
    expect(isWritableDirectory(directory)).toBe(true);
    expect(isWritableDirectory(directory)).toBe(true);
    expect(local()).toEqual([]);
    expect(statSync(directory).isDirectory()).toBe(true);
  });
});
