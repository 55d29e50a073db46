import { describe, expect, test, vi } from 'vitest';
import { Kept, type Told } from '../../../../src/exporters/kusto/kept.ts';

const signal = new AbortController().signal;
const soon = (): number => performance.now() + 5_000;
const HOUR = 3_600_000;

function world(answers: (Told<string> | Error | Promise<never>)[], askAgainMs = 30_000) {
  const at = { now: 1_000_000, asked: 0 };
  const kept = new Kept<string>({
    ask: async () => {
      const answer = answers[Math.min(at.asked++, answers.length - 1)]!;
      if (answer instanceof Error) throw answer;
      return answer;
    },
    now: () => at.now,
    askAgainMs,
  });
  return { at, get: () => kept.get(soon(), signal), kept };
}

describe('a kept answer', () => {
  test('is asked for once by many at once, and again after an hour', async () => {
    const { at, get } = world([{ value: 'a' }, { value: 'b' }]);
    expect(await Promise.all([get(), get(), get()])).toEqual(['a', 'a', 'a']);
    at.now += HOUR - 1;
    expect(await get()).toBe('a');
    at.now += 1;
    expect(await Promise.all([get(), get()])).toEqual(['b', 'b']);
    expect(at.asked).toBe(2);
  });

  test('in doubt: asked for at once where the last answer is old enough, else when it is', async () => {
    const { at, get, kept } = world([{ value: 'a' }, { value: 'b' }, { value: 'c' }]);
    await get();
    at.now += 30_000;
    kept.doubt('a');
    expect(await get()).toBe('b');
    kept.doubt('b');
    expect(await get()).toBe('b');
    at.now += 29_999;
    expect(await get()).toBe('b');
    at.now += 1;
    expect(await get()).toBe('c');
    expect(at.asked).toBe(3);
  });

  test('of which an older one is in doubt: nothing is asked', async () => {
    const { at, get, kept } = world([{ value: 'a' }, { value: 'b' }]);
    await get();
    at.now += HOUR;
    await get();
    at.now += 30_000;
    kept.doubt('a');
    expect(await get()).toBe('b');
    expect(at.asked).toBe(2);
  });

  test('that lacks something is no answer, and not asked for again before its time', async () => {
    const { at, get } = world([{ lacks: 'container' }, { lacks: 'queue' }, { value: 'a' }]);
    await expect(get()).rejects.toMatchObject({ name: 'RetryableError', retryAfterMs: 30_000 });
    at.now += 20_000;
    await expect(get()).rejects.toMatchObject({
      message: expect.stringMatching(/names no container.*in 10 s/),
      retryAfterMs: 10_000,
    });
    expect(at.asked).toBe(1);
    at.now += 10_000;
    await expect(get()).rejects.toThrow(/names no queue/);
    at.now += 30_000;
    expect(await get()).toBe('a');
  });

  test('that lacks something is asked for again in time, whatever is done to the clock of the host', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'Date'] });
    try {
      const answers: Told<string>[] = [{ lacks: 'container' }, { value: 'a' }];
      const kept = new Kept<string>({ ask: async () => answers.shift()! });
      await expect(kept.get(soon(), signal)).rejects.toMatchObject({ retryAfterMs: 30_000 });
      vi.setSystemTime(Date.now() - HOUR);
      vi.advanceTimersByTime(30_000);
      expect(await kept.get(soon(), signal)).toBe('a');
    } finally {
      vi.useRealTimers();
    }
  });

  test('that lacks something does not take the place of one that works', async () => {
    const { at, get } = world([{ value: 'a' }, { lacks: 'container' }, { value: 'b' }]);
    await get();
    at.now += HOUR;
    expect(await get()).toBe('a');
    expect(await get()).toBe('a');
    expect(at.asked).toBe(2);
    at.now += 30_000;
    expect(await get()).toBe('b');
  });

  test('that could not be had at first is asked for by every call: the pause is the caller’s', async () => {
    const { at, get } = world([new Error('away'), new Error('away'), { value: 'a' }]);
    await expect(get()).rejects.toThrow('away');
    await expect(get()).rejects.toThrow('away');
    expect(await get()).toBe('a');
    expect(at.asked).toBe(3);
  });

  test('that cannot be renewed stays, and is not asked for by every call', async () => {
    const { at, get } = world([{ value: 'a' }, new Error('away'), { value: 'b' }]);
    await get();
    at.now += 2 * HOUR;
    expect(await get()).toBe('a');
    expect(await get()).toBe('a');
    expect(at.asked).toBe(2);
    at.now += 30_000;
    expect(await get()).toBe('b');
  });

  test('whose renewal hangs: half of the time is waited, then the old one serves', async () => {
    const { at, get, kept } = world([{ value: 'a' }, new Promise<never>(() => {})]);
    await get();
    at.now += HOUR;
    const from = performance.now();
    expect(await kept.get(from + 400, signal)).toBe('a');
    expect(performance.now() - from).toBeLessThan(380);
    await expect(kept.get(soon(), AbortSignal.abort())).rejects.toThrow('cancelled');
  });
});
