import type { KqlStore } from '../core/contracts/store.ts';
import { AttributionError, PermanentError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { KustoOptions } from '../exporters/kusto/options.ts';
import type { KustoClient } from '../kusto/client.ts';
import { type KustoNames, kustoNames, SCHEMA_VERSION } from '../kusto/names.ts';
import { colours, progressBar } from './output.ts';

/** Opens the store of `directory`, takes in what is waiting, and closes it when `work` is done: others wait for the lock. */
export async function withStore<T>(
  directory: string,
  work: (store: import('../stores/duckdb/store.ts').DuckDBStore) => Promise<T>,
): Promise<T> {
  const { openStore } = await import('../stores/duckdb/store.ts');
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

/**
 * Opens the Kusto database and closes the connection when `work` is done.
 * @throws AttributionError `ATTR_STORE_EMPTY` (no schema), `ATTR_STORE_VERSION`, and what `openKusto` throws
 */
export async function withKusto<T>(options: KustoOptions, work: (store: KqlStore) => Promise<T>): Promise<T> {
  const { openKusto } = await import('../exporters/kusto/index.ts');
  const { kqlStore } = await import('../stores/kusto/store.ts');
  const names = kustoNames(options.table);
  const client = await openKusto(options);
  try {
    await checkVersion(client, names);
    return await work(kqlStore(client, names));
  } finally {
    await client.close();
  }
}

async function checkVersion(client: KustoClient, names: KustoNames): Promise<void> {
  const mend = 'otel-attribution kusto schema --apply';
  let found: unknown;
  try {
    const { columns, rows } = await client.query(`${names.schema}()`);
    found = rows[0]?.[columns.findIndex(({ name }) => name === 'Version')];
  } catch (error) {
    // The text is right: a service that refuses it for good has no such function.
    const missing =
      error instanceof PermanentError || (error instanceof AttributionError && error.message.includes(mend));
    if (!missing) throw error;
    throw new AttributionError(
      'ATTR_STORE_EMPTY',
      `The database ${client.database} of ${client.cluster} has no ${names.schema}(): nothing of otel-attribution is there under the name ${names.base}. Check --database and --table, or run: ${mend} --table ${names.base}`,
      { cause: error },
    );
  }
  if (found === SCHEMA_VERSION) return;
  const older = typeof found === 'number' && found < SCHEMA_VERSION;
  throw new AttributionError(
    'ATTR_STORE_VERSION',
    `The schema of ${names.base} in the database ${client.database} has version ${String(found)}; this release reads version ${SCHEMA_VERSION}. Run: ${older ? mend : 'npm i otel-attribution@latest'}`,
  );
}

function stderrLogger(): Logger {
  const { yellow } = colours(process.stderr);
  const line = (text: string) => void process.stderr.write(`${text}\n`);
  return { debug() {}, info: line, warn: (text) => line(yellow(text)), error: (text) => line(yellow(text)) };
}
