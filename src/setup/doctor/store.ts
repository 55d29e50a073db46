/** The local store: DuckDB is there, and nobody holds the file. Opens it read-only, so that nothing changes. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { lockedError } from '../../stores/duckdb/database.ts';
import { loadDuckDB } from '../../stores/duckdb/peer.ts';
import { bad, type Finding, ok, unsure } from './finding.ts';

export async function checkStore(directory: string): Promise<Finding[]> {
  let duckdb: Awaited<ReturnType<typeof loadDuckDB>>;
  try {
    duckdb = await loadDuckDB();
  } catch (error) {
    const [what = '', fix = ''] = (error as Error).message.split(' Run: ');
    return [unsure(`${what} Only reports need it.`, fix)];
  }
  const file = path.join(directory, 'store.duckdb');
  const there = ok(`DuckDB ${duckdb.version()}`);
  if (!existsSync(file)) return [there];
  try {
    const instance = await duckdb.DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
    instance.closeSync();
    return [there, ok(`${file} is free`)];
  } catch (error) {
    const message = (error as Error).message;
    if (/could not set lock|being used by another process/i.test(message)) {
      const [what = '', fix = ''] = lockedError(file, message, error).message.split('. Only one process');
      return [there, unsure(what, `only one process${fix}`)];
    }
    return [
      there,
      bad(
        `${file} cannot be opened: ${message.split('\n')[0]}`,
        'if it is damaged, move it aside: parts not yet merged are still files',
      ),
    ];
  }
}
