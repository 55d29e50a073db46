import { isMainThread } from 'node:worker_threads';
import { printExitTable } from '../../engine/exit-table.ts';
import type { Attribution } from '../instance.ts';
import { endOnSignals } from './signals.ts';

/** One per attribution, however many set-ups and copies of this package share it: signals have one listener of ours. */
const ARRANGED = Symbol.for('otel-attribution at exit');
type Arranged = { [ARRANGED]?: true };

/** These end or replace the process without the event `exit`. */
const WITHOUT_EVENT = ['reallyExit', 'execve'] as const;

/**
 * What is still in memory leaves when the process ends, whoever ends it, and the table of who loaded what is printed.
 * `stop`: what has to be waited for when a signal ends the process; without it the process ends as promptly as ever.
 */
export function atExit(attribution: Attribution, stop?: () => Promise<unknown>): void {
  if ((attribution as Arranged)[ARRANGED] === true) return;
  Object.defineProperty(attribution, ARRANGED, { value: true });
  let done = false;
  const finish = (): void => {
    if (done) return;
    done = true;
    process.removeListener('exit', finish);
    attempt(() => attribution.flushSync());
    if (isMainThread) attempt(() => printExitTable(attribution));
  };
  process.once('exit', finish);
  if (!isMainThread) return;
  for (const name of WITHOUT_EVENT) {
    before(name, () => {
      // `execve` may fail, and then the process goes on.
      if (name === 'execve') attempt(() => attribution.flushSync());
      else finish();
    });
  }
  endOnSignals({ finish, ...(stop !== undefined && { stop }) });
}

/** An ending process must not end with an error of ours. */
function attempt(step: () => void): void {
  try {
    step();
  } catch {
    // There is nobody left to tell.
  }
}

function before(name: (typeof WITHOUT_EVENT)[number], work: () => void): void {
  const methods = process as unknown as Record<string, ((...args: unknown[]) => unknown) | undefined>;
  const original = methods[name];
  if (original === undefined) return;
  methods[name] = function (this: unknown, ...args) {
    work();
    return Reflect.apply(original, this, args);
  };
}
