import { RetryableError } from '../../core/errors.ts';

/** Our own deadline passed. */
export class DeadlineError extends Error {
  constructor(ms: number) {
    super(ms > 0 ? `no answer within ${Math.round(ms)} ms` : 'its time was over before it began');
  }
}

let leftBehind = 0;

/** Calls of this thread whose deadline has passed and that have not ended since. */
export function callsLeftBehind(): number {
  return leftBehind;
}

/**
 * The SDK's calls take minutes to give up, or never do, and few can be cancelled: they are left behind at the deadline.
 * @throws DeadlineError, or RetryableError once `signal` has aborted
 */
export async function within<T>(ms: number, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  if (signal?.aborted) throw cancelled();
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new DeadlineError(ms)), Math.max(0, ms));
  const cancel = (): void => reject(cancelled());
  let settled = false;
  signal?.addEventListener('abort', cancel, { once: true });
  const working = work().finally(() => {
    settled = true;
  });
  try {
    return await Promise.race([working, promise]);
  } finally {
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
