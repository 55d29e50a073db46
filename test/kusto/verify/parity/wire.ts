/** The whole way: the real exporter and the real SDK, a service that ingests, and the reports over the wire again. */
import { KustoExporter, openKusto } from '../../../../src/exporters/kusto/index.ts';
import type { KustoNames } from '../../../../src/kusto/names.ts';
import type { StoredFunctionDefinition } from '../../../../src/kusto/stored-function.ts';
import { testPart } from '../../../helpers/parts.ts';
import { applySchema } from '../../schema/apply.ts';
import { type Azurite, startFakeKusto } from '../../service/index.ts';
import type { DataSet } from './data-set.ts';

/** Opens a client on a service that holds the set's parts: each sent once, those that arrived more than once in the set sent again. */
export async function overTheWire(
  set: DataSet,
  azurite: Azurite,
  names: KustoNames,
  functions: readonly StoredFunctionDefinition[],
) {
  const service = await startFakeKusto({ azurite, now: () => set.now });
  await applySchema((command) => service.execute(command), names, functions);
  const place = { cluster: service.url, database: service.database.name, auth: 'none' } as const;
  const exporter = new KustoExporter(place);
  const parts = set.parts.map(testPart);
  const again = parts.filter((_, i) => set.deliveries.filter(({ part }) => part === set.parts[i]).length > 1);
  const signal = AbortSignal.timeout(60_000);
  try {
    for (const some of [parts, again]) {
      await Promise.all(some.map((part) => exporter.export(part, signal)));
      await service.ingestPending({ now: true });
    }
    const confirmed = await exporter.confirm(
      parts.map(({ id }) => id),
      signal,
    );
    const open = parts.filter(({ id }) => confirmed.get(id) !== 'arrived');
    if (open.length > 0) throw new Error(`set ${set.seed}: not confirmed: ${open.map(({ id }) => id)}`);
  } finally {
    await exporter.close();
  }
  const client = await openKusto(place);
  return {
    client,
    async close() {
      await client.close();
      await service.close();
    },
  };
}
