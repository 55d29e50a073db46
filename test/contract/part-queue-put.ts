/** The contract of part queues: how parts come in. */
import { expect, test } from 'vitest';
import type { QueuedPart } from '../../src/core/contracts/part-queue.ts';
import { never, outletOf, part, partsFor, put, type QueueKind } from './part-queue-fixtures.ts';

export function putSuite(kind: QueueKind): void {
  test('a part put again is not taken twice', async () => {
    const { queue } = kind.open();
    outletOf(queue, 'a');
    const [first] = partsFor(await queue.putAll([part(1)], ['a'], undefined), 'a');
    const again = partsFor(await queue.putAll([part(1), part(2)], ['a'], undefined), 'a');
    expect(again[0]).toBe(first);
    if (queue.putSync !== undefined)
      expect(partsFor(queue.putSync([part(2)], ['a'], undefined), 'a')[0]).toBe(again[1]);
  });

  test('what a put under way has taken is among the answers of the one in this turn, and is the same part', async () => {
    const { queue } = kind.open();
    const a = outletOf(queue, 'a');
    const underWay = queue.putAll([part(1)], ['a'], undefined);
    const atOnce = partsFor(queue.putSync!([part(1), part(2)], ['a'], undefined), 'a');
    expect(atOnce.map(({ id }) => id)).toEqual(['one-1', 'one-2']);
    expect(partsFor(await underWay, 'a')[0]).toBe(atOnce[0]);
    for (const one of atOnce) await a.remove(one);
    expect(queue.pressure).toBe(0);
    expect((await a.list(never, 10)).parts).toEqual([]);
  });

  test('the body of a part that is in memory only can be had in the last turn', async () => {
    const { queue } = kind.open();
    const a = outletOf(queue, 'a');
    const [one] = partsFor(queue.putSync!([part(1)], ['a'], undefined), 'a') as [QueuedPart];
    if (!one.durable) expect(a.bodyOf(one)?.body).toEqual(part(1).body);
    a.forget(one);
    expect(a.bodyOf(one)).toBeUndefined();
  });

  test.skipIf(!kind.notes)('a rotation and its note are stored in one step', async () => {
    const { queue, storage, again } = kind.open();
    const a = outletOf(queue, 'a');
    const first = partsFor(await queue.putAll([part(1), part(2)], ['a'], { cut: 1 }), 'a');
    expect(first.map(({ durable }) => durable)).toEqual([true, true]);
    expect(storage!.note()).toEqual({ cut: 1 });
    queue.putSync!([part(3)], ['a'], { cut: 2 });
    expect(storage!.note()).toEqual({ cut: 2 });
    await a.takeover?.leave();
    expect((await outletOf(again(), 'a', 'two').list(never, 10)).parts).toHaveLength(3);
  });

  test.skipIf(!kind.notes)(
    'one that is rejected leaves nothing, neither part nor note, and may be put again',
    async () => {
      const { queue, storage, again } = kind.open();
      const outlets = { a: outletOf(queue, 'a'), b: outletOf(queue, 'b') };
      await queue.putAll([part(1)], ['a', 'b'], { cut: 1 });
      storage!.refuse(true);
      await expect(queue.putAll([part(2), part(3)], ['a', 'b'], { cut: 2 })).rejects.toThrow();
      expect(() => queue.putSync!([part(2), part(3)], ['a', 'b'], { cut: 2 })).toThrow();
      expect(storage!.note()).toEqual({ cut: 1 });
      for (const outlet of Object.values(outlets))
        expect((await outlet.list(never, 10)).parts.map(({ id }) => id)).toEqual(['one-1']);
      storage!.refuse(false);
      await put(queue, outlets, part(2), part(3));
      await outlets.a.takeover?.leave();
      expect((await outletOf(again(), 'a', 'two').list(never, 10)).parts).toHaveLength(3);
    },
  );
}
