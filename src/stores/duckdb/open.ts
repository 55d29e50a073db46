import type { StoreHost } from '../kind.ts';
import { type DuckDBStore, openStore } from './store.ts';

/** Opens the store of a directory and takes in the parts that wait there: an answer is about all that was written so far. */
export async function openMerged({ directory, logger, progress, now }: StoreHost): Promise<DuckDBStore> {
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
