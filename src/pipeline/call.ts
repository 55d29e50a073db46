import type { Timers } from '../core/contracts/timers.ts';
import { AmbiguousError } from '../core/errors.ts';

/** After an abort, how long an exporter may take to say itself what became of the call. */
const GRACE_MS = 250;

/** One bounded call to an exporter. */
export interface Call<T> {
  /** Settles at the latest `callMs` + grace after the start, or grace after `abort`; as ambiguous when the callee says nothing. */
  readonly result: Promise<T>;
  /** Settles with the callee, which may be never. */
  readonly settled: Promise<void>;
  abort(reason: string): void;
}

/** Runs `fn` under a deadline. A callee that ignores its signal is left behind, not waited for. */
export function startCall<T>(
  name: string,
  callMs: number,
  timers: Timers,
  fn: (signal: AbortSignal) => Promise<T>,
): Call<T> {
  const controller = new AbortController();
  const { promise: abandoned, reject: abandon } = Promise.withResolvers<never>();
  abandoned.catch(() => {});
  let cancelGrace: (() => void) | undefined;
  const abort = (reason: string): void => {
    if (cancelGrace !== undefined) return;
    const error = new AmbiguousError(`${name}: ${reason}; the part may have arrived.`);
    cancelGrace = timers.after(GRACE_MS, () => abandon(error));
    controller.abort(error);
  };
  const cancelDeadline = timers.after(callMs, () => abort(`no answer within ${callMs} ms`));
  // `fn` may also throw at once: an exporter is foreign code.
  const work = (async () => fn(controller.signal))();
  const clear = (): void => {
    cancelDeadline();
    cancelGrace?.();
  };
  const settled = work.then(clear, clear);
  return { result: Promise.race([work, abandoned]), settled, abort };
}
