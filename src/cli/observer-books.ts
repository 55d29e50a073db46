/** Rows of what was observed, on the ordinary way: the exporters that are configured, or the local directory. */
import { OBSERVER_SERVICE } from '../core/model.ts';
import { Engine } from '../engine/engine.ts';
import { loadOptions, settleOptions } from '../engine/options.ts';
import type { ObserverRows } from '../observe/rows.ts';
import { stderrLogger } from './store-access.ts';

export interface Books extends ObserverRows {
  /** To be called after adding. */
  added(): void;
  /** Writes what is still in memory. */
  close(): Promise<void>;
}

export function openBooks(directory: string): Books {
  const options = { ...loadOptions(), directory, service: OBSERVER_SERVICE, exitTable: false, live: false };
  const logger = stderrLogger();
  const engine = new Engine(settleOptions(options), { logger, say: logger.warn, runUntraced: (work) => work() });
  engine.start();
  return {
    get table() {
      return engine.table;
    },
    dictionary: engine.dictionary,
    added: () => engine.afterAdd(),
    close: () => engine.shutdown(),
  };
}
