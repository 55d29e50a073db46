import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { clock, DeadlineError, within } from '../../../../src/exporters/kusto/deadline.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
});
afterEach(() => vi.useRealTimers());

test('the clock goes on while the computer sleeps, and never back', () => {
  const begin = clock();
  vi.advanceTimersByTime(1_000);
  expect(clock() - begin).toBeCloseTo(1_000, 3);
  vi.setSystemTime(Date.now() + 3_600_000);
  expect(clock() - begin).toBeCloseTo(3_601_000, 3);
  vi.setSystemTime(Date.now() - 2 * 3_600_000);
  expect(clock() - begin).toBeCloseTo(3_601_000, 3);
  vi.advanceTimersByTime(1_000);
  expect(clock() - begin).toBeCloseTo(3_602_000, 3);
  // Neither has a clock that was wrong before.
  vi.setSystemTime(Date.now() + 3_600_000);
  expect(clock() - begin).toBeCloseTo(7_202_000, 3);
});

test('work is wanted until its deadline, or until the computer has slept past it', async () => {
  const seen: boolean[] = [];
  await within(1_000, undefined, async (wanted) => {
    seen.push(wanted());
    vi.setSystemTime(Date.now() + 3_600_000);
    seen.push(wanted());
  });
  expect(seen).toEqual([true, false]);
});

test('work is not wanted any more once its caller was told, even if the timer came early', async () => {
  const { promise: answer, resolve } = Promise.withResolvers<void>();
  let late: boolean | undefined;
  const work = within(1_000.9, undefined, async (wanted) => {
    await answer;
    late = wanted();
  });
  const told = expect(work).rejects.toThrow(DeadlineError);
  const begin = clock();
  await vi.advanceTimersByTimeAsync(1_000);
  await told;
  expect(clock() - begin).toBeLessThan(1_000.9);
  resolve();
  await vi.advanceTimersByTimeAsync(0);
  expect(late).toBe(false);
});
