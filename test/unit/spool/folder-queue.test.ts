import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { OutletQueue, PartQueue, QueuedPart } from '../../../src/core/contracts/part-queue.ts';
import { createPartQueue } from '../../../src/spool/index.ts';
import { spoolFiles } from '../../../src/spool/spool-files.ts';
import { parseSpoolName } from '../../../src/spool/spool-names.ts';
import { tempDir } from '../../helpers/temp-dir.ts';
import { makePart } from '../parts/make-part.ts';

const SENT = 1_700_000_000_500;

interface Disk {
  readonly queue: PartQueue;
  readonly outlet: OutletQueue;
  full: boolean;
  /** Names of the parts on it. */
  names(): string[];
}

function openDisk(full: boolean): Disk {
  const directory = tempDir();
  const write: typeof spoolFiles.write = async (...args) => {
    if (disk.full) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    return spoolFiles.write(...args);
  };
  const queue = createPartQueue({ directory, files: { ...spoolFiles, write }, clock: { now: () => SENT + 1_000 } });
  const outlet = queue.open('x', { instance: () => 'i', transient: false });
  const names = (): string[] =>
    readdirSync(path.join(directory, 'x')).filter((name) => parseSpoolName(name) !== undefined);
  const disk: Disk = { queue, outlet, full, names };
  return disk;
}

async function putOne({ queue }: Disk): Promise<QueuedPart> {
  const [taken] = await queue.putAll([makePart([{}], { instance: 'i' })], ['x'], undefined);
  if (taken === undefined || !('part' in taken)) throw new Error('refused');
  return taken.part;
}

test.each([
  ['waiting', undefined, 'i-1.json.zst'],
  ['sent', SENT, `i-1.sent-${SENT}.json.zst`],
  ['handed', SENT, `i-1.handed-${SENT}.json.zst`],
] as const)(
  'what the disk refused is written later, and says what happened meanwhile: %s',
  async (state, since, name) => {
    for (const inThisTurn of [false, true]) {
      const disk = openDisk(true);
      const part = await putOne(disk);
      await expect(disk.outlet.writeBehind!.store(part)).rejects.toThrow('no space left');
      expect(part.durable).toBe(false);
      expect(await disk.outlet.mark(part, state, since, true)).toBe(true);
      disk.full = false;
      if (inThisTurn) disk.outlet.writeBehind!.storeSync(part);
      else await disk.outlet.writeBehind!.store(part);
      expect([part.durable, part.state, part.since]).toEqual([true, state, since]);
      expect(disk.names()).toEqual([name]);
    }
  },
);

test('a mark, a removal and the quarantine wait for the write under way', async () => {
  for (const [act, left] of [
    [
      (outlet: OutletQueue, part: QueuedPart) => outlet.mark(part, 'handed', SENT, true),
      [`i-1.handed-${SENT}.json.zst`],
    ],
    [(outlet: OutletQueue, part: QueuedPart) => outlet.remove(part), []],
    [(outlet: OutletQueue, part: QueuedPart) => outlet.setAside(part, 'refused'), []],
  ] as const) {
    const disk = openDisk(false);
    const part = await putOne(disk);
    // It takes several turns.
    void disk.outlet.writeBehind!.store(part);
    await act(disk.outlet, part);
    expect(disk.names()).toEqual(left);
  }
});

test('a part without a file is read, marked, removed and set aside in memory, which is given back', async () => {
  const disk = openDisk(true);
  const part = await putOne(disk);
  await disk.outlet.writeBehind!.store(part).catch(() => {});
  disk.outlet.rest(part);
  expect((await disk.outlet.read(part))?.id).toBe('i-1');
  expect(await disk.outlet.setAside(part, 'refused')).toBe('kept');
  await disk.outlet.remove(part);
  expect(disk.queue.pressure).toBe(0);
});

test('a part of another queue is refused', async () => {
  const { outlet } = openDisk(false);
  const foreign: QueuedPart = {
    id: 'j-1',
    instance: 'j',
    sequence: 1,
    sealedAt: 0,
    state: 'waiting',
    since: undefined,
    missed: undefined,
    durable: true,
  };
  await expect(outlet.read(foreign)).rejects.toThrow(/of another queue/);
});
