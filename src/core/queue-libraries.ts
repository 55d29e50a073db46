/** Libraries that start waiting work later, and whose work it then is. Versions are ranges of semver. */

export interface QueueLibrary {
  readonly name: string;
  /** Versions whose work runs in the context that queued it. */
  readonly keeps?: string;
  /** Versions that `otel/repair` makes do so. */
  readonly repaired?: string;
}

export const QUEUE_LIBRARIES: readonly QueueLibrary[] = [
  { name: 'async', repaired: '>=2 <4' },
  { name: 'fastq', repaired: '>=1 <2' },
  { name: 'p-queue', repaired: '>=6 <10', keeps: '>=10' },
  { name: 'p-limit', repaired: '>=2 <5', keeps: '>=5' },
  { name: 'bottleneck', repaired: '>=2 <3' },
  { name: 'async-lock', repaired: '>=1 <2' },
  { name: 'promise-queue', repaired: '>=2 <3' },
  { name: 'generic-pool', keeps: '>=3' },
  { name: 'better-queue' },
  { name: 'queue' },
];

/** Range of the versions of a library that are repaired. */
export function repairedVersions(name: string): string {
  return QUEUE_LIBRARIES.find((library) => library.name === name)?.repaired ?? '';
}
