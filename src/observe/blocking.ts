/** Who, in the end, keeps whom waiting: from waits and their direct blockers. Pure. */
import type { LockWait } from './lock-observer.ts';

/** One session of a tree: at its top who holds what the others want. */
export interface ChainLink {
  readonly session: string;
  /** Since when it waits itself; undefined for one that waits for nobody. */
  readonly sinceMs: number | undefined;
  /** It waits for one of those that wait for it. */
  readonly inCircle: boolean;
  readonly waiters: readonly ChainLink[];
}

/**
 * One tree per session that others wait for and that waits for nobody; of a circle, one that begins with the longest
 * waiter in it. In a tree each session stands once, as near to the top as it can: a queue of waiters names all that are
 * before, and of those there are many. The tree with the most waiters first.
 */
export function chainsOf(waits: readonly LockWait[]): ChainLink[] {
  const byAge = waits.toSorted((a, b) => a.sinceMs - b.sinceMs);
  const waiting = new Set(waits.map(({ waiter }) => waiter));
  const waitersOf = new Map<string, LockWait[]>();
  for (const wait of byAge) {
    for (const blocker of wait.blockers) {
      const waiters = waitersOf.get(blocker);
      if (waiters === undefined) waitersOf.set(blocker, [wait]);
      else waiters.push(wait);
    }
  }
  const shown = new Set<string>();
  const treeOf = (root: string, sinceMs: number | undefined): ChainLink => {
    const seen = new Set([root]);
    const top = { session: root, sinceMs, inCircle: false, waiters: [] as ChainLink[] };
    const next = [top];
    for (let link = next.shift(); link !== undefined; link = next.shift()) {
      for (const { waiter, sinceMs: since } of waitersOf.get(link.session) ?? []) {
        if (waiter === root) top.inCircle = true;
        if (seen.has(waiter)) continue;
        seen.add(waiter);
        const below = { session: waiter, sinceMs: since, inCircle: false, waiters: [] };
        link.waiters.push(below);
        next.push(below);
      }
    }
    for (const session of seen) shown.add(session);
    return top;
  };
  const trees = [...waitersOf.keys()].filter((one) => !waiting.has(one)).map((root) => treeOf(root, undefined));
  for (const { waiter, sinceMs } of byAge) if (!shown.has(waiter)) trees.push(treeOf(waiter, sinceMs));
  return trees.sort((a, b) => waitersBelow(b) - waitersBelow(a));
}

/** How many wait in a tree. */
export const waitersBelow = ({ waiters }: ChainLink): number =>
  waiters.reduce((sum, waiter) => sum + 1 + waitersBelow(waiter), 0);

/**
 * For each session that waits, the shares of those it waits for in the end; they are 1 in all. Equal parts for its blockers,
 * each passed on to whom that one waits for itself. In a circle somebody is to blame who waits himself.
 */
export function sharesOf(waits: readonly LockWait[]): Map<string, ReadonlyMap<string, number>> {
  const waitOf = new Map(waits.map((wait) => [wait.waiter, wait]));
  const done = new Map<string, ReadonlyMap<string, number>>();
  const visit = (waiter: string, above: Set<string>): ReadonlyMap<string, number> => {
    const known = done.get(waiter);
    if (known !== undefined) return known;
    above.add(waiter);
    const shares = new Map<string, number>();
    const { blockers } = waitOf.get(waiter)!;
    for (const blocker of blockers) {
      const onward = waitOf.has(blocker) && !above.has(blocker) ? visit(blocker, above) : new Map([[blocker, 1]]);
      for (const [session, share] of onward) {
        shares.set(session, (shares.get(session) ?? 0) + share / blockers.length);
      }
    }
    above.delete(waiter);
    done.set(waiter, shares);
    return shares;
  };
  for (const { waiter } of waits) visit(waiter, new Set());
  return done;
}
