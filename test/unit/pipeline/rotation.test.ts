import { describe, expect, test, vi } from 'vitest';
import { MemoryExporter } from '../../../src/exporters/memory/exporter.ts';
import { decodePartSync } from '../../../src/parts/part-codec.ts';
import { makePipeline, rowsIn, sums, WINDOW } from './helpers.ts';

describe('rotation', () => {
  test('what was added leaves as parts, with sequence numbers from 1 and no gap', async () => {
    const memory = new MemoryExporter();
    const { pipeline, add } = makePipeline([memory]);
    for (let i = 0; i < 5; i++) {
      add('GET /a', 2);
      add(`GET /${i}`, 1);
      pipeline.rotate();
    }
    await pipeline.shutdown();
    expect(sums(memory.parts)).toEqual({
      'GET /a': 10,
      'GET /0': 1,
      'GET /1': 1,
      'GET /2': 1,
      'GET /3': 1,
      'GET /4': 1,
    });
    expect(memory.parts.map((part) => part.id)).toEqual([1, 2, 3, 4, 5, 6].map((n) => `${pipeline.instance}-${n}`));
    expect(pipeline.instance).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  });

  test('only the last part of an orderly end says final', async () => {
    const memory = new MemoryExporter();
    const { pipeline, add } = makePipeline([memory]);
    add('a');
    pipeline.rotate();
    // Before the first part is even sealed: the end must be marked all the same.
    await pipeline.shutdown();
    pipeline.flushSync();
    expect(memory.parts.map((part) => decodePartSync(part.body).final)).toEqual([undefined, true]);
  });

  test('the accounts are rows of the engine itself', async () => {
    const memory = new MemoryExporter();
    const { pipeline, accounts, add } = makePipeline([memory]);
    add('a');
    accounts.count('attribution.span.seen', '', 7);
    accounts.count('attribution.measurement.refused', 'not_a_number', 2);
    accounts.count('attribution.weight.unknown');
    await pipeline.forceFlush();
    const own = rowsIn(memory.parts).filter((row) => row.target === 'otel-attribution');
    expect(own.map(({ event, unit, value, attributes }) => ({ event, unit, value, attributes }))).toEqual([
      { event: 'attribution.span.seen', unit: '{span}', value: 7, attributes: '' },
      {
        event: 'attribution.measurement.refused',
        unit: '{measurement}',
        value: 2,
        attributes: '{"reason":"not_a_number"}',
      },
      { event: 'attribution.weight.unknown', unit: '{span}', value: 1, attributes: '' },
    ]);
    expect(own[0]).toMatchObject({
      origin: '(self)',
      service: 'shop',
      originService: 'shop',
      windowStart: WINDOW * 60_000,
    });
  });

  test('an idle process seals nothing, again and again', async () => {
    const memory = new MemoryExporter();
    const { pipeline, add } = makePipeline([memory]);
    await pipeline.forceFlush();
    expect(memory.parts).toHaveLength(0);
    add('a');
    await pipeline.forceFlush();
    for (let i = 0; i < 3; i++) await pipeline.forceFlush();
    expect(memory.parts).toHaveLength(1);
  });

  test('a process that never measured ends without a part', async () => {
    const memory = new MemoryExporter();
    const { pipeline } = makePipeline([memory]);
    await pipeline.shutdown();
    expect(memory.parts).toHaveLength(0);
  });

  test('a full table rotates early, at no loss', async () => {
    const memory = new MemoryExporter();
    const { pipeline, add } = makePipeline([memory], { maxRows: 10 });
    for (let i = 0; i < 95; i++) add(`o${i % 50}`);
    await pipeline.shutdown();
    expect(memory.parts.length).toBeGreaterThan(1);
    const totals = sums(memory.parts);
    expect(Object.keys(totals)).toHaveLength(50);
    expect(Object.values(totals).reduce((a, b) => a + b)).toBe(95);
  });

  test('when sealing is far behind, the table grows past its bound rather than lose rows, and that is counted', async () => {
    const memory = new MemoryExporter();
    const { pipeline, add, accounts } = makePipeline([memory], { maxRows: 2 });
    for (let i = 0; i < 100; i++) add(`o${i}`);
    expect(accounts.total('attribution.limit.reached', 'sealing_behind')).toBe(1);
    await pipeline.shutdown();
    expect(Object.keys(sums(memory.parts))).toHaveLength(100);
  });

  test('hooks commit before the swap; one that throws is counted and stops nothing; one that fills the table does not recurse', async () => {
    const memory = new MemoryExporter();
    const { pipeline, add, accounts } = makePipeline([memory], { maxRows: 3 });
    pipeline.onBeforeRotate(() => {
      throw new Error('broken hook');
    });
    let committed = false;
    pipeline.onBeforeRotate(() => {
      if (!committed) for (let i = 0; i < 5; i++) add(`late${i}`);
      committed = true;
    });
    add('a');
    await pipeline.forceFlush();
    expect(Object.keys(sums(memory.parts))).toHaveLength(6);
    expect(accounts.total('attribution.hook.failed', 'before_rotate')).toBe(1);
  });

  test('the tick comes after the boundary of the clock, with jitter, and not after shutdown', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 120_000 + 59_000 });
    try {
      const memory = new MemoryExporter();
      const { pipeline, add } = makePipeline([memory], { clock: { now: () => Date.now() } });
      pipeline.start();
      pipeline.start();
      let rotations = 0;
      pipeline.onBeforeRotate(() => void rotations++);
      add('a');
      // Jitter: random 0.5 of 3,000 ms.
      vi.advanceTimersByTime(2_499);
      expect(rotations).toBe(0);
      vi.advanceTimersByTime(1);
      expect(rotations).toBe(1);
      vi.advanceTimersByTime(60_000);
      expect(rotations).toBe(2);
      pipeline.flushSync();
      const before = rotations;
      vi.advanceTimersByTime(600_000);
      expect(rotations).toBe(before);
      expect(sums(memory.parts)).toEqual({ a: 1 });
    } finally {
      vi.useRealTimers();
    }
  });

  test('recent parts are kept within their bound and their age', async () => {
    let now = 1_000_000_000;
    const { pipeline, add } = makePipeline([], { clock: { now: () => now } });
    const flush = async (): Promise<void> => {
      add(`o${now}`);
      await pipeline.forceFlush();
    };
    await flush();
    now += 10 * 60_000;
    await flush();
    expect(pipeline.recentParts(0)).toHaveLength(2);
    expect(pipeline.recentParts(now)).toHaveLength(1);
    now += 6 * 60_000;
    await flush();
    expect(pipeline.recentParts(0).map((part) => part.sequence)).toEqual([2, 3]);

    const small = makePipeline([], { recentBytes: 1_000 });
    for (let i = 0; i < 20; i++) {
      small.add(`o${i}`);
      await small.pipeline.forceFlush();
    }
    const bytes = small.pipeline.recentParts(0).reduce((sum, part) => sum + part.body.length, 0);
    expect(bytes).toBeLessThanOrEqual(1_000);
    expect(small.pipeline.recentParts(0).at(-1)?.sequence).toBe(20);
  });
});

