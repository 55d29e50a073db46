import { describe, expect, test } from 'vitest';
import type { OutletQueue, PartQueue, PutResult, QueueOwner } from '../../../src/core/contracts/part-queue.ts';
import type { Part } from '../../../src/core/model.ts';
import { createPartQueue } from '../../../src/spool/index.ts';
import { hang, makePipeline, ScriptedExporter, SyncExporter, sums, type TestPipeline } from './helpers.ts';
import { until } from './open-outlet.ts';

/** A queue that takes a rotation all or nothing, and nothing for its first calls. */
class RefusingQueue implements PartQueue {
  readonly #queue = createPartQueue();
  readonly calls: { readonly ids: readonly number[]; readonly note: unknown }[] = [];
  /** The outlets of each call. */
  readonly named: (readonly string[])[] = [];
  refusals: number;

  constructor(refusals: number) {
    this.refusals = refusals;
  }

  get pressure(): number {
    return this.#queue.pressure;
  }

  get quarantined(): PartQueue['quarantined'] {
    return this.#queue.quarantined;
  }

  open(outlet: string, owner: QueueOwner): OutletQueue {
    return this.#queue.open(outlet, owner);
  }

  async putAll(parts: readonly Part[], outlets: readonly string[], note: unknown): Promise<readonly PutResult[]> {
    this.calls.push({ ids: parts.map(({ sequence }) => sequence), note });
    this.named.push(outlets);
    if (this.refusals-- > 0) throw new Error('database or disk is full');
    return this.#queue.putAll(parts, outlets, note);
  }

  putSync(parts: readonly Part[], outlets: readonly string[], note: unknown): readonly PutResult[] {
    this.calls.push({ ids: parts.map(({ sequence }) => sequence), note });
    this.named.push(outlets);
    return this.#queue.putSync!(parts, outlets, note);
  }
}

/** A rotation of 25,000 rows: three parts. */
function fill({ add }: TestPipeline): void {
  for (let i = 0; i < 25_000; i++) add(`o${i}`);
}

