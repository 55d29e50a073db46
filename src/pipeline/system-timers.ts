import type { Timers } from '../core/contracts/timers.ts';

/** The real ones. */
export const systemTimers: Timers = {
  now: () => performance.now(),
  after(ms, fn, keepAlive = false) {
    const timer = setTimeout(fn, ms);
    if (!keepAlive) timer.unref();
    return () => clearTimeout(timer);
  },
};
