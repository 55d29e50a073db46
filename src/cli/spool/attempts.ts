import type { QueueState } from '../../core/contracts/part-queue.ts';
import { LOCAL, type PartFile, type SpoolFolder } from './inventory.ts';

/** Parts of one exporter that were tried as often as one another. */
export interface Attempts {
  readonly state: QueueState;
  /** Those that did not arrive, and the one under way; such as failed before anything was sent are none. */
  readonly attempts: number;
  readonly parts: number;
  /** In milliseconds since the epoch; undefined before the first. */
  readonly firstAt: number | undefined;
  /** When the oldest of them was sealed. */
  readonly oldest: number;
}

/** Those that were tried most often first. What waits for the store is tried by nobody. */
export function attemptsOf({ exporter, parts }: SpoolFolder): Attempts[] {
  if (exporter === LOCAL) return [];
  const all = new Map<string, Attempts>();
  for (const part of parts) {
    const { state, mtimeMs } = part;
    const attempts = (part.missed?.times ?? 0) + (state === 'waiting' ? 0 : 1);
    const key = `${state} ${attempts}`;
    const some = all.get(key) ?? { state, attempts, parts: 0, firstAt: undefined, oldest: mtimeMs };
    all.set(key, {
      ...some,
      parts: some.parts + 1,
      firstAt: earlier(some.firstAt, firstAttempt(part)),
      oldest: Math.min(some.oldest, mtimeMs),
    });
  }
  return [...all.values()].sort((a, b) => b.attempts - a.attempts || (a.state < b.state ? -1 : 1));
}

const firstAttempt = ({ missed, since }: PartFile): number | undefined => missed?.since ?? since;

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
