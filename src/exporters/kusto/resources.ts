/** Where the service takes rows: containers, queues, and a token that says in whose name. It tells on the address of data management. */
import type { KustoResult } from '../../kusto/client.ts';
import type { Connection } from './connect.ts';
import { Kept, type Told } from './kept.ts';
import { commandResult } from './result.ts';

/** The commands are not about a database; the service wants a name all the same. */
const NO_DATABASE = 'NetDefaultDB';

/** URLs, each with a key (SAS) of its own. */
export interface Resources {
  readonly containers: readonly string[];
  readonly queues: readonly string[];
}

export interface ResourcesOptions {
  readonly timeoutMs: number;
  readonly askAgainMs?: number | undefined;
}

export interface IngestionService {
  readonly resources: Kept<Resources>;
  readonly identity: Kept<string>;
  close(): void;
}

export function ingestionService(
  connection: Connection,
  { timeoutMs, askAgainMs }: ResourcesOptions,
): IngestionService {
  const { data, ingestion } = connection;
  const client = new data.Client(connection.builder(ingestion));

  async function command(text: string): Promise<KustoResult> {
    await connection.know(ingestion);
    const properties = new data.ClientRequestProperties();
    properties.raw = true;
    properties.setClientTimeout(timeoutMs);
    return commandResult(await client.executeMgmt(NO_DATABASE, text, properties));
  }

  return {
    resources: new Kept({ askAgainMs, ask: async () => resourcesIn(await command('.get ingestion resources')) }),
    identity: new Kept({ askAgainMs, ask: async () => tokenIn(await command('.get kusto identity token')) }),
    close: () => client.close(),
  };
}

function resourcesIn({ columns, rows }: KustoResult): Told<Resources> {
  const type = columns.findIndex(({ name }) => name === 'ResourceTypeName');
  const root = columns.findIndex(({ name }) => name === 'StorageRoot');
  const urls = (wanted: string): string[] =>
    rows.filter((row) => row[type] === wanted && URL.canParse(`${row[root]}`)).map((row) => `${row[root]}`);
  const containers = urls('TempStorage');
  const queues = urls('SecuredReadyForAggregationQueue');
  if (containers.length === 0) return { lacks: 'container to put rows in (TempStorage)' };
  if (queues.length === 0) return { lacks: 'queue to announce rows in (SecuredReadyForAggregationQueue)' };
  return { value: { containers, queues } };
}

function tokenIn({ columns, rows }: KustoResult): Told<string> {
  const token = rows[0]?.[columns.findIndex(({ name }) => name === 'AuthorizationContext')];
  return typeof token === 'string' && token.trim() !== '' ? { value: token } : { lacks: 'identity token' };
}
