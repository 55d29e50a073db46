import { describe, expect, test } from 'vitest';
import type { ConfirmState, ExportOutcome } from '../../../src/core/contracts/exporter.ts';
import { AmbiguousError, PermanentError, RetryableError } from '../../../src/core/errors.ts';
import type { Part } from '../../../src/core/model.ts';
import { backoffMs, deliveryDefaults } from '../../../src/pipeline/backoff.ts';
import { hang, makePipeline, ScriptedExporter, sums, type TestPipeline } from './helpers.ts';
import { until } from './open-outlet.ts';

class OnceOnly extends ScriptedExporter {
  override supports = { idempotent: false, confirm: false, sync: false };
}

class Handing extends ScriptedExporter {
  override supports = { idempotent: false, confirm: true, sync: false };
  states = new Map<string, ConfirmState>();
  asked: string[][] = [];

  async confirm(ids: readonly string[]): Promise<ReadonlyMap<string, ConfirmState>> {
    this.asked.push([...ids]);
    return this.states;
  }
}

async function seal({ pipeline, add }: TestPipeline, origins: readonly string[]): Promise<void> {
  for (const origin of origins) {
    add(origin);
    pipeline.rotate();
  }
  await pipeline.forceFlush();
}

const ids = (parts: readonly Part[]): number[] => parts.map((part) => part.sequence);
const names = Array.from({ length: 12 }, (_, i) => `o${i}`);

