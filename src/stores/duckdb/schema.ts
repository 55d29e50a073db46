import { AttributionError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import { type RowColumn, sumLane } from '../../core/row.ts';
import { columnTypes } from '../../core/row-columns.ts';
import type { Database } from './database.ts';

/** The name of a column in SQL: some are words of the language. */
export const sqlName = ({ sql }: Pick<RowColumn, 'sql'>): string => `"${sql}"`;

const sumColumns = sumLane.map(
  (column) => `${sqlName(column)} ${columnTypes[column.type].sql}${column.nullable ? '' : ' NOT NULL'}`,
);

/**
 * `sums`: one line per row, the columns of `core/row-columns.ts`, times as UTC timestamps. No primary key: deleting old windows took
 * 2,484 ms with one and 37 ms without; a part is merged once because its id is the primary key of `parts`, written in the
 * transaction of its rows. Rows that were compacted have a `part_id` that starts with `compacted-`.
 */
const tables = `
CREATE TABLE sums (${sumColumns.join(', ')});
CREATE TABLE parts (
  part_id VARCHAR PRIMARY KEY, crc BIGINT NOT NULL, n INTEGER NOT NULL, sealed_at TIMESTAMP NOT NULL,
  instance VARCHAR NOT NULL, sequence BIGINT NOT NULL, package VARCHAR NOT NULL, mapping VARCHAR NOT NULL,
  final BOOLEAN NOT NULL, window_seconds INTEGER NOT NULL, services VARCHAR[] NOT NULL, merged_at TIMESTAMP NOT NULL,
  started_at TIMESTAMP
);
CREATE TABLE passes (kind VARCHAR NOT NULL, done_at TIMESTAMP NOT NULL, rows_before BIGINT NOT NULL, rows_after BIGINT NOT NULL);
`;

/** Statements that bring a store of version `from` to `from + 1`. */
export type Migrations = Readonly<Record<number, string>>;

export interface Schema {
  readonly version: number;
  readonly migrations: Migrations;
}

/** Version 2: when the instance of a part began to record; before, the earliest window of its rows says it. */
const startedAt = `
ALTER TABLE parts ADD COLUMN started_at TIMESTAMP;
UPDATE parts SET started_at = coalesce((SELECT min(window_start) FROM sums WHERE sums.part_id = parts.part_id), sealed_at);
`;

export const schema: Schema = { version: 2, migrations: { 1: startedAt } };

/**
 * Creates the tables, or brings an older store up to date in one transaction after copying it to `<file>.v<n>`.
 * @throws AttributionError `ATTR_STORE_VERSION` when a newer release wrote the store; it is not touched.
 */
export async function prepareSchema(db: Database, logger: Logger, wanted: Schema = schema): Promise<void> {
  const found = await versionOf(db);
  if (found === wanted.version) return;
  if (found === undefined) {
    await db.transaction(async () => {
      await db.run(tables);
      await db.run('CREATE TABLE store_version (version INTEGER NOT NULL)');
      await db.run('INSERT INTO store_version VALUES ($version)', { version: schema.version });
    });
    return prepareSchema(db, logger, wanted);
  }
  if (found > wanted.version) {
    throw new AttributionError(
      'ATTR_STORE_VERSION',
      `The store ${db.path} has schema version ${found}; this release knows up to ${wanted.version}. It was left untouched. Run: npm i otel-attribution@latest`,
    );
  }
  await copyAside(db, `${db.path}.v${found}`);
  await db.transaction(async () => {
    for (let version = found; version < wanted.version; version++) {
      const statements = wanted.migrations[version];
      if (statements === undefined) throw new Error(`no migration from store schema version ${version}`);
      await db.run(statements);
    }
    await db.run('UPDATE store_version SET version = $version', { version: wanted.version });
  });
  logger.info(
    `The store ${db.path} was brought from schema version ${found} to ${wanted.version}; the old one is ${db.path}.v${found}`,
  );
}

async function versionOf(db: Database): Promise<number | undefined> {
  const [known] = await db.all<{ n: number }>(
    "SELECT count(*) AS n FROM duckdb_tables() WHERE table_name = 'store_version' AND database_name = current_database()",
  );
  if (known!.n === 0) return undefined;
  const [row] = await db.all<{ version: number }>('SELECT version FROM store_version');
  return row?.version;
}

/** By SQL and not by copying the file: opening and closing the file once more in this process would drop its lock. */
async function copyAside(db: Database, to: string): Promise<void> {
  await db.run(`ATTACH ${quote(to)} AS aside`);
  const [present] = await db.all<{ n: number }>(
    "SELECT count(*) AS n FROM duckdb_tables() WHERE database_name = 'aside'",
  );
  try {
    // A copy from an attempt that failed later is as good as a new one: nothing has changed since.
    if (present!.n === 0) {
      const [name] = await db.all<{ name: string }>('SELECT current_database() AS name');
      await db.run(`COPY FROM DATABASE "${name!.name.replaceAll('"', '""')}" TO aside`);
    }
  } finally {
    await db.run('DETACH aside');
  }
}

/** A string literal, for the few statements that take no parameters (paths). */
export const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
