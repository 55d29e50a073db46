/**
 * Everything the pipeline does later, and the time it measures in between: retries, deadlines, ticks, heartbeats. A test hands in a
 * virtual one, together with a virtual `clock`, and an outage of an hour passes in a moment. (Only the length of a turn of the event loop
 * is always real.)
 */
export interface Timers {
  /** Monotonic milliseconds: a wall clock that steps back must not stop delivery. */
  now(): number;
  /**
   * Calls `fn` once, `ms` milliseconds from now. The process may end before, unless `keepAlive`: whoever awaits a flush keeps the process
   * alive that long. Returns what cancels it.
   */
  after(ms: number, fn: () => void, keepAlive?: boolean): () => void;
}
