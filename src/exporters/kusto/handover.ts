import type { ConfirmState, PartHistory } from '../../core/contracts/exporter.ts';
import type { Part } from '../../core/model.ts';
import { forgottenReason, halves, type Known, lostReason, refusedReason, type Trouble, troubleOf } from './absence.ts';
import type { Delivered } from './batcher.ts';
import type { Refusal } from './protocol.ts';

interface Handed {
  /** On the steady clock, in milliseconds. */
  readonly at: number;
  readonly sealedAt: number;
  readonly sourceIds: readonly string[];
  /** Its blob held other parts too. */
  readonly shared: boolean;
}

/** A part that did not arrive. */
interface Suspect {
  /** The last time that counted against nobody. */
  readonly hindered: boolean;
  /** With whom it travels the next time; undefined: with whoever comes. */
  company: string | undefined;
  /** The blobs that did not arrive, the last ones. */
  readonly sourceIds: readonly string[];
}

/**
 * For how long a part may be absent before it is sent again, in batching times: for the first hand-over, the second, and so on; after the
 * last one a part that travelled alone is set aside. With the 30 s of our schema: 1.5 min, 10 min, 1 h, 4 h and 24 h, 29 hours in all.
 * The first: the service aggregates for one batching time, then ingests, and a retry of its own is within the third. The later ones: the
 * service may lag by hours (a cluster that is stopped or resized, an incident of a working day), and then everything is absent without any
 * part being at fault; a day and some hours outlast that. As absence is proved by a query each time, waiting costs nothing but a file.
 */
export const WAITS = [3, 20, 120, 480, 2_880] as const;
/** Parts that are sent at once, and so in one blob at the most. */
export const PARTS_AT_ONCE = 16;
/** A part that was missed so often was alone the next time: each time halves the group. */
const ALONE_AFTER = Math.log2(PARTS_AT_ONCE);
/** Parts remembered; beyond it the oldest are as after a restart. */
const PARTS_MAX = 100_000;
/** Blobs of one part that are named when it is set aside. */
const BLOBS_NAMED = 5;
/** The raw table surely has what arrived so long after the hand-over: its retention is a day at the least (7 unless somebody changed it). */
const RAW_KEPT_MS = 12 * 3_600_000;
/** After so long the view of rows may have forgotten what arrived (its retention is 62 days), and sums still hold it: absence proves nothing. */
const ROWS_KEPT_MS = 60 * 24 * 3_600_000;

/** What is known of handed parts, and what follows from the answers of the database. Times are of a steady clock: no host's clock matters. */
export class Handover {
  readonly #batchingMs: number;
  readonly #handed = new Map<string, Handed>();
  /** Parts that another run handed over: when they were first asked about here. */
  readonly #strangers = new Map<string, number>();
  readonly #suspects = new Map<string, Suspect>();
  /** The latest hand-over of which something has arrived: the service takes in what it gets. */
  #ingestedUpTo = Number.NEGATIVE_INFINITY;
  #splits = 0;

  constructor(batchingMs: number) {
    this.#batchingMs = batchingMs;
  }

