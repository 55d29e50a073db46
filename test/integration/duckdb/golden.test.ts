/** Parts of every version in the store: DuckDB reads the files by itself. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Row, sumLane } from '../../../src/core/row.ts';
import { openStore } from '../../../src/stores/duckdb/index.ts';
import { goldenFile, goldenRows, versions } from '../../golden/read.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

/** A row as the table shows it: SQL names, times, no half of a surrogate pair. */
function stored(row: Row): Record<string, unknown> {
  const value = ({ name, type }: (typeof sumLane)[number]): unknown => {
    const cell = row[name];
    if (type === 'time') return new Date(cell as number);
    return typeof cell === 'string' ? cell.toWellFormed() : cell;
  };
  return Object.fromEntries(sumLane.map((column) => [column.sql, value(column)]));
}

test.each(versions)('version %i: every column of every row', async (version) => {
  const directory = tempDir();
  mkdirSync(join(directory, 'local'));
  writeFileSync(join(directory, 'local', `${goldenRows()[0]!.partId}.json.zst`), goldenFile(version));
  const store = await openStore({ directory });
  try {
    expect(await store.merge()).toMatchObject({ parts: 1, quarantined: 0 });
    expect(await store.all('SELECT * FROM sums ORDER BY "row"')).toEqual(goldenRows().map(stored));
    expect(await store.all('SELECT sequence, final, window_seconds FROM parts')).toEqual([
      { sequence: 41, final: true, window_seconds: 60 },
    ]);
  } finally {
    store.close();
  }
});
