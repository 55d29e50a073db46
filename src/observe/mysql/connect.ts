import { AttributionError } from '../../core/errors.ts';
import { type Connection, shownError } from '../connection.ts';
import { loadDriver } from '../driver.ts';
import { OBSERVER_NAME, STATEMENT_TIMEOUT_MS } from '../lock-observer.ts';

/** What is used of the driver `mysql2`. */
export interface MySqlClient {
  query<R>(text: string, values?: readonly unknown[]): Promise<[R[], unknown]>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

interface Driver {
  createConnection(options: object): Promise<MySqlClient>;
}

/** A session that changes nothing and asks nothing long. @throws AttributionError without the password */
export async function connectMySql(connection: Connection): Promise<MySqlClient> {
  const { createConnection } = loadDriver<Driver>('mysql2/promise');
  const { host, port, database, user, password, parameters } = connection;
  let client: MySqlClient | undefined;
  try {
    client = await createConnection({
      host,
      port,
      user: user ?? 'root',
      ...(password !== undefined && { password }),
      ...(database !== '' && { database }),
      ...sslOf(parameters.ssl),
      connectTimeout: 10_000,
      connectAttributes: { program_name: OBSERVER_NAME },
    });
    // A connection that ends between two looks is told by the next one.
    client.on('error', () => {});
    await client.query('SET SESSION TRANSACTION READ ONLY');
    await client.query('SET SESSION max_statement_time = ?', [STATEMENT_TIMEOUT_MS / 1000]).catch(unlessUnknown);
    return client;
  } catch (error) {
    // An open connection would keep the command from ending.
    await client?.end().catch(() => {});
    throw new AttributionError('ATTR_OBSERVE_FAILED', shownError(connection, error));
  }
}

/** ER_UNKNOWN_SYSTEM_VARIABLE */
const UNKNOWN_VARIABLE = 1193;

/** MySQL knows no such variable: what it can be asked is said by whoever asks. */
function unlessUnknown(error: { errno?: number }): void {
  if (error.errno !== UNKNOWN_VARIABLE) throw error;
}

/** As the driver reads `ssl` in a URL: JSON of its options. */
function sslOf(text: string | undefined): object {
  if (text === undefined) return {};
  try {
    const ssl: unknown = JSON.parse(text);
    return ssl === true ? { ssl: {} } : { ssl };
  } catch {
    return { ssl: text };
  }
}
