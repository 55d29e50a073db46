/** What the suites of `part-queue-contract.ts` are made of. */
import type { OutletQueue, PartQueue, PutResult, QueuedPart } from '../../src/core/contracts/part-queue.ts';
import type { Part } from '../../src/core/model.ts';
import { makePart } from '../unit/parts/make-part.ts';

export interface QueueKind {
  /** A queue of one process; `again`: of another one, on the same storage. */
  open(): OpenQueue;
  /** Parts outlive the process. */
  readonly keeps: boolean;
  /** Several processes share it. */
  readonly shared: boolean;
  /** It refuses parts beyond a bound of its own, instead of rejecting. */
  readonly refuses: boolean;
  /** It stores a rotation with its note, all or nothing, and rejects what it cannot store. */
  readonly notes: boolean;
}

export interface OpenQueue {
  readonly queue: PartQueue;
  again(): PartQueue;
  /** Of one that stores notes. */
  readonly storage?: { refuse(on: boolean): void; note(): unknown };
}

export const part = (sequence: number, instance = 'one'): Part =>
  makePart([{ origin: `o${sequence}` }], { instance, sequence, sealedAt: 1_700_000_000_000 + sequence });

export const outletOf = (queue: PartQueue, outlet: string, instance = 'one', transient = false): OutletQueue =>
  queue.open(outlet, { instance: () => instance, transient });

export const never = (): boolean => false;

export function partsFor(taken: readonly PutResult[], outlet: string): QueuedPart[] {
  return taken.flatMap((one) => (one.outlet === outlet && 'part' in one ? [one.part] : []));
}

/** Puts parts, and waits until they are stored as far as they ever will be. */
export async function put(
  queue: PartQueue,
  outlets: Record<string, OutletQueue>,
  ...parts: Part[]
): Promise<QueuedPart[]> {
  const taken = await queue.putAll(parts, Object.keys(outlets), undefined);
  for (const one of taken) if ('part' in one) await outlets[one.outlet]!.writeBehind?.store(one.part);
  return partsFor(taken, Object.keys(outlets)[0]!);
}
