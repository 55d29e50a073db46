/**
 * A signal that nobody listens to ends a Node.js process at once and would take the last window with it. We listen only
 * while the application does not: as soon as it adds a listener of its own, ending is its business (and libraries that
 * ask whether they are the only listener get the right answer), and what is left leaves at `process.on('exit')`.
 */
import { constants } from 'node:os';

/**
 * What people, terminals, supervisors and nodemon end a process with. Not SIGUSR1, which is the debugger's, nor what a
 * process that fails sends itself.
 */
const SIGNALS: readonly NodeJS.Signals[] =
  process.platform === 'win32'
    ? ['SIGINT', 'SIGHUP', 'SIGBREAK']
    : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];
/** PID 1 of a container is not ended by a signal that it does not listen to, so only these may end it. */
const SIGNALS_OF_INIT: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM'];

/** As long as an orderly stop may take before the process ends all the same. */
const STOP_MS = 5_000;
/** PID 1 of a container ignores a signal sent to itself: then the exit code has to do. */
const RAISE_MS = 200;

export interface Stop {
  /** Flushes in its own time; may hang. Without it the process ends in the turn in which the signal came. */
  stop?(): Promise<unknown>;
  /** The rest, synchronously. Never throws; called again, it does nothing. */
  finish(): void;
}

export function endOnSignals(what: Stop, stopMs = STOP_MS): void {
  const ending = new Ending(what, stopMs);
  const ours = new Map<string | symbol, () => void>();
  const listen = (signal: string | symbol): void => {
    const listener = ours.get(signal);
    if (listener !== undefined && !ending.over && process.listenerCount(signal) === 0) process.on(signal, listener);
  };
  process.on('newListener', (signal: string | symbol, added: unknown) => {
    const listener = ours.get(signal);
    if (listener === undefined || added === listener) return;
    // Only once it is there: without any listener in between Node.js would stop watching the signal, for good.
    queueMicrotask(() => {
      if (process.listeners(signal as NodeJS.Signals).some((other) => other !== listener)) {
        process.removeListener(signal, listener);
      }
    });
  });
  process.on('removeListener', listen);
  for (const signal of process.pid === 1 ? SIGNALS_OF_INIT : SIGNALS) {
    const listener = (): void => ending.begin(() => raise(signal, listener));
    ours.set(signal, listener);
    listen(signal);
  }
}

/** One for all signals: a second one, whichever it is, does not wait for what the first began. */
class Ending {
  readonly #what: Stop;
  readonly #stopMs: number;
  #stopping = false;
  /** The process gets the signal itself: nobody may listen for us any more. */
  over = false;

  constructor(what: Stop, stopMs: number) {
    this.#what = what;
    this.#stopMs = stopMs;
  }

  begin(raise: () => void): void {
    const end = (): void => {
      this.#what.finish();
      this.over = true;
      raise();
    };
    if (this.#stopping || this.#what.stop === undefined) {
      end();
      return;
    }
    this.#stopping = true;
    const deadline = new Promise((resolve) => setTimeout(resolve, this.#stopMs));
    Promise.race([this.#what.stop(), deadline])
      .catch(() => {})
      .then(end);
  }
}

/** Ends the process the way the signal would have ended it without us. */
function raise(signal: NodeJS.Signals, listener: () => void): void {
  process.removeListener(signal, listener);
  process.kill(process.pid, signal);
  setTimeout(() => process.exit(128 + constants.signals[signal]), RAISE_MS);
}
