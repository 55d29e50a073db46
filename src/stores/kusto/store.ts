import type { KqlParameters, KqlStore } from '../../core/contracts/store.ts';
import type { KustoClient } from '../../kusto/client.ts';
import type { KustoNames } from '../../kusto/names.ts';

/** A Kusto database as a store of reports. */
export function kqlStore(client: KustoClient, names: KustoNames): KqlStore {
  return {
    language: 'kql',
    names,
    close: () => client.close(),
    async query<R>(text: string, parameters?: KqlParameters): Promise<R[]> {
      const { columns, rows } = await client.query(text, parameters);
      return rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i]])) as R);
    },
  };
}