describe('a queue that takes nothing', () => {
  test('the rotation is kept and put again, the next swap waits, nothing is lost or doubled', async () => {
    const queue = new RefusingQueue(3);
    const exporter = new ScriptedExporter();
    const t = makePipeline([exporter], { queue });
    t.add('a', 1);
    t.pipeline.rotate();
    await until(() => queue.calls.length === 1);
    t.add('b', 2);
    t.pipeline.rotate();
    t.pipeline.rotate();
    // Not swapped: it is in the table, with what comes after it.
    expect(t.pipeline.table.size).toBe(1);
    t.add('b', 4);
    await until(() => exporter.delivered.length === 1);
    expect(queue.calls.map(({ ids }) => ids)).toEqual([[1], [1], [1], [1]]);
    expect(t.accounts.total('attribution.part.sealed')).toBe(1);
    await t.pipeline.shutdown();
    expect(sums(exporter.delivered)).toEqual({ a: 1, b: 6 });
    expect(exporter.delivered.map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(t.accounts.total('attribution.part.dropped')).toBe(0);
    expect(t.warnings.filter((text) => text.includes('disk is full'))).toHaveLength(1);
  });

  test('a flush tries again at once, and then makes the swap that waited', async () => {
    const queue = new RefusingQueue(1);
    const exporter = new ScriptedExporter();
    const t = makePipeline([exporter], { queue, delivery: { backoffMs: 600_000, backoffMaxMs: 600_000 } });
    t.add('a');
    t.pipeline.rotate();
    await until(() => queue.calls.length === 1);
    t.add('b');
    await t.pipeline.forceFlush();
    expect(sums(exporter.delivered)).toEqual({ a: 1, b: 1 });
    await t.pipeline.shutdown();
  });

  test('a full table grows past its bound meanwhile, which is counted', async () => {
    const queue = new RefusingQueue(1);
    const exporter = new ScriptedExporter();
    const t = makePipeline([exporter], { queue, maxRows: 2, delivery: { backoffMs: 600_000, backoffMaxMs: 600_000 } });
    t.add('a');
    t.pipeline.rotate();
    await until(() => queue.calls.length === 1);
    for (let i = 0; i < 10; i++) t.add(`o${i}`);
    expect(t.pipeline.table.size).toBe(10);
    expect(t.accounts.total('attribution.limit.reached', 'sealing_behind')).toBe(1);
    await t.pipeline.forceFlush();
    expect(t.pipeline.behind).toBe(false);
    await t.pipeline.shutdown();
    expect(Object.keys(sums(exporter.delivered))).toHaveLength(11);
  });

  test('exit puts in that turn what was refused, each part once', async () => {
    const queue = new RefusingQueue(1_000);
    const t = makePipeline([new ScriptedExporter()], { queue });
    t.add('a');
    t.pipeline.rotate();
    await until(() => queue.calls.length === 2);
    t.add('b');
    t.pipeline.flushSync();
    expect(sums(t.pipeline.quarantined.map(({ part }) => part))).toEqual({ a: 1, b: 1 });
    const { length } = queue.calls;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(queue.calls).toHaveLength(length);
    expect(t.accounts.total('attribution.part.quarantined')).toBe(2);
  });
});

describe('a queue that takes nothing, and its owner', () => {
  test('the owner can keep the table within its bound', async () => {
    const queue = new RefusingQueue(1);
    const t = makePipeline([new ScriptedExporter()], {
      queue,
      maxRows: 4,
      delivery: { backoffMs: 600_000, backoffMaxMs: 600_000 },
    });
    t.add('a');
    t.pipeline.rotate();
    await until(() => queue.calls.length === 1);
    let refused = 0;
    for (let i = 0; i < 10; i++) {
      // Each body brings two rows.
      if (t.pipeline.behind) refused++;
      else for (const j of [0, 1]) t.add(`o${i}-${j}`);
    }
    expect([t.pipeline.table.size, refused]).toEqual([4, 8]);
    await t.pipeline.forceFlush();
    expect(t.pipeline.behind).toBe(false);
    await t.pipeline.shutdown();
  });

  test('after shutdown no rotation with a note is put for nobody', async () => {
    const queue = new RefusingQueue(1_000_000);
    const t = makePipeline([new ScriptedExporter()], { queue, note: () => ({ cut: 7 }) });
    t.add('a');
    await t.pipeline.shutdown(100);
    t.add('b');
    t.pipeline.flushSync();
    const { length } = queue.calls;
    expect(length).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(queue.calls).toHaveLength(length);
    expect(queue.named.filter((outlets) => outlets.length === 0)).toEqual([]);
    expect(t.accounts.total('attribution.part.dropped')).toBe(0);
    expect(t.warnings.filter((text) => text.includes('made again of what was noted'))).toHaveLength(2);
  });

  const broken = (): never => {
    throw new Error('disk I/O error');
  };

  test.each([
    ['throws', broken],
    ['does not exist', undefined],
  ])('exit goes on where putSync %s: what is lost is counted, what was noted is not lost', async (_, putSync) => {
    for (const note of [undefined, () => 7]) {
      const queue = Object.assign(new RefusingQueue(0), { putSync });
      const exporter = new SyncExporter(hang);
      const t = makePipeline([exporter], { queue: queue as unknown as PartQueue, ...(note && { note }) });
      t.add('sent');
      t.pipeline.rotate();
      await until(() => exporter.calls.length === 1);
      queue.refusals = 1_000_000;
      t.add('a');
      t.pipeline.rotate();
      await until(() => queue.calls.length > 1);
      t.add('b');
      expect(() => t.pipeline.flushSync()).not.toThrow();
      expect(t.accounts.total('attribution.part.dropped', 'unstorable')).toBe(note === undefined ? 2 : 0);
      expect(sums(exporter.atExit)).toEqual({ sent: 1 });
    }
  });
});

describe('what is put together', () => {
  test('a rotation with a note is put whole, with the note of its swap', async () => {
    const queue = new RefusingQueue(1);
    const exporter = new ScriptedExporter();
    let applied = 0;
    const t = makePipeline([exporter], { queue, note: () => ({ cut: applied }) });
    fill(t);
    applied = 7;
    t.pipeline.rotate();
    applied = 8;
    await t.pipeline.forceFlush();
    expect(queue.calls).toEqual([
      { ids: [1, 2, 3], note: { cut: 7 } },
      { ids: [1, 2, 3], note: { cut: 7 } },
    ]);
    expect(Object.keys(sums(exporter.delivered))).toHaveLength(25_000);
    await t.pipeline.shutdown();
  });

  test('one without is put part by part, as soon as each is sealed', async () => {
    const queue = new RefusingQueue(0);
    const t = makePipeline([new ScriptedExporter()], { queue });
    fill(t);
    await t.pipeline.forceFlush();
    expect(queue.calls.map(({ ids }) => ids)).toEqual([[1], [2], [3]]);
    await t.pipeline.shutdown();
  });
});

test('a full table is rotated at the safe point that its owner names, asked for once', async () => {
  const asked: (() => void)[] = [];
  const exporter = new ScriptedExporter();
  const t = makePipeline([exporter], { maxRows: 2, atSafePoint: (rotate) => void asked.push(rotate) });
  for (let i = 0; i < 10; i++) t.add(`o${i}`);
  expect(asked).toHaveLength(1);
  expect(t.pipeline.table.size).toBe(10);
  asked.pop()!();
  expect(t.pipeline.table.size).toBe(0);
  for (let i = 0; i < 3; i++) t.add(`p${i}`);
  expect(asked).toHaveLength(1);
  // Rotated by a tick meanwhile: nothing is left to do.
  t.pipeline.rotate();
  t.add('late');
  asked.pop()!();
  expect(t.pipeline.table.size).toBe(1);
  await t.pipeline.shutdown();
  expect(Object.keys(sums(exporter.delivered))).toHaveLength(14);
});

describe('callbacks of the owner that throw', () => {
  test('a note: the rows stay in the table, and leave with a later swap', async () => {
    let broken = true;
    const note = (): number => {
      if (broken) throw new Error('no cut');
      return 7;
    };
    const exporter = new ScriptedExporter();
    const queue = new RefusingQueue(0);
    const t = makePipeline([exporter], { queue, note, maxRows: 2 });
    for (let i = 0; i < 5; i++) expect(() => t.add(`o${i}`)).not.toThrow();
    // Not asked for again with each row.
    expect(t.accounts.total('attribution.hook.failed', 'note')).toBe(1);
    expect(t.pipeline.behind).toBe(true);
    expect(() => t.pipeline.rotate()).not.toThrow();
    expect(t.pipeline.table.size).toBe(5);
    broken = false;
    await t.pipeline.shutdown();
    expect(Object.keys(sums(exporter.delivered))).toHaveLength(5);
    expect(queue.calls).toEqual([{ ids: [1], note: 7 }]);
    expect(t.accounts.total('attribution.hook.failed', 'note')).toBe(2);
  });

  test('a safe point: it is asked for again', async () => {
    let asked = 0;
    const atSafePoint = (rotate: () => void): void => {
      if (++asked === 1) throw new Error('not now');
      rotate();
    };
    const t = makePipeline([], { maxRows: 2, atSafePoint });
    for (let i = 0; i < 2; i++) expect(() => t.add(`o${i}`)).not.toThrow();
    expect([asked, t.pipeline.table.size]).toEqual([1, 2]);
    t.add('o1');
    expect([asked, t.pipeline.table.size]).toEqual([2, 0]);
    expect(t.accounts.total('attribution.hook.failed', 'at_safe_point')).toBe(1);
    await t.pipeline.shutdown();
  });
});