describe('flushSync', () => {
  test('in the middle of sealing nothing is lost, doubled or numbered twice', async () => {
    // By turns for the first steps, by time for what runs off the main thread.
    for (const [turns, ms] of [
      [0, 0],
      [1, 0],
      [3, 0],
      [8, 0],
      [40, 0],
      [80, 0],
      [0, 2],
      [0, 5],
      [0, 8],
      [0, 12],
      [0, 16],
      [0, 25],
    ] as const) {
      const memory = new MemoryExporter();
      const { pipeline, add, accounts } = makePipeline([memory]);
      for (let i = 0; i < 25_000; i++) add(`o${i}`);
      pipeline.rotate();
      add('later');
      for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
      if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
      pipeline.flushSync();
      const atExit = memory.parts.length;
      // Waits for the compression that flushSync overtook.
      await pipeline.shutdown();
      expect(memory.parts).toHaveLength(atExit);
      // The outlet would hide a doubled part: the pipeline's own books must not.
      expect(accounts.total('attribution.part.sealed')).toBe(atExit);
      expect(accounts.total('attribution.part.exported')).toBe(atExit);
      expect(memory.parts.map((part) => part.sequence)).toEqual(memory.parts.map((_, i) => i + 1));
      const totals = sums(memory.parts);
      expect(Object.keys(totals)).toHaveLength(25_001);
      expect(new Set(Object.values(totals))).toEqual(new Set([1]));
      expect(decodePartSync(memory.parts.at(-1)!.body).final).toBe(true);
    }
  });
});
