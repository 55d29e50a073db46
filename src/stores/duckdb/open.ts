import type { SqlStore } from '../../core/contracts/store.ts';
import type { StoreHost } from '../kind.ts';
import { type DuckDBStore, openStore } from './store.ts';
import { openUnion } from './union.ts';

/** The store of a directory, or those of several as one. */
export async function openLocal(host: StoreHost): Promise<SqlStore> {
  const [first, ...others] = host.directories;
  if (others.length === 0) return openMerged(first!, host);
  for (const directory of host.directories) (await openMerged(directory, host)).close();
  return openUnion(host.directories);
}

/** Opens the store of a directory and takes in the parts that wait there: an answer is about all that was written so far. */
export async function openMerged(
  directory: string,
  { logger, progress, now }: Pick<StoreHost, 'logger' | 'progress' | 'now'>,
): Promise<DuckDBStore> {
  const store = await openStore({ directory, logger });
  const bar = progress('Merging parts');
  try {
    await store.merge({ onProgress: (done, total) => bar.update(done, total) });
    await store.compactIfDue(now());
  } catch (error) {
    store.close();
    throw error;
  } finally {
    bar.end();
  }
  return store;
}
