/** The contract of every part queue, as one suite. What a queue declares not to support is skipped, visibly. */
import { describe, expect, test } from 'vitest';
import type { QueuedPart } from '../../src/core/contracts/part-queue.ts';
import { asideSuite } from './part-queue-aside.ts';
import { never, outletOf, part, partsFor, put, type QueueKind } from './part-queue-fixtures.ts';
import { putSuite } from './part-queue-put.ts';

export function queueContract(name: string, kind: QueueKind): void {
  describe(`part queue: ${name}`, () => {
    putSuite(kind);
    asideSuite(kind);

    test('each outlet gets each part, and reads the body that was put', async () => {
      const { queue } = kind.open();
      const [a, b] = [outletOf(queue, 'a'), outletOf(queue, 'b')];
      const taken = await queue.putAll([part(1), part(2)], ['a', 'b'], undefined);
      expect(taken.map((one) => one.outlet).sort()).toEqual(['a', 'a', 'b', 'b']);
      for (const [outlet, of] of [
        [a, 'a'],
        [b, 'b'],
      ] as const) {
        const parts = partsFor(taken, of);
        expect(parts.map(({ sequence, state, since }) => ({ sequence, state, since }))).toEqual([
          { sequence: 1, state: 'waiting', since: undefined },
          { sequence: 2, state: 'waiting', since: undefined },
        ]);
        for (const one of parts) {
          expect((await outlet.read(one))?.body).toEqual(part(one.sequence).body);
          await outlet.writeBehind?.store(one);
          expect(one.durable).toBe(kind.keeps);
          outlet.rest(one);
          expect((await outlet.read(one))?.body).toEqual(part(one.sequence).body);
        }
      }
    });

    test('what one outlet removes is still there for the others', async () => {
      const { queue } = kind.open();
      const outlets = { a: outletOf(queue, 'a'), b: outletOf(queue, 'b') };
      const taken = await queue.putAll([part(1)], ['a', 'b'], undefined);
      const [a] = partsFor(taken, 'a') as [QueuedPart];
      const [b] = partsFor(taken, 'b') as [QueuedPart];
      await outlets.b.writeBehind?.store(b);
      await outlets.a.remove(a);
      expect((await outlets.b.read(b))?.id).toBe('one-1');
    });

    test('marks are what the part says of itself', async () => {
      const { queue } = kind.open();
      const a = outletOf(queue, 'a');
      const [one] = (await put(queue, { a }, part(1))) as [QueuedPart];
      for (const [state, since] of [
        ['sent', 1_700_000_000_500],
        ['handed', 1_700_000_000_500],
        ['waiting', undefined],
      ] as const) {
        expect(await a.mark(one, state, since, true)).toBe(true);
        expect([one.state, one.since]).toEqual([state, since]);
      }
    });

    test('memory is given back by what is forgotten', async () => {
      const { queue } = kind.open();
      const a = outletOf(queue, 'a');
      const parts = partsFor(await queue.putAll([part(1), part(2)], ['a'], undefined), 'a');
      if (kind.refuses) expect(queue.pressure).toBeGreaterThan(0);
      for (const one of parts) a.forget(one);
      expect(queue.pressure).toBe(0);
    });

    test.skipIf(!kind.refuses)(
      'beyond its bound the newest part is refused, for the outlet that has too many',
      async () => {
        const { queue } = kind.open();
        outletOf(queue, 'a');
        outletOf(queue, 'b');
        const many = Array.from({ length: 1_000 }, (_, i) => part(i));
        const taken = await queue.putAll(many, ['a'], undefined);
        expect(taken).toHaveLength(1_000);
        expect(taken[0]).toHaveProperty('part');
        expect(taken.at(-1)).toMatchObject({ outlet: 'a', refused: 'memory_full' });
        expect(queue.pressure).toBeLessThanOrEqual(1);
        // The last of the room is for those that have little.
        expect((await queue.putAll([part(1_000)], ['b'], undefined))[0]).toHaveProperty('part');
      },
    );

    test.skipIf(kind.keeps)('nothing is found by the next process', async () => {
      const { queue, again } = kind.open();
      const a = outletOf(queue, 'a');
      await put(queue, { a }, part(1));
      expect([a.keeps, a.location]).toEqual([false, undefined]);
      expect(await outletOf(again(), 'a', 'two').list(never, 10)).toEqual({ parts: [], givenUp: [] });
    });

    describe.skipIf(!kind.keeps)('beyond the process', () => {
      test('the next one finds what was left, in its state, oldest first, as far as it has room', async () => {
        const { queue, again } = kind.open();
        const a = outletOf(queue, 'a');
        const parts = await put(queue, { a }, part(3), part(1), part(2), part(4));
        await a.mark(parts[1]!, 'sent', 1_700_000_000_700, true);
        await a.mark(parts[2]!, 'handed', 1_700_000_000_800, true);
        await a.remove(parts[3]!);
        await a.takeover?.leave();
        const next = outletOf(again(), 'a', 'two');
        expect((await next.list(never, 2)).parts).toHaveLength(2);
        expect((await next.list((id) => id === 'one-1', 10)).parts.map(({ id }) => id)).toEqual(['one-2', 'one-3']);
        const { parts: found } = await next.list(never, 10);
        expect(
          found.map(({ id, state, since, sealedAt, durable }) => ({ id, state, since, sealedAt, durable })),
        ).toEqual([
          { id: 'one-1', state: 'sent', since: 1_700_000_000_700, sealedAt: 1_700_000_000_001, durable: true },
          { id: 'one-2', state: 'handed', since: 1_700_000_000_800, sealedAt: 1_700_000_000_002, durable: true },
          { id: 'one-3', state: 'waiting', since: undefined, sealedAt: 1_700_000_000_003, durable: true },
        ]);
        expect((await next.read(found[0]!))?.body).toEqual(part(1).body);
        await next.remove(found[0]!);
        expect((await next.list(never, 10)).parts).toHaveLength(2);
      });

      test('what is put in the last turn of a process is found as well', async () => {
        const { queue, again } = kind.open();
        const a = outletOf(queue, 'a');
        const [one] = partsFor(queue.putSync?.([part(1)], ['a'], undefined) ?? [], 'a') as [QueuedPart];
        a.writeBehind?.storeSync(one);
        a.writeBehind?.storeSync(one);
        expect(one.durable).toBe(true);
        a.takeover?.leaveSync();
        const next = outletOf(again(), 'a', 'two');
        // Who left in a hurry left no owner: that is believed at the second look.
        await next.list(never, 10);
        expect((await next.list(never, 10)).parts.map(({ id }) => id)).toEqual(['one-1']);
      });

      test.skipIf(!kind.refuses)('parts of a transient outlet stay in memory', async () => {
        const { queue } = kind.open();
        const a = outletOf(queue, 'a', 'one', true);
        const [one] = (await put(queue, { a }, part(1))) as [QueuedPart];
        expect([a.keeps, a.location, one.durable]).toEqual([false, undefined, false]);
      });
    });

    test.skipIf(!kind.shared)('what another process has taken is neither read, marked nor set aside', async () => {
      const { queue, again } = kind.open();
      const a = outletOf(queue, 'a');
      const [one, two] = (await put(queue, { a }, part(1), part(2))) as [QueuedPart, QueuedPart];
      a.rest(one);
      a.rest(two);
      const other = outletOf(again(), 'a', 'two');
      // A process that lives keeps its parts.
      expect((await other.list(never, 10)).parts).toEqual([]);
      expect(await a.takeover!.owns('one')).toBe(true);
      await a.takeover!.leave();
      const { parts } = await other.list(never, 10);
      await other.remove(parts[0]!);
      await other.mark(parts[1]!, 'sent', 1_700_000_000_900, true);
      expect(await a.read(one)).toBeUndefined();
      expect(await a.mark(one, 'sent', 1, true)).toBe(false);
      expect(await a.mark(two, 'sent', 1, true)).toBe(false);
      expect(await a.setAside(two, 'x')).toBe('taken');
      expect(await a.takeover!.beat()).toEqual(['one']);
      expect(await a.takeover!.owns('one')).toBe(false);
      expect(await other.takeover!.owns('one')).toBe(true);
    });
  });
}
