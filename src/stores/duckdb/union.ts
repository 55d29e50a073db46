/** The stores of several directories, of several hosts say, read as one: each part counts once, wherever it is. */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { SqlStore } from '../../core/contracts/store.ts';
import { AttributionError } from '../../core/errors.ts';
import { attach, type Database, openMemory } from './database.ts';

export interface StoreDirectory {
  readonly directory: string;
  /** Of the store in it, as a name in SQL. */
  readonly schema: string;
}

/**
 * Nothing is copied: the stores are attached, to be read, below views that are called like their tables. Parts that wait in the directories
 * have been merged before.
 * @throws AttributionError `ATTR_STORE_LOCKED`; `ATTR_USAGE` when a part is in two directories and cannot be told from others in one
 */
export async function openUnion(directories: readonly string[]): Promise<SqlStore> {
  const places = new Set(await Promise.all(directories.map((directory) => realpath(directory))));
  const stores = [...places].map((directory, i): StoreDirectory => ({ directory, schema: `store_${i}` }));
  const db = await openMemory({ tempDirectory: join(stores[0]!.directory, 'store.tmp') });
  try {
    for (const { directory, schema } of stores) await attach(db, join(directory, 'store.duckdb'), schema);
    await createViews(db, stores);
  } catch (error) {
    db.close();
    throw error;
  }
  return { language: 'sql', all: (sql, params) => db.all(sql, params), close: () => db.close() };
}

async function createViews(db: Database, stores: readonly StoreDirectory[]): Promise<void> {
  const sums: string[] = [];
  const parts: string[] = [];
  const before: StoreDirectory[] = [];
  for (const store of stores) {
    const known = before.map(({ schema }) => `SELECT part_id FROM ${schema}.parts`).join(' UNION ALL ');
    const repeated = await repetition(db, store, known);
    if (repeated === 'some') await checkTold(db, store, known, before);
    const rest = repeated === 'none' ? '' : ` WHERE part_id NOT IN (${known})`;
    // A copy of what is known has rows that were compacted since, which say no part.
    if (repeated !== 'all') {
      sums.push(`SELECT * FROM ${store.schema}.sums${rest}`);
      parts.push(`SELECT * FROM ${store.schema}.parts${rest}`);
    }
    before.push(store);
  }
  // By name: a column that a later release added stands elsewhere in a store that is older.
  await db.run(`CREATE VIEW sums AS ${sums.join(' UNION ALL BY NAME ')}`);
  await db.run(`CREATE VIEW parts AS ${parts.join(' UNION ALL BY NAME ')}`);
}

/** How many of its parts the stores before it have. */
async function repetition(db: Database, { schema }: StoreDirectory, known: string): Promise<'none' | 'some' | 'all'> {
  if (known === '') return 'none';
  const [row] = await db.all<{ n: number; repeated: number }>(
    `SELECT count(*) AS n, count(*) FILTER (part_id IN (${known})) AS repeated FROM ${schema}.parts`,
  );
  const { n, repeated } = row!;
  return repeated === 0 ? 'none' : repeated === n ? 'all' : 'some';
}

/** Rows that were compacted belong to no part any more: those of a part that is elsewhere too cannot be left out. */
async function checkTold(
  db: Database,
  { directory, schema }: StoreDirectory,
  known: string,
  before: readonly StoreDirectory[],
): Promise<void> {
  const [row] = await db.all<{ n: number }>(
    `SELECT count(*) AS n FROM (
  SELECT parts.part_id, any_value(parts.n) AS n, count(sums.part_id) AS found
  FROM ${schema}.parts LEFT JOIN ${schema}.sums ON sums.part_id = parts.part_id
  WHERE parts.part_id IN (${known}) GROUP BY parts.part_id
) WHERE found < n AND EXISTS (FROM ${schema}.sums WHERE part_id LIKE 'compacted-%')`,
  );
  if (row!.n === 0) return;
  throw new AttributionError(
    'ATTR_USAGE',
    `${row!.n} parts of ${directory} are in ${before.map((one) => one.directory).join(' or ')} too, and were compacted with others: ` +
      'they would count twice. Name that directory first if it holds all parts, or ask one of them',
  );
}
