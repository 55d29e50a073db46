import type { KqlParameters } from '../../core/contracts/store.ts';
import type { AttributionError } from '../../core/errors.ts';
import type { KustoCallOptions, KustoClient, KustoResult } from '../../kusto/client.ts';
import { declareParameters, kqlLiteral } from '../../kusto/literal.ts';
import type { Connection } from './connect.ts';
import { within } from './deadline.ts';
import { factsOf, type Stage } from './facts.ts';
import { explain } from './failure.ts';
import type { SettledKustoOptions } from './options.ts';
import { commandResult, queryResult } from './result.ts';

/** The service keeps to a deadline below a day; the SDK writes longer ones wrongly. */
const SERVER_TIMEOUT_MAX_MS = 3_600_000;

type ClientOptions = Pick<SettledKustoOptions, 'timeoutMs' | 'table'>;

/** Every call has its own deadline; every error says what it means. */
export function clientOf(connection: Connection, { timeoutMs: defaultMs, table }: ClientOptions): KustoClient {
  const { data, cluster, database } = connection;
  const client = new data.Client(connection.builder());

  async function call(
    stage: Stage,
    text: string,
    parameters: KqlParameters,
    { signal, timeoutMs = defaultMs }: KustoCallOptions,
  ): Promise<KustoResult> {
    const properties = new data.ClientRequestProperties();
    properties.raw = true;
    properties.setTimeout(Math.min(Math.ceil(timeoutMs), SERVER_TIMEOUT_MAX_MS));
    properties.setClientTimeout(Math.ceil(timeoutMs));
    for (const [name, parameter] of Object.entries(parameters)) properties.setParameter(name, kqlLiteral(parameter));
    const whole = declareParameters(parameters) + text;
    try {
      return await within(timeoutMs, signal, async () => {
        await connection.know(cluster);
        return stage === 'command'
          ? commandResult(await client.executeMgmt(database, whole, properties))
          : queryResult(await client.executeQuery(database, whole, properties));
      });
    } catch (error) {
      throw explained(error, stage);
    }
  }

  function explained(error: unknown, stage: Stage): AttributionError {
    if (factsOf(error).status === 401) connection.forgetToken();
    return explain(error, stage, { cluster, database, table });
  }

  return {
    cluster,
    database,
    query: (text, parameters = {}, callOptions = {}) => call('query', text, parameters, callOptions),
    command: (text, callOptions = {}) => call('command', text, {}, callOptions),
    async close() {
      client.close();
    },
  };
}
