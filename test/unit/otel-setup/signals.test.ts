import { afterEach, describe, expect, it } from 'vitest';
import { endOnSignals } from '../../../src/otel/setup/signals.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const;
const tick = () => new Promise((resolve) => process.nextTick(resolve));

afterEach(() => {
  // What brings our listener back goes first.
  for (const event of ['newListener', 'removeListener', ...SIGNALS]) process.removeAllListeners(event);
});

describe('listening to signals', () => {
  it.each(SIGNALS)('%s: ends where the application begins, and begins again where it ends', async (signal) => {
    const count = () => process.listenerCount(signal);
    const before = count();
    expect(before).toBe(0);
    endOnSignals({ stop: async () => {}, finish() {} });
    expect(count()).toBe(1);
    const ours = process.listeners(signal)[0];
    const theirs = () => {};
    process.on(signal, theirs);
    await tick();
    expect(process.listeners(signal)).toEqual([theirs]);
    const more = () => {};
    process.once(signal, more);
    await tick();
    expect(process.listeners(signal)).toEqual([theirs, more]);
    process.removeListener(signal, theirs);
    expect(process.listeners(signal)).toEqual([more]);
    process.removeListener(signal, more);
    expect(process.listeners(signal)).toEqual([ours]);
    // Who removes all wants the default, which is what ours keeps.
    process.removeAllListeners(signal);
    expect(process.listeners(signal)).toEqual([ours]);
  });

  it('watches all of them at the price of one: others may listen to listeners, too', () => {
    const count = () => process.listenerCount('newListener') + process.listenerCount('removeListener');
    const before = count();
    endOnSignals({ finish() {} });
    expect(count() - before).toBe(2);
  });

  it('leaves the signal of the debugger alone', () => {
    endOnSignals({ finish() {} });
    expect(process.listenerCount('SIGUSR1')).toBe(0);
  });
});
