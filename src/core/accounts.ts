/**
 * The engine's books about itself: every measurement that was not simply counted has an entry with a reason.
 * Entries are drained into the sum table at each rotation, as rows with target `otel-attribution`, so they can be
 * queried like any other load. Bounded: reasons are fixed words of this package, never user data.
 */
export type AccountEvent =
  | 'attribution.span.seen'
  | 'attribution.span.matched'
  | 'attribution.span.unmatched'
  | 'attribution.span.suppressed'
  | 'attribution.span.unended'
  | 'attribution.span.parent_unknown'
  | 'attribution.measurement.refused'
  | 'attribution.measurement.folded'
  | 'attribution.weight.unknown'
  | 'attribution.scope.committed_early'
  | 'attribution.origin.changed_after_send'
  | 'attribution.limit.reached'
  | 'attribution.hook.failed'
  | 'attribution.part.sealed'
  | 'attribution.part.exported'
  | 'attribution.part.retried'
  | 'attribution.part.quarantined'
  | 'attribution.part.dropped';

export interface AccountEntry {
  readonly event: AccountEvent;
  /** '' when the event needs none. */
  readonly reason: string;
  readonly n: number;
}

export class Accounts {
  readonly #live = new Map<AccountEvent, Map<string, { n: number }>>();
  readonly #total = new Map<string, number>();

  count(event: AccountEvent, reason = '', n = 1): void {
    this.counter(event, reason).n += n;
  }

  /** The live cell of one entry, for hot paths that count often: `cell.n++`. Valid for the life of this object. */
  counter(event: AccountEvent, reason = ''): { n: number } {
    let reasons = this.#live.get(event);
    if (reasons === undefined) this.#live.set(event, (reasons = new Map()));
    let cell = reasons.get(reason);
    if (cell === undefined) reasons.set(reason, (cell = { n: 0 }));
    return cell;
  }

  /** Takes what was counted since the last drain; the cells stay valid and start again at 0. */
  drain(): AccountEntry[] {
    const entries: AccountEntry[] = [];
    for (const [event, reasons] of this.#live) {
      for (const [reason, cell] of reasons) {
        if (cell.n === 0) continue;
        entries.push({ event, reason, n: cell.n });
        const key = `${event} ${reason}`;
        this.#total.set(key, (this.#total.get(key) ?? 0) + cell.n);
        cell.n = 0;
      }
    }
    return entries;
  }

  /** True when anything but the fate of parts has been counted since the last drain. */
  hasNews(): boolean {
    for (const [event, reasons] of this.#live) {
      if (event.startsWith('attribution.part.')) continue;
      for (const cell of reasons.values()) if (cell.n !== 0) return true;
    }
    return false;
  }

  /** Everything counted since the start of the process, drained or not. */
  total(event: AccountEvent, reason?: string): number {
    let n = 0;
    for (const [key, value] of this.#total) {
      if (reason === undefined ? key.startsWith(`${event} `) : key === `${event} ${reason}`) n += value;
    }
    for (const [r, cell] of this.#live.get(event) ?? []) if (reason === undefined || r === reason) n += cell.n;
    return n;
  }
}
