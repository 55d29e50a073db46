/**
 * SIGINT and SIGTERM end a Node.js process at once and would take the last window with them. We listen only while the
 * application does not: as soon as it adds a listener of its own, ending is its business (and libraries that ask
 * whether they are the only listener get the right answer), and what is left leaves at `process.on('exit')`.
 */
const NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;
type StopSignal = keyof typeof NUMBERS;

/** As long as an orderly stop may take before the process ends all the same. */
const STOP_MS = 5_000;
/** PID 1 of a container ignores a signal sent to itself: then the exit code has to do. */
const RAISE_MS = 200;

export interface Stop {
  /** Flushes; may hang. */
  stop(): Promise<unknown>;
  /** The rest, synchronously. */
  finish(): void;
}

export function endOnSignals(what: Stop, stopMs = STOP_MS): void {
  for (const signal of Object.keys(NUMBERS) as StopSignal[]) endOn(signal, what, stopMs);
}

function endOn(signal: StopSignal, what: Stop, stopMs: number): void {
  let stopping = false;
  const listener = (): void => {
    if (stopping) {
      raise(signal, listener);
      return;
    }
    stopping = true;
    const deadline = new Promise((resolve) => setTimeout(resolve, stopMs));
    Promise.race([what.stop(), deadline])
      .catch(() => {})
      .then(() => what.finish())
      .finally(() => raise(signal, listener));
  };
  process.on('newListener', (event: string | symbol, added: unknown) => {
    if (event !== signal || added === listener) return;
    // Only once it is there: without any listener in between Node.js would stop watching the signal, for good.
    queueMicrotask(() => {
      if (process.listeners(signal).some((other) => other !== listener)) process.removeListener(signal, listener);
    });
  });
  process.on('removeListener', (event: string | symbol, removed: unknown) => {
    if (event === signal && removed !== listener && !stopping && process.listenerCount(signal) === 0) {
      process.on(signal, listener);
    }
  });
  if (process.listenerCount(signal) === 0) process.on(signal, listener);
}

/** Ends the process the way the signal would have ended it without us. */
function raise(signal: StopSignal, listener: () => void): void {
  process.removeListener(signal, listener);
  process.kill(process.pid, signal);
  setTimeout(() => process.exit(128 + NUMBERS[signal]), RAISE_MS);
}
