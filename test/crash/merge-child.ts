/** Merges the inbox of a directory; killed at a random moment by duckdb-merge.test.ts. */
import { openStore } from '../../src/stores/duckdb/index.ts';

const directory = process.argv[2]!;
const store = await openStore({ directory, lockWaitMs: 10_000 });
process.stdout.write('open\n');
for (let round = 0; ; round++) {
  await store.merge();
  // Compaction rewrites rows in place: a kill there must not tear them either.
  await store.compact({ now: Date.UTC(2026, 10, 22), hourAfterDays: 14 });
  if (round === 0) process.stdout.write('merged\n');
  await new Promise((resolve) => setTimeout(resolve, 1));
}
