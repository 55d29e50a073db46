/** Why a part was set aside without a word from the exporter, for the person who finds it. */
import type { QueuedPart } from '../core/contracts/part-queue.ts';
import type { Phase } from './delivery-states.ts';

export function foundReason({ since = 0 }: QueuedPart, outlet: string): string {
  return `may have arrived: it was sent at ${new Date(since).toISOString()} by a process that ended before the answer, and ${outlet} can neither be asked nor take it twice`;
}

export function closeReason(phase: Phase): string {
  if (phase === 'flying') return 'may have arrived: no answer before shutdown';
  return phase === 'handed' ? 'handed over, not confirmed before shutdown' : 'not delivered before shutdown';
}

/** `keeps`: the queue keeps parts beyond the process, and could not keep this one. */
export function exitReason(phase: Phase, keeps: boolean): string {
  if (keeps) return 'the process ended before it was delivered';
  return phase === 'flying'
    ? 'may have arrived: the process ended before the answer'
    : 'not delivered before the process ended';
}