  handed(part: Part, at: number, { sourceIds, shared }: Delivered): void {
    this.#handed.delete(part.id);
    this.#handed.set(part.id, { at, sealedAt: part.sealedAt, sourceIds, shared });
    this.#strangers.delete(part.id);
    trim(this.#handed);
  }

  /** Parts with the same company travel together; undefined: with whoever comes. */
  companyOf(partId: string, history: PartHistory | undefined): string | undefined {
    const suspect = this.#suspects.get(partId);
    if (suspect !== undefined) return suspect.company;
    // With whom it did not arrive before a restart nobody knows any more.
    return history?.missed === undefined ? undefined : partId;
  }

  /** Some parts have not arrived yet that did not the first time. */
  get suspects(): boolean {
    return this.#suspects.size > 0;
  }

  /** No part among these was sealed before; undefined when the raw table may have forgotten one of them. */
  sealedFrom(partIds: readonly string[], now: number, wallNow: number): number | undefined {
    let from = Number.POSITIVE_INFINITY;
    for (const id of partIds) {
      const handed = this.#handed.get(id);
      if (handed === undefined || now - handed.at > RAW_KEPT_MS) return undefined;
      from = Math.min(from, handed.sealedAt);
    }
    return from < wallNow - RAW_KEPT_MS ? undefined : from;
  }

  arrived(partId: string): void {
    const handed = this.#handed.get(partId);
    if (handed !== undefined) this.#ingestedUpTo = Math.max(this.#ingestedUpTo, handed.at);
    this.#forget(partId);
    this.#suspects.delete(partId);
  }

  /** The parts that should be there by now, if all goes as always. Remembers when it saw strangers first. */
  overdue(absent: readonly string[], histories: Histories, now: number, wallNow: number): Absent[] {
    return absent.flatMap((id) => {
      const history = histories?.get(id);
      const waited = this.#waited(id, history, now, wallNow);
      return waited < WAITS[0] * this.#batchingMs ? [] : [{ id, waited, history }];
    });
  }

  /** Their blobs, and for how long at the most the first of them has been handed over: the steady clock stands still in sleep. */
  blobsOf(absent: readonly Absent[], now: number, wallNow: number): { sourceIds: string[]; forMs: number } {
    const blobs = new Set<string>();
    let forMs = 0;
    for (const { id, history } of absent) {
      const handed = this.#handed.get(id);
      if (handed === undefined) continue;
      for (const sourceId of handed.sourceIds) blobs.add(sourceId);
      forMs = Math.max(forMs, now - handed.at, wallNow - (history?.sentAt ?? wallNow));
    }
    return { sourceIds: [...blobs], forMs };
  }

  /**
   * What becomes of overdue parts, and what a person should hear of. A group that did not arrive is split: halves travel apart the next time,
   * until whoever is at fault is alone.
   */
  verdicts(overdue: readonly Absent[], known: Known): { states: Map<string, ConfirmState>; troubles: Trouble[] } {
    const states = new Map<string, ConfirmState>();
    const troubles: Trouble[] = [];
    const groups = new Map<string, string[]>();
    for (const absent of overdue) {
      const { id, waited, history } = absent;
      const handed = this.#handed.get(id);
      const refusal = handed?.sourceIds.map((one) => known.refusals.get(one)).find((one) => one !== undefined);
      const before = history?.missed?.times ?? 0;
      // What an earlier process handed over had company, unless it had lost that before.
      const alone = handed === undefined ? before >= ALONE_AFTER : !handed.shared;
      const again = before > 0 || this.#suspects.get(id)?.hindered === true;
      if (waited < this.#patience(handed, refusal, { before, again, alone })) {
        states.set(id, 'pending');
        continue;
      }
      const sourceIds = [...(this.#suspects.get(id)?.sourceIds ?? []), ...(handed?.sourceIds ?? [])].slice(
        -BLOBS_NAMED,
      );
      const forgotten = handed === undefined && waited > ROWS_KEPT_MS;
      const reason = forgotten
        ? forgottenReason(history)
        : alone
          ? reasonFor(absent, refusal, known, { sourceIds, asked: handed !== undefined })
          : undefined;
      if (reason !== undefined) {
        states.set(id, { refused: reason });
        this.#suspects.delete(id);
      } else {
        // What a person can mend counts against no part, however long it takes. Of a part that an earlier process handed over nobody knows
        // any more whether that was it: a first absence is none.
        const mendable = refusal?.remedy !== undefined;
        const hindered = mendable || (handed === undefined && before === 0);
        states.set(id, hindered ? 'hindered' : 'missing');
        // Where nothing gets through until a person has done something, no part is to blame, and apart they cost a message each.
        const blameless = hindered && !this.#othersPassed(handed);
        this.#suspects.set(id, { hindered, company: blameless ? undefined : id, sourceIds });
        trim(this.#suspects);
        if (handed?.shared === true && !blameless) push(groups, handed.sourceIds[0]!, id);
        // What a person can mend is said by its name, at once.
        if (before > 0 && !mendable) troubles.push(troubleOf(absent, refusal, known, handed !== undefined));
      }
      this.#forget(id);
    }
    for (const group of groups.values()) this.#split(group);
    return { states, troubles };
  }

  /** For how long this hand-over may still be on its way, in milliseconds. */
  #patience(
    handed: Handed | undefined,
    refusal: Refusal | undefined,
    { before, again, alone }: { readonly before: number; readonly again: boolean; readonly alone: boolean },
  ): number {
    const wait = (i: number): number => WAITS[Math.min(i, WAITS.length - 1)]! * this.#batchingMs;
    // The service tries again by itself.
    if (refusal?.transient === true) return wait(Math.max(before, 1));
    // A person has to do something first; once it is done nobody should wait for hours.
    if (refusal?.remedy !== undefined) return wait(again ? 1 : 0);
    if (refusal !== undefined) return wait(0);
    if (alone) return wait(before);
    // The next time it travels alone, and nothing follows from this time but that.
    if (handed === undefined) return wait(Math.min(before, 1));
    // Others got through: the fault is in this blob, and whoever is innocent of it goes on at once.
    return this.#othersPassed(handed) ? wait(0) : wait(before);
  }

  /** Something that was handed over at the same time or later has arrived. */
  #othersPassed(handed: Handed | undefined): boolean {
    return handed !== undefined && handed.at <= this.#ingestedUpTo + this.#batchingMs;
  }

  #split(group: string[]): void {
    for (const half of halves(group)) {
      const company = half.length === 1 ? half[0]! : `split ${++this.#splits}`;
      for (const id of half) this.#suspects.get(id)!.company = company;
    }
  }

  #waited(id: string, history: PartHistory | undefined, now: number, wallNow: number): number {
    const handed = this.#handed.get(id);
    if (handed !== undefined) return now - handed.at;
    let seen = this.#strangers.get(id);
    if (seen === undefined) {
      seen = now;
      this.#strangers.set(id, now);
      trim(this.#strangers);
    }
    const here = now - seen;
    // Its process may have ended right after the hand-over, and its clock may have been another: first a wait of our own.
    if (here < WAITS[0] * this.#batchingMs) return here;
    return Math.max(here, wallNow - (history?.sentAt ?? wallNow));
  }

  #forget(partId: string): void {
    this.#handed.delete(partId);
    this.#strangers.delete(partId);
  }
}

export type Histories = ReadonlyMap<string, PartHistory> | undefined;

export interface Absent {
  readonly id: string;
  /** Since the hand-over, in milliseconds. */
  readonly waited: number;
  readonly history: PartHistory | undefined;
}

/** Why a part that travelled alone is set aside; undefined when it is to be sent again. */
function reasonFor(
  { id, history }: Absent,
  refusal: Refusal | undefined,
  known: Known,
  blobs: { readonly sourceIds: readonly string[]; readonly asked: boolean },
): string | undefined {
  if (refusal?.remedy !== undefined) return undefined;
  if (refusal?.transient === false) return refusedReason(refusal);
  const times = (history?.missed?.times ?? 0) + 1;
  return times < WAITS.length ? undefined : lostReason({ id, times, history, refusal, known, ...blobs });
}

function push(groups: Map<string, string[]>, key: string, id: string): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [id]);
  else group.push(id);
}

function trim(known: Map<string, unknown>): void {
  if (known.size > PARTS_MAX) known.delete(known.keys().next().value!);
}
