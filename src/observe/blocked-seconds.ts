/** The books of waiting: each second that somebody waited, charged to whom he waited for in the end. */
import { BLOCKED_EVENT } from '../core/model.ts';
import { spread } from '../core/windows.ts';
import { sharesOf } from './blocking.ts';
import { type SessionOrigin, UNKNOWN_SESSION } from './join.ts';
import type { LockLook } from './lock-observer.ts';
import { addRow, type ObserverRows } from './rows.ts';

export interface BlockedSum {
  readonly holderService: string;
  readonly holder: string;
  readonly victimService: string;
  readonly victim: string;
  seconds: number;
  /** Waits, shares of them where several hold what is waited for. */
  waits: number;
}

/** Some servers tell how long ago a wait began: from one look to the next that differs by a little, in ms. */
const SAME_MS = 100;

const PREPARED = { service: '', origin: '(prepared transaction)' };
const UNKNOWN = { service: '', origin: UNKNOWN_SESSION };

/**
 * A look stands for the time since the one before: who waits at it waited as long. Over many waits that is neither too much
 * nor too little; of a single one it differs by one interval at most. What all victims waited and what all holders are
 * charged with are the same seconds.
 */
export class BlockedSeconds {
  readonly #target: string;
  readonly #rows: ObserverRows | undefined;
  readonly #sums = new Map<string, BlockedSum>();
  #lastMs: number | undefined;
  /** Between two looks. */
  longestSeconds = 0;
  /** Begins of the waits that were counted at the look before. */
  #counted = new Map<string, number>();

  /** Without `rows` it only sums up. */
  constructor(target: string, rows: ObserverRows | undefined) {
    this.#target = target;
    this.#rows = rows;
  }

  /** Heaviest first. */
  get sums(): BlockedSum[] {
    return [...this.#sums.values()].sort((a, b) => b.seconds - a.seconds);
  }

  /** `nowMs`: when the look was taken, by the clock of this host. */
  add(look: LockLook, origins: ReadonlyMap<string, SessionOrigin>, nowMs: number): void {
    const seconds = this.#lastMs === undefined ? 0 : Math.max(0, look.atMs - this.#lastMs) / 1000;
    this.#lastMs = look.atMs;
    if (seconds === 0) return;
    this.longestSeconds = Math.max(this.longestSeconds, seconds);
    const shares = sharesOf(look.waits);
    const counted = new Map<string, number>();
    for (const { waiter, sinceMs } of look.waits) {
      const before = this.#counted.get(waiter);
      const isNew = before === undefined || sinceMs > before + SAME_MS;
      counted.set(waiter, before !== undefined && !isNew ? before : sinceMs);
      const victim = origins.get(waiter) ?? UNKNOWN;
      for (const [session, share] of shares.get(waiter)!) {
        const holder = origins.get(session) ?? (session === '0' ? PREPARED : UNKNOWN);
        this.#charge(holder, victim, seconds * share, isNew ? share : 0, nowMs);
      }
    }
    this.#counted = counted;
  }

  #charge(holder: Named, victim: Named, seconds: number, waits: number, nowMs: number): void {
    const key = JSON.stringify([holder.service, holder.origin, victim.service, victim.origin]);
    const names = { holderService: holder.service, holder: holder.origin };
    const sum = this.#sums.get(key) ?? {
      ...names,
      victimService: victim.service,
      victim: victim.origin,
      seconds: 0,
      waits: 0,
    };
    this.#sums.set(key, sum);
    sum.seconds += seconds;
    sum.waits += waits;
    const attributes = { victim: victim.origin, 'victim.service': victim.service };
    const measure = { target: this.#target, event: BLOCKED_EVENT, unit: 's', attributes };
    const rows = this.#rows;
    if (rows === undefined) return;
    spread(nowMs, seconds, rows.table.windowSeconds, (window, share, isEnd) =>
      addRow(rows, window, holder, measure, share, isEnd ? waits : 0),
    );
  }
}

type Named = Pick<SessionOrigin, 'service' | 'origin'>;
