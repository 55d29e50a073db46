/** The contract of part queues: what is set aside. */
import { expect, test } from 'vitest';
import type { QueuedPart } from '../../src/core/contracts/part-queue.ts';
import { never, outletOf, part, partsFor, put, type QueueKind } from './part-queue-fixtures.ts';

export function asideSuite(kind: QueueKind): void {
  test('what is set aside is kept for a person, and leaves the queue', async () => {
    const { queue, again } = kind.open();
    const a = outletOf(queue, 'a');
    const [one] = (await put(queue, { a }, part(1))) as [QueuedPart];
    expect(await a.setAside(one, 'no such tenant')).toBe('kept');
    a.forget(one);
    await a.takeover?.leave();
    expect((await outletOf(again(), 'a', 'two').list(never, 10)).parts).toEqual([]);
    if (!kind.keeps)
      expect(queue.quarantined).toMatchObject([{ exporter: 'a', reason: 'no such tenant', part: { id: 'one-1' } }]);
  });

  test('in the last turn as well, what is in memory only', async () => {
    const { queue, again } = kind.open();
    const a = outletOf(queue, 'a');
    const [one] = partsFor(queue.putSync!([part(1)], ['a'], undefined), 'a') as [QueuedPart];
    if (one.durable) return;
    expect(a.setAsideSync(one, 'the process ended')).toBe('kept');
    a.forget(one);
    expect(queue.pressure).toBe(0);
    expect((await outletOf(again(), 'a', 'two').list(never, 10)).parts).toEqual([]);
    if (!kind.keeps) expect(queue.quarantined).toMatchObject([{ exporter: 'a', reason: 'the process ended' }]);
  });

  test.skipIf(kind.keeps)('a quarantine in memory has a bound, and says so', async () => {
    const { queue } = kind.open();
    const a = outletOf(queue, 'a');
    const kept: string[] = [];
    for (let i = 1; i <= 20; i++) {
      const [one] = (await put(queue, { a }, part(i))) as [QueuedPart];
      kept.push(i % 2 === 0 ? a.setAsideSync(one, 'x') : await a.setAside(one, 'x'));
      a.forget(one);
    }
    expect(kept[0]).toBe('kept');
    expect(kept.slice(-2)).toEqual(['full', 'full']);
    expect(queue.quarantined).toHaveLength(kept.indexOf('full'));
  });
}
