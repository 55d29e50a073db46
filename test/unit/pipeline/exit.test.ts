import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { ExportOutcome } from '../../../src/core/contracts/exporter.ts';
import { createPartQueue } from '../../../src/spool/index.ts';
import { tempDir } from '../../helpers/temp-dir.ts';
import { hang, makePipeline, ScriptedExporter, SyncExporter, sums } from './helpers.ts';

const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

test('what flies, waits and is not yet sealed leaves in this turn, each part once', async () => {
  const exporter = new SyncExporter(hang, hang, hang);
  const { pipeline, add, accounts } = makePipeline([exporter]);
  for (const origin of ['a', 'b', 'c', 'd']) {
    add(origin);
    pipeline.rotate();
    await tick();
  }
  add('e');
  pipeline.flushSync();
  expect(sums(exporter.atExit)).toEqual({ a: 1, b: 1, c: 1, d: 1, e: 1 });
  expect(accounts.total('attribution.part.exported')).toBe(5);
  expect(exporter.calls).toHaveLength(2);
});

test('a call that ends after all is not counted a second time', async () => {
  const answer = Promise.withResolvers<ExportOutcome>();
  const exporter = new SyncExporter(() => answer.promise);
  const { pipeline, add, accounts } = makePipeline([exporter]);
  add('a');
  pipeline.rotate();
  await tick();
  pipeline.flushSync();
  answer.resolve('delivered');
  await tick();
  expect(accounts.total('attribution.part.exported')).toBe(accounts.total('attribution.part.sealed'));
});

test('no call is begun that could not end: what an exporter cannot send at once is set aside', async () => {
  const exporter = new ScriptedExporter(hang);
  const { pipeline, add } = makePipeline([exporter]);
  add('a');
  pipeline.rotate();
  await tick();
  add('b');
  pipeline.flushSync();
  expect(exporter.calls).toHaveLength(1);
  expect(pipeline.quarantined.map((q) => q.reason)).toEqual([
    expect.stringMatching(/may have arrived/),
    expect.stringMatching(/not delivered/),
  ]);
  expect(sums(pipeline.quarantined.map((q) => q.part))).toEqual({ a: 1, b: 1 });
});

test('an exporter that throws at exit does not keep the others from theirs', () => {
  const bad = new SyncExporter();
  bad.exportSync = () => {
    throw new Error('broken');
  };
  const good = new SyncExporter();
  const { pipeline, add } = makePipeline([bad, good]);
  add('a');
  expect(() => pipeline.flushSync()).not.toThrow();
  expect(sums(good.atExit)).toEqual({ a: 1 });
  expect(pipeline.quarantined).toMatchObject([{ reason: expect.stringMatching(/broken/) }]);
});

test('again and again, and after shutdown, it makes nothing of nothing', async () => {
  const exporter = new SyncExporter();
  const queue = createPartQueue();
  const { pipeline, add, warnings } = makePipeline([exporter], { queue });
  pipeline.flushSync();
  add('a');
  pipeline.flushSync();
  // What has left is in memory no longer.
  expect(queue.pressure).toBe(0);
  pipeline.flushSync();
  pipeline.flushSync();
  expect(exporter.atExit).toHaveLength(1);
  await pipeline.shutdown();
  pipeline.flushSync();
  expect(exporter.atExit).toHaveLength(1);
  expect(exporter.delivered).toHaveLength(0);
  expect(warnings).toEqual([]);
});

test('what shutdown could neither deliver nor store has come to its end: exit finds nothing of it', async () => {
  const directory = tempDir();
  writeFileSync(path.join(directory, 'in-the-way'), '');
  const queue = createPartQueue({ directory: path.join(directory, 'in-the-way') });
  const { pipeline, add, warnings } = makePipeline([new ScriptedExporter(hang)], { queue });
  add('a');
  // Long enough to seal a part on a busy machine.
  await pipeline.shutdown(1_000);
  expect(sums(pipeline.quarantined.map((q) => q.part))).toEqual({ a: 1 });
  expect(queue.pressure).toBe(0);
  pipeline.flushSync();
  expect(warnings.filter((text) => text.includes('cannot happen'))).toEqual([]);
  expect(queue.pressure).toBe(0);
});

test('a process that goes on after all is served on', async () => {
  const exporter = new SyncExporter();
  const { pipeline, add } = makePipeline([exporter]);
  add('a');
  pipeline.flushSync();
  add('b');
  await pipeline.forceFlush();
  expect(sums(exporter.delivered)).toEqual({ b: 1 });
});

test('what one exporter has, while sealing waits for a slow one, does not leave to it again', async () => {
  const slow = Object.assign(new ScriptedExporter(hang), { name: 'slow' });
  const exporter = new SyncExporter();
  // One part is more than half of it.
  const { pipeline, add, accounts } = makePipeline([slow, exporter], { memoryPartsBytes: 500 });
  add('a');
  pipeline.rotate();
  await tick();
  expect(sums(exporter.delivered)).toEqual({ a: 1 });
  expect(pipeline.recentParts(0)[0]!.body.length).toBeGreaterThan(250);
  pipeline.flushSync();
  expect(sums(exporter.atExit)).toEqual({});
  expect(accounts.total('attribution.part.exported', 'scripted')).toBe(1);
});
