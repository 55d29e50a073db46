/** How far around a period its processes are listened for. */
import type { Period } from './source.ts';

const HOUR = 3_600_000;
/** As long again as the period, but at least this and at most that. */
export const LISTEN_MIN_MS = HOUR;
export const LISTEN_MAX_MS = 31 * 24 * HOUR;

/** The silence of a service is told of where it was heard of so shortly before the range. */
export const SILENT_DAYS = 7;

/**
 * The parts that tell of a period are sealed from as long before its begin to as long after its end: who lived in it, and which parts are
 * missing. What is asked about last month does not read this month; a process that was idle for longer is not heard.
 */
export function heardOf({ from, to }: Period, edge: number): Period {
  const listen = Math.min(Math.max(to - from, LISTEN_MIN_MS), LISTEN_MAX_MS);
  return { from: from - listen, to: Math.min(to + listen, edge) };
}
