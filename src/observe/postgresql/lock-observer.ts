import { AttributionError } from '../../core/errors.ts';
import { type Connection, shownError } from '../connection.ts';
import { type LockLook, type LockObserver, type LockWait, OBSERVER_NAME, type Session } from '../lock-observer.ts';
import { connectPostgres, type PgClient } from './connect.ts';

/** `pid` is null in the one row of a server without other sessions, which tells the time. */
interface Row {
  readonly pid: number | null;
  readonly at: number;
  readonly state: string | null;
  readonly worker: string | null;
  readonly application: string | null;
  readonly text: string | null;
  readonly query_start: number | null;
  readonly state_change: number | null;
  readonly address: string | null;
  readonly port: number | null;
  readonly blockers: readonly number[] | null;
  readonly waits_since: number | null;
}

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

/** Only who waits is asked for blockers: that function takes the locks of the lock table itself. */
const look = (waitStart: string): string => `SELECT a.pid, ${ms('clock_timestamp()')} AS at, a.state,
  CASE WHEN a.backend_type = 'client backend' THEN '' ELSE a.backend_type END AS worker,
  a.application_name AS application, a.query AS text, ${ms('a.query_start')} AS query_start, ${ms('a.state_change')} AS state_change,
  host(a.client_addr) AS address, a.client_port AS port,
  CASE WHEN a.wait_event_type = 'Lock' AND a.datname = current_database() THEN pg_blocking_pids(a.pid) ELSE '{}' END AS blockers,
  CASE WHEN a.wait_event_type = 'Lock' THEN ${ms(waitStart)} END AS waits_since
FROM (SELECT 1) AS one
LEFT JOIN pg_stat_activity a ON a.pid <> pg_backend_pid() AND a.application_name <> $1 AND a.datid IS NOT NULL`;

/** Since version 14 the server says when a wait began; before, the statement's begin is the nearest thing. */
const WAIT_START =
  '(SELECT coalesce(min(l.waitstart), a.query_start) FROM pg_locks l WHERE l.pid = a.pid AND NOT l.granted)';

const ABOUT = `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
  pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS sees, quote_ident(current_user) AS who`;

/** Sessions of the client library wait for each other's answers: one query at a time, read-only. */
export async function observePostgres(connection: Connection): Promise<LockObserver> {
  const client = await connectPostgres(connection);
  const { version, number, sees, who } = await about(client, connection);
  const text = look(number >= 140_000 ? WAIT_START : 'a.query_start');
  return {
    server: `PostgreSQL ${version.split(' ', 1)[0]}`,
    blindness: sees
      ? ''
      : `Sessions of other users cannot be seen. Run as a superuser: GRANT pg_read_all_stats TO ${who}`,
    port: connection.port,
    look: async () => lookOf((await client.query<Row>(text, [OBSERVER_NAME])).rows),
    close: () => client.end().catch(() => {}),
  };
}

interface About {
  readonly version: string;
  readonly number: number;
  readonly sees: boolean;
  readonly who: string;
}

async function about(client: PgClient, connection: Connection): Promise<About> {
  try {
    return (await client.query<About>(ABOUT)).rows[0]!;
  } catch (error) {
    // An open connection would keep the command from ending.
    await client.end().catch(() => {});
    throw new AttributionError('ATTR_OBSERVE_FAILED', shownError(connection, error));
  }
}

function lookOf(rows: readonly Row[]): LockLook {
  const waits: LockWait[] = [];
  const sessions = rows.flatMap((row): Session[] => {
    if (row.pid === null) return [];
    // A lock that was given between the two questions blocks nobody; workers of one query block each other in no way.
    const blockers = [...new Set(row.blockers ?? [])].filter((pid) => pid !== row.pid).map(String);
    const sinceMs = row.waits_since ?? row.query_start ?? row.at;
    if (blockers.length > 0) waits.push({ waiter: String(row.pid), blockers, sinceMs });
    const running = row.state === 'active' || row.state === 'fastpath function call';
    const session: Session = {
      id: String(row.pid),
      state: row.state ?? '',
      running,
      application: row.application ?? '',
      text: row.text === '<insufficient privilege>' ? '' : (row.text ?? ''),
      startMs: row.query_start ?? undefined,
      endMs: running ? undefined : (row.state_change ?? undefined),
      address: row.address ?? '',
      port: row.port !== null && row.port > 0 ? row.port : 0,
      worker: row.worker ?? '',
    };
    return [session];
  });
  return { atMs: rows[0]!.at, sessions, waits };
}
