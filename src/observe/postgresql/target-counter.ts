import { AttributionError } from '../../core/errors.ts';
import { type Connection, shownError } from '../connection.ts';
import type { TargetCounter } from '../target-counter.ts';
import { connectPostgres } from './connect.ts';

/** Marks our own statements, which are not to be counted. */
const MARK = 'otel-attribution: counts calls';

/** Statements within functions are no calls of a client: versions that tell them apart leave them out. */
const statements = (topLevel: boolean): string => `/* ${MARK} */ SELECT coalesce(sum(s.calls), 0)::float8 AS calls
FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
WHERE d.datname = current_database()${topLevel ? ' AND s.toplevel' : ''} AND position($1 IN s.query) = 0`;

const TRANSACTIONS = `SELECT (xact_commit + xact_rollback)::float8 AS calls FROM pg_stat_database WHERE datname = current_database()`;

const ABOUT = `/* ${MARK} */ SELECT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS sees, quote_ident(current_user) AS who,
  (SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass('pg_stat_statements') AND attname = 'toplevel')::int AS top_level,
  to_regclass('pg_stat_statements') IS NOT NULL AS has_statements`;

interface About {
  readonly sees: boolean;
  readonly who: string;
  readonly top_level: number;
  readonly has_statements: boolean;
}

/** Statements one by one where the extension counts them, transactions elsewhere. */
export async function countPostgres(connection: Connection): Promise<TargetCounter> {
  const client = await connectPostgres(connection);
  const ask = async (text: string, values: readonly string[]): Promise<number> => {
    const { rows } = await client.query<{ calls: number }>(text, values);
    return rows[0]!.calls;
  };
  const close = (): Promise<void> => client.end().catch(() => {});
  try {
    const { sees, who, top_level, has_statements } = (await client.query<About>(ABOUT)).rows[0]!;
    const text = statements(top_level > 0);
    // Its view exists where the extension was created; whether the server counts is another question.
    if (has_statements && sees && (await ask(text, [MARK]).then(Number.isFinite, () => false))) {
      const read = told(connection, () => ask(text, [MARK]));
      return { name: 'pg_stat_statements', countsCalls: true, wholeServer: false, remark: '', read, close };
    }
    let own = 0;
    const remark =
      has_statements && !sees
        ? `Transactions were counted, which are not calls. For calls, run as a superuser: GRANT pg_read_all_stats TO ${who}`
        : 'Transactions were counted, which are not calls, and up to 10 s late. For calls: shared_preload_libraries = pg_stat_statements, CREATE EXTENSION pg_stat_statements';
    const read = told(connection, async () => (await ask(TRANSACTIONS, [])) - own++);
    return { name: 'transactions', countsCalls: false, wholeServer: false, remark, read, close };
  } catch (error) {
    await close();
    throw error instanceof AttributionError ? error : failed(connection, error);
  }
}

const failed = (connection: Connection, error: unknown): AttributionError =>
  new AttributionError('ATTR_OBSERVE_FAILED', shownError(connection, error));

const told = (connection: Connection, read: () => Promise<number>) => (): Promise<number> =>
  read().catch((error: unknown) => {
    throw failed(connection, error);
  });
