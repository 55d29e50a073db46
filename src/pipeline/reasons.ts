/** Why a part was set aside, for the person who finds it, where the exporter's own words do not say all of it. */
import type { QueuedPart } from '../core/contracts/part-queue.ts';
import type { Phase } from './delivery-states.ts';

export function foundReason({ since = 0 }: QueuedPart, outlet: string): string {
  return `may have arrived: it was sent at ${new Date(since).toISOString()} by a process that ended before the answer, and ${outlet} can neither be asked nor take it twice`;
}

/** `cause`: what the exporter says. */
export function ambiguousReason(outlet: string, cause: string): string {
  return `may have arrived, and ${outlet} can neither be asked nor take it twice: ${cause}`;
}

export function exhaustedReason(attempts: number, cause: string): string {
  return `failed ${attempts} times while other parts got through: ${cause}`;
}

export function expiredReason(sentAt: number, outlet: string): string {
  return `may have arrived: first sent at ${new Date(sentAt).toISOString()}, too long ago for ${outlet} to notice a repetition, and it cannot be asked`;
}

export function unspokenReason(silentMs: number, outlet: string): string {
  const hours = Math.round(silentMs / 3_600_000);
  return `may have arrived: handed over, and for ${hours} h ${outlet} could not say whether it did`;
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
