/** What the schema command and the exporter send, seen by a server: their texts are made as they go. */
import { openKusto } from '../../../../src/exporters/kusto/index.ts';
import { arrivedParts, checkSchema, maySeeFailures, refusals } from '../../../../src/exporters/kusto/questions.ts';
import { rolesHeld } from '../../../../src/exporters/kusto/roles.ts';
import type { KustoNames } from '../../../../src/kusto/names.ts';
import type { StoredFunctionDefinition } from '../../../../src/kusto/stored-function.ts';
import { applySchema, diffSchema } from '../../../../src/stores/kusto/schema/apply.ts';
import { startFakeKusto } from '../../service/index.ts';
import type { Text } from './text.ts';

/** Where a database can be other than the schema wants it, so that each kind of repair is sent. */
const damages = (names: KustoNames): readonly string[] => [
  `.drop table ${names.raw} ingestion json mapping '${names.mapping}'`,
  `.disable materialized-view ${names.rows}`,
  `.alter materialized-view ${names.rows} lookback 2h`,
  `.alter materialized-view ${names.rows} autoUpdateSchema false`,
  `.drop function ${names.parts}`,
  `.alter-merge table ${names.raw} policy retention softdelete = 1d`,
];

export async function sessionTexts(
  names: KustoNames,
  functions: readonly StoredFunctionDefinition[],
): Promise<readonly Text[]> {
  const now = Date.UTC(2026, 10, 22, 14, 20);
  const fake = await startFakeKusto({ azurite: false, now: () => now });
  const client = await openKusto({ cluster: fake.url, database: fake.database.name, auth: 'none' });
  try {
    const options = { functions, package: '0.0.0', now: () => now, pollMs: 1 };
    await applySchema(client, names, options);
    for (const damage of damages(names)) {
      fake.execute(damage);
      await applySchema(client, names, options);
    }
    // What has arrived is taken in by a view that is made anew, in the background.
    const raw = fake.database.table(names.raw);
    raw.append({
      rows: [raw.columns.map(({ type }) => (type === 'string' ? '' : 0)) as never],
      ingestedAt: now,
      tags: [],
    });
    fake.execute(`.drop materialized-view ${names.rollup5mView}`);
    await applySchema(client, names, options);
    await diffSchema(client, names, options, now);
    await checkSchema(client, names);
    await maySeeFailures(client);
    await rolesHeld(client);
    await arrivedParts(client, names, ['a-1', "it's\u0000"], now);
    await arrivedParts(client, names, ['a-1'], undefined);
    await refusals(client, names, ['00000000-0000-4000-8000-000000000000'], now);
    const sent = fake.requests.filter(({ target }) => target === 'command' || target === 'query');
    return [...new Set(sent.map(({ text }) => text))].map((text) => ({ source: 'over the wire', text }));
  } finally {
    await client.close();
    await fake.close();
  }
}
