import { AttributionError } from '../../core/errors.ts';
import { type Connection, shownError } from '../connection.ts';
import { loadDriver } from '../driver.ts';
import { OBSERVER_NAME, STATEMENT_TIMEOUT_MS } from '../lock-observer.ts';

/** What is used of the driver `pg`. */
export interface PgClient {
  connect(): Promise<unknown>;
  query<R>(text: string, values?: readonly unknown[]): Promise<{ readonly rows: R[] }>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** @throws AttributionError without the connection string, whatever the driver says */
export async function connectPostgres(connection: Connection): Promise<PgClient> {
  const { Client } = loadDriver<{ Client: new (config: object) => PgClient }>('pg');
  const { host, port, database, user, password, parameters } = connection;
  const client = new Client({
    host,
    port,
    ...(database !== '' && { database }),
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
    ...sslOf(parameters.sslmode),
    application_name: OBSERVER_NAME,
    options: `-c default_transaction_read_only=on -c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
    connectionTimeoutMillis: 10_000,
  });
  // A connection that ends between two looks is told by the next one.
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch (cause) {
    throw new AttributionError('ATTR_OBSERVE_FAILED', shownError(connection, cause));
  }
}

/** As the driver reads `sslmode` in a URL; its own defaults and `PGSSLMODE` where there is none. */
function sslOf(mode: string | undefined): object {
  if (mode === undefined) return {};
  if (mode === 'disable') return { ssl: false };
  return {
    ssl: mode === 'no-verify' || mode === 'require' || mode === 'prefer' ? { rejectUnauthorized: false } : true,
  };
}
