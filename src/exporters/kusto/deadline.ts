import { RetryableError } from '../../core/errors.ts';

/** Our own deadline passed. */
export class DeadlineError extends Error {
  constructor(ms: number) {
    super(ms > 0 ? `no answer within ${Math.round(ms)} ms` : 'its time was over before it began');
  }
}

/** A step of the wall clock against the steady one that is more than its being kept in time. */
const JUMP_MS = 1_000;
let steadyBefore = performance.now();
let wallBefore = Date.now();
let slept = 0;

/**
 * Milliseconds that only go forward, also while the computer sleeps or the process is frozen: `performance.now()` stands still then, and a
 * message that was to be sent within half a minute would leave a day later. All deadlines here are of this clock.
 */
export function clock(): number {
  const steady = performance.now();
  const wall = Date.now();
  const jump = wall - wallBefore - (steady - steadyBefore);
  if (jump > JUMP_MS) slept += jump;
  steadyBefore = steady;
  wallBefore = wall;
  return steady + slept;
}

let leftBehind = 0;

/** Calls of this thread whose deadline has passed and that have not ended since. */
export function callsLeftBehind(): number {
  return leftBehind;
}

/**
 * The SDK's calls take minutes to give up, or never do, and few can be cancelled: they are left behind at the deadline. Before a step that
 * cannot be undone `work` asks whether it is `wanted` still: whoever was told that it failed relies on that.
 * @throws DeadlineError, or RetryableError once `signal` has aborted
 */
export async function within<T>(
  ms: number,
  signal: AbortSignal | undefined,
  work: (wanted: () => boolean) => Promise<T>,
): Promise<T> {
  if (signal?.aborted) throw cancelled();
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new DeadlineError(ms)), Math.max(0, ms));
  const cancel = (): void => reject(cancelled());
  let settled = false;
  let over = false;
  const until = clock() + ms;
  const wanted = (): boolean => !over && signal?.aborted !== true && clock() < until;
  signal?.addEventListener('abort', cancel, { once: true });
  const working = work(wanted).finally(() => {
    settled = true;
  });
  try {
    return await Promise.race([working, promise]);
  } finally {
    over = true;
    if (!settled) {
      leftBehind++;
      const back = (): void => void leftBehind--;
      working.then(back, back);
    }
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  }
}

function cancelled(): RetryableError {
  return new RetryableError('Kusto: cancelled before there was an answer.');
}
