import { isLoopback } from './address.ts';

/** So long a failure is held against a storage account. */
const FORGIVEN_MS = 60_000;
/** Accounts remembered; the service names some ten. */
const ACCOUNTS_MAX = 1_000;
/** Accounts of about the same health take turns. */
const TIERS = [0.9, 0.7, 0.3, 0];

interface Account {
  /** From 0, fails, to 1. */
  readonly health: number;
  readonly at: number;
}

/** Which of the service's storage accounts work: containers and queues of those that failed lately are tried last. */
export class Accounts {
  readonly #known = new Map<string, Account>();
  readonly #now: () => number;
  readonly #random: () => number;

  constructor(now: () => number = () => performance.now(), random: () => number = Math.random) {
    this.#now = now;
    this.#random = random;
  }

  /** What became of one request. */
  report(url: string, success: boolean): void {
    const name = accountOf(url);
    const health = (this.#health(name) + (success ? 1 : 0)) / 2;
    this.#known.delete(name);
    this.#known.set(name, { health, at: this.#now() });
    if (this.#known.size > ACCOUNTS_MAX) this.#known.delete(this.#known.keys().next().value!);
  }

  /** In the order in which to try them: one of each account, then the second of each, and so on. */
  order(urls: readonly string[]): string[] {
    const byAccount = Map.groupBy(shuffled(urls, this.#random), accountOf);
    const ranked = [...byAccount].map(([name, own]) => ({ own, tier: this.#tier(name) }));
    ranked.sort((a, b) => a.tier - b.tier);
    const most = Math.max(0, ...ranked.map(({ own }) => own.length));
    return Array.from({ length: most }, (_, turn) => ranked.flatMap(({ own }) => own[turn] ?? [])).flat();
  }

  #tier(name: string): number {
    const health = this.#health(name);
    return TIERS.findIndex((least) => health >= least);
  }

  #health(name: string): number {
    const account = this.#known.get(name);
    return account === undefined ? 1 : Math.min(1, account.health + (this.#now() - account.at) / FORGIVEN_MS);
  }
}

/** `https://<account>.blob.core.windows.net/…`; in an emulator the first part of the path. */
export function accountOf(url: string): string {
  const { hostname, pathname } = new URL(url);
  return isLoopback(hostname) ? (pathname.split('/')[1] ?? '') : hostname.split('.')[0]!;
}

function shuffled<T>(all: readonly T[], random: () => number): T[] {
  return all
    .map((value) => ({ value, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}
