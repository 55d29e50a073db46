import { describe, expect, it } from 'vitest';
import { endOnSignals } from '../../../src/otel/setup/signals.ts';

const tick = () => new Promise((resolve) => process.nextTick(resolve));
const count = () => process.listenerCount('SIGTERM');

describe('listening to signals', () => {
  it('ends where the application begins, and begins again where it ends', async () => {
    const before = count();
    expect(before).toBe(0);
    endOnSignals({ stop: async () => {}, finish() {} });
    expect(count()).toBe(1);
    const ours = process.listeners('SIGTERM')[0];
    const theirs = () => {};
    process.on('SIGTERM', theirs);
    await tick();
    expect(process.listeners('SIGTERM')).toEqual([theirs]);
    const more = () => {};
    process.once('SIGTERM', more);
    await tick();
    expect(process.listeners('SIGTERM')).toEqual([theirs, more]);
    process.removeListener('SIGTERM', theirs);
    expect(process.listeners('SIGTERM')).toEqual([more]);
    process.removeListener('SIGTERM', more);
    expect(process.listeners('SIGTERM')).toEqual([ours]);
    process.removeAllListeners('SIGTERM');
    process.removeAllListeners('SIGINT');
    process.removeAllListeners('newListener');
    process.removeAllListeners('removeListener');
  });
});
