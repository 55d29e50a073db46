import type { PartHistory } from '../core/contracts/exporter.ts';
import type { QueuedPart } from '../core/contracts/part-queue.ts';
import type { EventType, Phase, State } from './delivery-states.ts';

/** A part on its way to one exporter. */
export interface Delivery {
  readonly part: QueuedPart;
  phase: Phase;
  /** It is in the waiting line, which alone sets this. */
  inLine: boolean;
  /** When it was first sent and may have arrived, in milliseconds since the epoch. */
  sentAt: number | undefined;
  /** The same, in monotonic milliseconds; unknown of what another process sent. */
  sentTick: number | undefined;
  /** Since when the destination has been answering without a word about it, in monotonic milliseconds. */
  unspokenSince: number | undefined;
  attempts: number;
  /** Number of parts that had got through when this one first failed. */
  deliveredBefore: number;
  /** Not to be taken up again by this process, though it stays in the queue. */
  shunned: boolean;
}

export function deliveryOf(part: QueuedPart): Delivery {
  return {
    part,
    phase: 'arriving',
    inLine: false,
    sentAt: part.since,
    sentTick: undefined,
    unspokenSince: undefined,
    attempts: 0,
    deliveredBefore: 0,
    shunned: false,
  };
}

export function stateOf({ phase, part }: Delivery): State {
  return phase === 'gone' ? 'gone' : `${phase} ${part.durable ? 'on disk' : 'in memory'}`;
}

export const historyOf = ({ part, sentAt }: Delivery): PartHistory => ({ sentAt, missed: part.missed });

/** What happened to a delivery. */
export interface DeliveryEvent {
  readonly type: EventType;
  /** Why, in the words that a person finds beside the part, or in the log. */
  readonly reason?: string;
  readonly error?: unknown;
  /** No attempt before this one may have arrived. */
  readonly first?: boolean;
}
