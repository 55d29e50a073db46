/** Which store a command talks to, for how long, and what the store hears of the terminal. */
import { type Command, Option } from 'commander';
import type { Store } from '../core/contracts/store.ts';
import type { Logger } from '../core/logger.ts';
import { usage } from '../reports/time.ts';
import type { DuckDBStore } from '../stores/duckdb/store.ts';
import type { StoreHost } from '../stores/kind.ts';
import { stores } from '../stores/registry.ts';
import { exporterOptions } from './configured.ts';
import { addFlags, flagOf, takesSeveralDirectories } from './flags.ts';
import { colours, progressBar, say } from './output.ts';

/** What commander makes of `addStoreOptions`. */
export interface StoreChoice {
  readonly directory: string | readonly string[];
  readonly store: string;
}

/** Adds `--store` and what says which one it is. */
export function addStoreOptions(command: Command): Command {
  takesSeveralDirectories(command);
  command.addOption(
    new Option('--store <kind>', `where the rows are: ${stores.map(({ what }) => what).join(', or ')}`)
      .choices(stores.map(({ name }) => name))
      .default(stores[0].name),
  );
  return addFlags(command, Object.fromEntries(stores.flatMap(({ flags }) => Object.entries(flags))));
}

/**
 * Opens the chosen store, and closes it when `work` is done: others wait for the lock.
 * @throws AttributionError `ATTR_USAGE`, and what opening throws
 */
export function withChosenStore<T>(
  { directory, store: name }: StoreChoice,
  flags: StoreHost['flags'],
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const chosen = stores.find((kind) => kind.name === name)!;
  // Someone who names a cluster does not want the answer of the local directory.
  for (const other of stores) {
    const flag = Object.keys(other.flags).find((one) => flags[one] !== undefined && !Object.hasOwn(chosen.flags, one));
    if (flag !== undefined) throw usage(`${flagOf(flag)} is about ${other.what}: add --store ${other.name}`);
  }
  return withStore(chosen.open(hostOf([directory].flat(), flags)), work);
}

/** The same with the store of `directory`, for what only a local one can do. */
export async function withLocalStore<T>(directory: string, work: (store: DuckDBStore) => Promise<T>): Promise<T> {
  const { openMerged } = await import('../stores/duckdb/open.ts');
  return withStore(openMerged(directory, hostOf([directory], {})), work);
}

async function withStore<S extends Store, T>(opening: Promise<S>, work: (store: S) => Promise<T>): Promise<T> {
  const store = await opening;
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

function hostOf(directories: readonly string[], flags: StoreHost['flags']): StoreHost {
  return {
    directories,
    flags,
    env: process.env,
    exporterOptions,
    logger: stderrLogger(),
    progress: progressBar,
    now: Date.now,
  };
}

export function stderrLogger(): Logger {
  const { yellow } = colours(process.stderr);
  return { debug() {}, info: say, warn: (text) => say(text, yellow), error: (text) => say(text, yellow) };
}
