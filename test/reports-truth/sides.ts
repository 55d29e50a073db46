/** The same parts in both stores: DuckDB merges them itself, and Kusto's schema is evaluated over them. */
import type { Store } from '../../src/core/contracts/store.ts';
import { HEADER_ROW, kustoNames } from '../../src/kusto/names.ts';
import { openStore } from '../../src/stores/duckdb/store.ts';
import { kqlStore } from '../../src/stores/kusto/store.ts';
import { reportFunctions } from '../helpers/reports.ts';
import { evaluatingClient, kqlDatabase, parityObjects } from '../kusto/verify/parity/kql-side.ts';
import type { World } from './live.ts';

export interface Side {
  readonly language: 'SQL' | 'KQL';
  readonly store: Store;
}

export interface Sides {
  readonly stores: readonly Side[];
  /** Lets go of the local store, for other processes. */
  release(): Promise<void>;
  close(): Promise<void>;
}

export async function openSides({ directory, parts }: Pick<World, 'directory' | 'parts'>, now: number): Promise<Sides> {
  const duckdb = await openStore({ directory, create: true });
  const merged = await duckdb.merge();
  if (merged.parts !== parts.length) throw new Error(`DuckDB took ${merged.parts} of ${parts.length} parts`);
  const names = kustoNames('Shop');
  const deliveries = parts.map((part) => ({ part, rows: [HEADER_ROW, ...part.rows.keys()] }));
  const database = kqlDatabase(parityObjects(names, reportFunctions(names)), names, deliveries);
  const kusto = kqlStore(
    evaluatingClient(database, () => now),
    names,
  );
  let open = true;
  async function release(): Promise<void> {
    if (open) duckdb.close();
    open = false;
  }
  return {
    stores: [
      { language: 'SQL', store: duckdb },
      { language: 'KQL', store: kusto },
    ],
    release,
    async close() {
      await kusto.close();
      await release();
    },
  };
}
