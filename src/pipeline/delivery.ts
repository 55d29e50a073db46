import type { Part } from '../core/model.ts';
import type { SpoolEntry } from '../spool/exporter-spool.ts';

export type Place = 'arriving' | 'waiting' | 'flying' | 'handed';

/** A part on its way to one exporter. */
export interface Delivery {
  readonly id: string;
  readonly instance: string;
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly sealedAt: number;
  /** The part with its body while that is held in memory. */
  part: Part | undefined;
  /** Its file; undefined of a part that is in memory only. */
  entry: SpoolEntry | undefined;
  /** Its file is being written. */
  writing: Promise<void> | undefined;
  place: Place;
  /** When it was first sent and may have arrived, in milliseconds since the epoch. */
  sentAt: number | undefined;
  /** Since when `confirm` has been answering without a word about it, in monotonic milliseconds. */
  unspokenSince: number | undefined;
  attempts: number;
  /** Number of parts that had got through when this one first failed. */
  deliveredBefore: number;
}

export function deliveryOf(source: Part | SpoolEntry): Delivery {
  const { id, instance, sequence, sealedAt } = source;
  const part = 'body' in source ? source : undefined;
  const entry = 'body' in source ? undefined : source;
  return {
    id,
    instance,
    sequence,
    sealedAt,
    part,
    entry,
    writing: undefined,
    place: 'arriving',
    sentAt: entry?.since,
    unspokenSince: undefined,
    attempts: 0,
    deliveredBefore: 0,
  };
}
