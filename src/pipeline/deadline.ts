import type { Timers } from '../core/contracts/timers.ts';
import { systemTimers } from './system-timers.ts';

/** True when `work` resolved within `ms`; the process stays alive that long, and no longer. A rejection counts as done. */
export async function within(ms: number, work: Promise<unknown>, timers: Timers = systemTimers): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const cancel = timers.after(Math.max(0, ms), () => resolve(false), true);
  const done = work.then(
    () => true as const,
    () => true as const,
  );
  try {
    return await Promise.race([done, late]);
  } finally {
    cancel();
  }
}
