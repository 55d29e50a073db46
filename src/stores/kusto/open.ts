import type { KqlStore } from '../../core/contracts/store.ts';
import { AttributionError, PermanentError } from '../../core/errors.ts';
import { openKusto } from '../../exporters/kusto/client.ts';
import type { KustoOptions } from '../../exporters/kusto/options.ts';
import type { KustoClient } from '../../kusto/client.ts';
import { type KustoNames, kustoNames, SCHEMA_VERSION } from '../../kusto/names.ts';
import { kqlStore } from './store.ts';

/** @throws AttributionError `ATTR_STORE_EMPTY` (no schema), `ATTR_STORE_VERSION`, and what `openKusto` throws */
export async function openKustoStore(options: KustoOptions): Promise<KqlStore> {
  const names = kustoNames(options.table);
  const client = await openKusto(options);
  try {
    await checkVersion(client, names);
  } catch (error) {
    await client.close();
    throw error;
  }
  return kqlStore(client, names);
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
