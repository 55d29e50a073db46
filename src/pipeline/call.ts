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

/** Runs `fn` under a deadline. A callee that ignores its signal is left behind, not waited for. Timers are `unref`ed. */
export function startCall<T>(name: string, callMs: number, fn: (signal: AbortSignal) => Promise<T>): Call<T> {
  const controller = new AbortController();
  const { promise: abandoned, reject: abandon } = Promise.withResolvers<never>();
  abandoned.catch(() => {});
  let grace: NodeJS.Timeout | undefined;
  const abort = (reason: string): void => {
    if (grace !== undefined) return;
    const error = new AmbiguousError(`${name}: ${reason}; the part may have arrived.`);
    grace = setTimeout(() => abandon(error), GRACE_MS).unref();
    controller.abort(error);
  };
  const deadline = setTimeout(() => abort(`no answer within ${callMs} ms`), callMs).unref();
  // `fn` may also throw at once: an exporter is foreign code.
  const work = (async () => fn(controller.signal))();
  const clear = (): void => {
    clearTimeout(deadline);
    clearTimeout(grace);
  };
  const settled = work.then(clear, clear);
  return { result: Promise.race([work, abandoned]), settled, abort };
}
