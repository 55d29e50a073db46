import type { Logger } from '../core/logger.ts';
import { colours, progressBar } from './output.ts';

/** Opens the store of `directory`, takes in what is waiting, and closes it when `work` is done: others wait for the lock. */
export async function withStore<T>(
  directory: string,
  work: (store: import('../exporters/duckdb/store.ts').Store) => Promise<T>,
): Promise<T> {
  const { openStore } = await import('../exporters/duckdb/store.ts');
  const logger = stderrLogger();
  const store = await openStore({ directory, logger });
  try {
    const bar = progressBar('Merging parts');
    try {
      await store.merge({ onProgress: (done, total) => bar.update(done, total) });
      await store.compactIfDue(Date.now());
    } finally {
      bar.end();
    }
    return await work(store);
  } finally {
    store.close();
  }
}

function stderrLogger(): Logger {
  const { yellow } = colours(process.stderr);
  const line = (text: string) => void process.stderr.write(`${text}\n`);
  return { debug() {}, info: line, warn: (text) => line(yellow(text)), error: (text) => line(yellow(text)) };
}
