import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { listParts, spoolSize, writePart, writePartSync } from '../../../src/parts/part-files.ts';
import { makePart } from './make-part.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(tmpdir(), 'attribution-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(folder, { recursive: true, force: true });
});

test('the bytes are on disk before the name is, and the name before the write is done', async () => {
  // A kill cannot show this: what is in the page cache survives it. So the real calls are watched as they go by.
  const probe = await fs.promises.open(folder, 'r');
  const handle = Object.getPrototypeOf(probe) as fs.promises.FileHandle;
  await probe.close();
  const order: string[] = [];
  const { datasync, sync } = handle;
  const { rename } = fs.promises;
  vi.spyOn(handle, 'datasync').mockImplementation(function (this: fs.promises.FileHandle) {
    order.push('datasync of the file');
    return datasync.call(this);
  });
  vi.spyOn(handle, 'sync').mockImplementation(function (this: fs.promises.FileHandle) {
    order.push('sync of the directory');
    return sync.call(this);
  });
  vi.spyOn(fs.promises, 'rename').mockImplementation((from, to) => {
    order.push(`rename, ${fs.statSync(from).size} bytes`);
    return rename(from, to);
  });
  const part = makePart();
  await writePart(folder, part);
  expect(order).toEqual(['datasync of the file', `rename, ${part.body.length} bytes`, 'sync of the directory']);
});

test('a write that fails leaves nothing behind', async () => {
  const part = makePart();
  // The name is taken by a directory: the rename must fail.
  fs.mkdirSync(path.join(folder, `${part.id}.json.zst`, 'x'), { recursive: true });
  await expect(writePart(folder, part)).rejects.toThrow();
  expect(() => writePartSync(folder, part)).toThrow();
  expect(fs.readdirSync(folder)).toEqual([`${part.id}.json.zst`]);
});

test('only whole parts are listed; a folder that is not there has none', async () => {
  writePartSync(folder, makePart([{}], { sequence: 2 }));
  await writePart(folder, makePart([{}], { sequence: 1 }));
  for (const name of ['x-1.json.zst.tmp-1-1', '.probe', 'x-1.reason.txt', 'store.duckdb'])
    fs.writeFileSync(path.join(folder, name), '1');
  expect(await listParts(folder)).toEqual([1, 2].map((sequence) => `${makePart([{}], { sequence }).id}.json.zst`));
  expect(await listParts(path.join(folder, 'nowhere'))).toEqual([]);
  expect(await spoolSize(folder)).toBe(
    1 + makePart([{}], { sequence: 1 }).body.length + makePart([{}], { sequence: 2 }).body.length,
  );
});
