import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBStore, openStore } from '../../../../src/stores/duckdb/store.ts';
import { writePart } from '../../../helpers/parts.ts';
import type { DataSet } from './data-set.ts';

/** The local store, filled by its own merge. One file serves all sets, emptied between them: opening one costs more than a set. */
export class SqlSide {
  readonly store: DuckDBStore;
  readonly #directory: string;

  constructor(store: DuckDBStore, directory: string) {
    this.store = store;
    this.#directory = directory;
  }

  static async open(): Promise<SqlSide> {
    const directory = mkdtempSync(join(tmpdir(), 'parity-'));
    return new SqlSide(await openStore({ directory, create: true }), directory);
  }

  async fill(set: DataSet): Promise<void> {
    await this.store.all('DELETE FROM sums');
    await this.store.all('DELETE FROM parts');
    for (const part of set.parts) writePart(this.#directory, part);
    const { parts, quarantined } = await this.store.merge();
    if (parts !== set.parts.length || quarantined > 0) {
      throw new Error(`set ${set.seed}: DuckDB took ${parts} of ${set.parts.length} parts, set aside ${quarantined}`);
    }
    for (const { part, rows } of set.lost) {
      await this.store.all('DELETE FROM sums WHERE part_id = $id AND list_contains($rows, "row"::DOUBLE)', {
        id: `${part.instance}-${part.sequence}`,
        rows,
      });
    }
  }

  close(): void {
    this.store.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
