/** MariaDB tells of row locks in tables of its information schema that MySQL has no more. */
import { AttributionError } from '../../core/errors.ts';
import { type Connection, shownError, targetOf } from '../connection.ts';
import type { LockLook, LockObserver, LockWait, Session } from '../lock-observer.ts';
import { connectMySql, type MySqlClient } from './connect.ts';

interface SessionRow {
  readonly id: number;
  readonly at: number;
  readonly host: string;
  readonly command: string;
  readonly state: string | null;
  readonly text: string | null;
  /** Since its statement began, or the one before ended. */
  readonly ms: number;
  readonly in_transaction: number;
}

interface WaitRow {
  readonly waiter: number;
  readonly blocker: number;
  readonly since: number | null;
}

const SESSIONS = `SELECT p.ID AS id, CAST(UNIX_TIMESTAMP(NOW(6)) * 1000 AS DOUBLE) AS at, p.HOST AS host, p.COMMAND AS command,
  p.STATE AS state, p.INFO AS text, CAST(p.TIME_MS AS DOUBLE) AS ms, t.trx_id IS NOT NULL AS in_transaction
FROM information_schema.PROCESSLIST p LEFT JOIN information_schema.INNODB_TRX t ON t.trx_mysql_thread_id = p.ID
WHERE p.ID <> CONNECTION_ID()`;

/** Whole seconds are all the server says of the begin of a wait. */
const WAITS = `SELECT r.trx_mysql_thread_id AS waiter, b.trx_mysql_thread_id AS blocker,
  CAST(UNIX_TIMESTAMP(r.trx_wait_started) * 1000 AS DOUBLE) AS since
FROM information_schema.INNODB_LOCK_WAITS w
JOIN information_schema.INNODB_TRX r ON r.trx_id = w.requesting_trx_id
JOIN information_schema.INNODB_TRX b ON b.trx_id = w.blocking_trx_id`;

/** ER_SPECIFIC_ACCESS_DENIED_ERROR */
const NO_PRIVILEGE = 1227;

export async function observeMariaDb(connection: Connection): Promise<LockObserver> {
  const client = await connectMySql(connection);
  try {
    const [[about]] = await client.query<{ version: string; who: string }>(
      'SELECT VERSION() AS version, CURRENT_USER() AS who',
    );
    const { version, who } = about!;
    if (!/mariadb/i.test(version)) {
      throw new AttributionError(
        'ATTR_USAGE',
        `${targetOf(connection)} is MySQL ${version}; who waits for whom can be asked of MariaDB and PostgreSQL.`,
      );
    }
    await client.query(WAITS).catch((error: { errno?: number }) => {
      throw error.errno === NO_PRIVILEGE ? mayNot(connection, who) : error;
    });
    return {
      server: `MariaDB ${version.split('-', 1)[0]}`,
      blindness: '',
      port: connection.port,
      look: () => lookAt(client),
      close: () => client.end().catch(() => {}),
    };
  } catch (error) {
    await client.end().catch(() => {});
    if (error instanceof AttributionError) throw error;
    throw new AttributionError('ATTR_OBSERVE_FAILED', shownError(connection, error));
  }
}

function mayNot(connection: Connection, who: string): AttributionError {
  const at = who.lastIndexOf('@');
  const account = [who.slice(0, at), who.slice(at + 1)].map((part) => `'${part.replaceAll("'", "''")}'`).join('@');
  return new AttributionError(
    'ATTR_OBSERVE_FAILED',
    `${targetOf(connection)} does not let this user see who waits. Run as an administrator: GRANT PROCESS ON *.* TO ${account}`,
  );
}

async function lookAt(client: MySqlClient): Promise<LockLook> {
  const [waitRows] = await client.query<WaitRow>(WAITS);
  const [rows] = await client.query<SessionRow>(SESSIONS);
  const [[clock]] = rows.length > 0 ? [rows] : await client.query<{ at: number }>(CLOCK);
  const sessions = rows.map(sessionOf);
  const begins = new Map(sessions.map(({ id, startMs }) => [id, startMs ?? 0]));
  const waits = new Map<string, LockWait & { blockers: string[] }>();
  for (const { waiter, blocker, since } of waitRows) {
    if (waiter === blocker) continue;
    const id = String(waiter);
    const wait = waits.get(id) ?? { waiter: id, blockers: [], sinceMs: Math.max(since ?? 0, begins.get(id) ?? 0) };
    waits.set(id, wait);
    if (!wait.blockers.includes(String(blocker))) wait.blockers.push(String(blocker));
  }
  return { atMs: clock!.at, sessions, waits: [...waits.values()] };
}

const CLOCK = 'SELECT CAST(UNIX_TIMESTAMP(NOW(6)) * 1000 AS DOUBLE) AS at';

function sessionOf({ id, at, host, command, state, text, ms, in_transaction }: SessionRow): Session {
  const running = command !== 'Sleep';
  const client = /^(.*?)(?::(\d+))?$/s.exec(host)!;
  const worker = command === 'Daemon' || command === 'Binlog Dump' || command.startsWith('Slave') ? command : '';
  return {
    id: String(id),
    state: running ? (state ?? '') : in_transaction === 1 ? 'idle in transaction' : 'idle',
    running,
    application: '',
    text: text ?? '',
    startMs: running ? at - ms : undefined,
    endMs: running ? undefined : at - ms,
    address: client[1]!,
    port: Number(client[2] ?? 0),
    worker,
  };
}
