import type { ConfirmState } from '../../core/contracts/exporter.ts';
import type { Part } from '../../core/model.ts';
import type { Refusal } from './protocol.ts';

interface Handed {
  /** Wall clock, milliseconds. */
  readonly at: number;
  readonly sealedAt: number;
  readonly sourceIds: readonly string[];
  /** Its blob held other parts too. */
  readonly shared: boolean;
}

/** Parts remembered; beyond it the oldest are as after a restart. */
const PARTS_MAX = 100_000;
/** The service aggregates for one batching time, then ingests; a retry of its own is within the third. */
const BATCHING_TIMES = 3;

/** What is known of handed parts, and what follows from the answers of the database. */
export class Handover {
  readonly #batchingMs: number;
  readonly #handed = new Map<string, Handed>();
  /** Parts that another run handed over: when they were first asked about here. */
  readonly #strangers = new Map<string, number>();
  /** Parts refused in company: the next time they travel alone, so that only the culprit is set aside. */
  readonly #suspects = new Set<string>();

  constructor(batchingMs: number) {
    this.#batchingMs = batchingMs;
  }

  handed(part: Part, at: number, sourceIds: readonly string[], shared: boolean): void {
    this.#handed.delete(part.id);
    this.#handed.set(part.id, { at, sealedAt: part.sealedAt, sourceIds, shared });
    this.#strangers.delete(part.id);
    trim(this.#handed);
  }

  isSuspect(partId: string): boolean {
    return this.#suspects.has(partId);
  }

  /** No part among these was sealed before; undefined when that is not known of all, or is before `earliest`. */
  sealedFrom(partIds: readonly string[], earliest: number): number | undefined {
    let from = Number.POSITIVE_INFINITY;
    for (const id of partIds) {
      const handed = this.#handed.get(id);
      if (handed === undefined) return undefined;
      from = Math.min(from, handed.sealedAt);
    }
    return from < earliest ? undefined : from;
  }

  /** The parts that should be there by now, if they ever come. Remembers when it saw strangers first. */
  overdue(absent: readonly string[], now: number): string[] {
    return absent.filter((id) => {
      let since = this.#handed.get(id)?.at ?? this.#strangers.get(id);
      if (since === undefined) {
        since = now;
        this.#strangers.set(id, now);
        trim(this.#strangers);
      }
      return now - since >= BATCHING_TIMES * this.#batchingMs;
    });
  }

  /** Their blobs, and when the first of them was handed over. */
  blobsOf(partIds: readonly string[]): { sourceIds: string[]; from: number } {
    const known = partIds.map((id) => this.#handed.get(id)).filter((handed) => handed !== undefined);
    return {
      sourceIds: [...new Set(known.flatMap(({ sourceIds }) => sourceIds))],
      from: Math.min(...known.map(({ at }) => at)),
    };
  }

  /** Forgets the part unless it must be asked about again. */
  verdict(partId: string, refusals: ReadonlyMap<string, Refusal>): ConfirmState {
    const handed = this.#handed.get(partId);
    const refusal = handed?.sourceIds.map((id) => refusals.get(id)).find((one) => one !== undefined);
    this.#forget(partId);
    if (handed === undefined || refusal === undefined || refusal.transient || refusal.remedy !== undefined)
      return 'missing';
    if (handed.shared) {
      this.#suspects.add(partId);
      trim(this.#suspects);
      return 'missing';
    }
    this.#suspects.delete(partId);
    return { refused: `Kusto refused it after the hand-over: ${refusal.details}` };
  }

  arrived(partId: string): void {
    this.#forget(partId);
    this.#suspects.delete(partId);
  }

  #forget(partId: string): void {
    this.#handed.delete(partId);
    this.#strangers.delete(partId);
  }
}

function trim(known: Map<string, unknown> | Set<string>): void {
  if (known.size > PARTS_MAX) known.delete(known.keys().next().value!);
}