describe('retry', () => {
  test('an exporter that fails at first gets every part, oldest first, each once', async () => {
    const exporter = new ScriptedExporter(new RetryableError('busy'), new Error('any other error is retryable too'));
    const t = makePipeline([exporter], { delivery: { concurrency: 1 } });
    await seal(t, names);
    await t.pipeline.shutdown();
    expect(ids(exporter.delivered.slice(0, 12))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(t.accounts.total('attribution.part.retried', 'scripted')).toBe(2);
    expect(t.accounts.total('attribution.part.exported', 'scripted')).toBe(exporter.delivered.length);
    expect(t.warnings.filter((text) => text.includes('busy'))).toHaveLength(1);
  });

  test('an exporter that throws instead of rejecting is retried', async () => {
    const exporter = new ScriptedExporter((() => {
      throw new TypeError('no promise at all');
    }) as never);
    const t = makePipeline([exporter]);
    await seal(t, ['a']);
    expect(sums(exporter.delivered)).toEqual({ a: 1 });
  });

  test('Retry-After is waited for, even by a flush', async () => {
    const exporter = new ScriptedExporter(new RetryableError('slow down', { retryAfterMs: 120 }));
    const t = makePipeline([exporter]);
    await seal(t, ['a']);
    await t.pipeline.forceFlush();
    expect(exporter.calls).toHaveLength(2);
    expect(exporter.calls[1]!.at - exporter.calls[0]!.at).toBeGreaterThan(110);
  });

  test('a flush does not wait for a destination that asked for a longer pause than the flush has', async () => {
    const exporter = new ScriptedExporter(new RetryableError('tomorrow', { retryAfterMs: 86_400_000 }));
    const t = makePipeline([exporter]);
    t.add('a');
    const start = performance.now();
    await t.pipeline.forceFlush(20_000);
    await t.pipeline.shutdown(20_000);
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(exporter.calls).toHaveLength(1);
    expect(sums(t.pipeline.quarantined.map((q) => q.part))).toEqual({ a: 1 });
  });

  test('a pause asked for is honoured up to its bound', async () => {
    const exporter = new ScriptedExporter(new RetryableError('in a year', { retryAfterMs: 3.2e10 }));
    const t = makePipeline([exporter], { delivery: { retryAfterMaxMs: 30 } });
    t.add('a');
    await t.pipeline.forceFlush();
    expect(sums(exporter.delivered)).toEqual({ a: 1 });
  });

  test('backoff doubles up to its bound, with full jitter', () => {
    const f = (failures: number, random: number) => backoffMs(failures, random, deliveryDefaults);
    expect([1, 2, 3, 4].map((n) => f(n, 0.5))).toEqual([500, 1_000, 2_000, 4_000]);
    expect(f(1_000, 0.999)).toBeCloseTo(59_940);
    expect(f(5, 0)).toBe(0);
  });

  test('start is tried again after it failed, and no part is taken for arrived meanwhile', async () => {
    let starts = 0;
    const exporter = Object.assign(new OnceOnly(), {
      start: async () => {
        if (++starts < 3) throw new Error('cannot connect yet');
      },
    });
    const t = makePipeline([exporter]);
    await seal(t, ['a', 'b']);
    await t.pipeline.forceFlush();
    await t.pipeline.shutdown();
    expect(sums(exporter.delivered)).toEqual({ a: 1, b: 1 });
    expect(starts).toBe(3);
  });

  test('a part that always fails lets the others pass and is set aside after its attempts', async () => {
    const poison = (part: Part): Promise<ExportOutcome> =>
      part.sequence === 2 ? Promise.reject(new Error('cannot digest')) : Promise.resolve('delivered');
    const exporter = new ScriptedExporter(...Array(60).fill(poison));
    const t = makePipeline([exporter], { delivery: { attempts: 4, backoffMs: 2 } });
    await seal(t, names);
    for (let i = 0; i < 10; i++) await t.pipeline.forceFlush();
    expect(ids(exporter.delivered).filter((n) => n <= 12)).toEqual([1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(t.pipeline.quarantined).toMatchObject([
      { part: { sequence: 2 }, reason: expect.stringMatching(/failed [4-9] times.*cannot digest/) },
    ]);
  });
});

describe('outcomes', () => {
  test('what the destination refuses for good is set aside with the reason, and counted', async () => {
    const exporter = new ScriptedExporter(new PermanentError('400: no such field'));
    const t = makePipeline([exporter]);
    await seal(t, ['bad', 'good']);
    expect(sums(exporter.delivered)).toEqual({ good: 1 });
    expect(t.pipeline.quarantined).toMatchObject([
      { exporter: 'scripted', reason: '400: no such field', part: { sequence: 1 } },
    ]);
    expect(t.accounts.total('attribution.part.quarantined', 'scripted')).toBe(1);
  });

  test.each([
    ['taken twice', ScriptedExporter, { sent: 2, quarantined: 0 }],
    ['taken once only', OnceOnly, { sent: 1, quarantined: 1 }],
  ])('a part that may have arrived, where it can be %s', async (_, kind, { sent, quarantined }) => {
    const exporter = new kind(new AmbiguousError('connection lost'));
    const t = makePipeline([exporter]);
    await seal(t, ['a']);
    expect(exporter.calls.filter((call) => call.id.endsWith('-1'))).toHaveLength(sent);
    expect(t.pipeline.quarantined).toHaveLength(quarantined);
  });

  test('handed parts are kept until confirmed: arrived leaves, missing is sent again, refused is set aside', async () => {
    const exporter = new Handing('handed', 'handed', 'handed', new AmbiguousError('lost the answer'));
    const t = makePipeline([exporter], { delivery: { concurrency: 1 } });
    await seal(t, ['a', 'b', 'c', 'd']);
    expect(t.accounts.total('attribution.part.exported')).toBe(0);
    const id = (n: number): string => `${t.pipeline.instance}-${n}`;
    exporter.states = new Map<string, ConfirmState>([
      [id(1), 'arrived'],
      [id(2), 'missing'],
      [id(3), { refused: 'no such mapping' }],
      [id(4), 'arrived'],
      ['of-another', 'missing'],
    ]);
    await t.pipeline.shutdown();
    expect(exporter.asked[0]).toEqual([1, 2, 3, 4].map(id));
    expect(exporter.calls.map((call) => call.id).filter((x) => x === id(2))).toHaveLength(2);
    expect(exporter.calls.map((call) => call.id).filter((x) => x === id(1))).toHaveLength(1);
    expect(t.pipeline.quarantined.map((q) => q.part.sequence)).toContain(3);
  });

  test('handed parts are asked about on a timer, and kept while the question fails', async () => {
    let round = 0;
    const exporter = new Handing('handed');
    exporter.confirm = async (asked) => {
      if (++round < 3) throw new Error('cannot ask');
      return new Map(asked.map((id) => [id, 'arrived' as const]));
    };
    const t = makePipeline([exporter], { delivery: { confirmMs: 5 } });
    await seal(t, ['a']);
    while (t.accounts.total('attribution.part.exported', 'scripted') === 0)
      await new Promise((resolve) => setTimeout(resolve, 2));
    expect(round).toBe(3);
    expect(exporter.calls).toHaveLength(1);
  });
});

describe('bounds', () => {
  test('at the memory bound the newest parts are refused and counted, with one warning', async () => {
    const dead = new ScriptedExporter(...Array(1_000).fill(new RetryableError('down')));
    const t = makePipeline([dead], { memoryPartsBytes: 4_000 });
    for (let i = 0; i < 40; i++) {
      t.add(`o${i}`);
      t.pipeline.rotate();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await t.pipeline.forceFlush(500);
    const dropped = t.accounts.total('attribution.part.dropped', 'memory_full');
    expect(dropped).toBeGreaterThan(20);
    expect(t.warnings.filter((text) => text.includes('4000 bytes'))).toHaveLength(1);
    await t.pipeline.shutdown(300);
    const kept = ids(t.pipeline.quarantined.map((q) => q.part)).filter((n) => n <= 40);
    expect(kept.length + dropped).toBeGreaterThanOrEqual(40);
    // Parts differ by a few bytes: a small one may still find room after a larger one found none.
    expect(kept.slice(0, 8)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('a dead exporter does not starve a healthy one', async () => {
    const dead = Object.assign(new ScriptedExporter(...Array(1_000).fill(new RetryableError('down'))), {
      name: 'dead',
    });
    const healthy = new ScriptedExporter();
    const t = makePipeline([dead, healthy], { memoryPartsBytes: 10_000 });
    for (let i = 0; i < 60; i++) {
      t.add(`o${i}`);
      await t.pipeline.forceFlush(20);
    }
    // A flush of 20 ms may end before the healthy one has had its turn on a busy machine.
    await until(() => Object.keys(sums(healthy.delivered)).length === 60);
    expect(t.accounts.total('attribution.part.dropped', 'memory_full')).toBeGreaterThan(0);
    await t.pipeline.shutdown(100);
  });

  test('parts in flight per exporter stay within the concurrency; one at a time while it fails', async () => {
    let flying = 0;
    let most = 0;
    const slow = async (): Promise<ExportOutcome> => {
      most = Math.max(most, ++flying);
      await new Promise((resolve) => setTimeout(resolve, 3));
      flying--;
      return 'delivered';
    };
    const exporter = new ScriptedExporter(...Array(50).fill(slow));
    const t = makePipeline([exporter], { delivery: { concurrency: 3 } });
    for (const origin of names) {
      t.add(origin);
      t.pipeline.rotate();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await t.pipeline.shutdown();
    expect(most).toBe(3);
    expect(Object.keys(sums(exporter.delivered))).toHaveLength(12);
  });
});

describe('an exporter that hangs for ever', () => {
  test('never holds forceFlush or shutdown beyond their time; nothing is silently lost', async () => {
    const exporter = Object.assign(new OnceOnly(...Array(50).fill(hang)), { close: () => new Promise<void>(() => {}) });
    const t = makePipeline([exporter]);
    for (const origin of names) {
      t.add(origin);
      t.pipeline.rotate();
    }
    const start = performance.now();
    await t.pipeline.forceFlush(100);
    const [first, second] = [t.pipeline.shutdown(400), t.pipeline.shutdown(400)];
    expect(second).toBe(first);
    await Promise.all([first, second, t.pipeline.forceFlush()]);
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(Object.keys(sums(t.pipeline.quarantined.map((q) => q.part)))).toHaveLength(12);
    expect(t.warnings.some((text) => /shutdown: \d+ parts have not reached exporter "scripted"/.test(text))).toBe(true);
  });

  test('a call over its deadline is aborted and, being idempotent, made again', async () => {
    let aborted = 0;
    const exporter = new ScriptedExporter((_, signal) => {
      signal.addEventListener('abort', () => aborted++);
      return hang();
    });
    const t = makePipeline([exporter], { delivery: { callMs: 20 } });
    await seal(t, ['a']);
    expect(aborted).toBe(1);
    expect(sums(exporter.delivered)).toEqual({ a: 1 });
  });

  test("the pipeline's deadline comes after the exporter's own, whose error says more", async () => {
    const slow = async (_: Part, signal: AbortSignal): Promise<ExportOutcome> => {
      await new Promise((resolve) => setTimeout(resolve, 60));
      throw new RetryableError(signal.aborted ? 'aborted' : 'the cluster did not answer');
    };
    const exporter = Object.assign(new ScriptedExporter(slow), { callMs: 5_000 });
    const t = makePipeline([exporter], { delivery: { callMs: 20 } });
    await seal(t, ['a']);
    expect(t.warnings).toEqual([expect.stringContaining('the cluster did not answer')]);
    expect(sums(exporter.delivered)).toEqual({ a: 1 });
  });

  test('an exporter that states a short deadline, and overruns it, is given the time of the others', async () => {
    const slow = async (): Promise<ExportOutcome> => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return 'delivered';
    };
    const exporter = Object.assign(new ScriptedExporter(slow), { callMs: 5 });
    const t = makePipeline([exporter], { delivery: { callMs: 5_000 } });
    await seal(t, ['a']);
    expect(exporter.calls).toHaveLength(1);
  });

  test('calls left behind are bounded', async () => {
    const exporter = new ScriptedExporter(...Array(100).fill(hang));
    const t = makePipeline([exporter], { delivery: { callMs: 1, backoffMs: 0 } });
    t.add('a');
    const deadline = performance.now() + 10_000;
    while (exporter.calls.length < 8 && performance.now() < deadline) await t.pipeline.forceFlush(100);
    await t.pipeline.forceFlush(600);
    expect(exporter.calls).toHaveLength(8);
    await t.pipeline.shutdown(100);
  });

  test('the others are still delivered to and closed', async () => {
    const bad = Object.assign(new ScriptedExporter(hang, hang), { name: 'bad' });
    const good = new ScriptedExporter();
    const t = makePipeline([bad, good]);
    t.add('a');
    await t.pipeline.shutdown(300);
    expect(sums(good.delivered)).toEqual({ a: 1 });
    expect([bad.closed, good.closed]).toEqual([1, 1]);
  });
});

test('exporters run where nothing is traced', async () => {
  let depth = 0;
  const seen: boolean[] = [];
  const exporter = Object.assign(new ScriptedExporter(), { start: async () => void seen.push(depth > 0) });
  const t = makePipeline([exporter], {
    runUntraced: (fn) => {
      depth++;
      try {
        return fn();
      } finally {
        depth--;
      }
    },
  });
  await seal(t, ['a']);
  expect(seen).toEqual([true]);
  await t.pipeline.shutdown();
});

test('parts after shutdown are counted as dropped', async () => {
  const exporter = new ScriptedExporter();
  const t = makePipeline([exporter]);
  t.add('a');
  await t.pipeline.shutdown();
  t.add('too late');
  t.pipeline.flushSync();
  expect(t.accounts.total('attribution.part.dropped', 'closed')).toBe(1);
  expect(sums(exporter.delivered)).toEqual({ a: 1 });
});
