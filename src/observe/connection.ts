/** Where to connect to. Nothing of it but host, port and database is ever shown. */
import { AttributionError } from '../core/errors.ts';
import { canonicalSystem, defaultPort } from '../core/mapping/systems.ts';
import { parsePort, targetId } from '../core/mapping/targets.ts';

export interface Connection {
  /** As in a target id: `postgresql`, `mysql` (MariaDB, too: its drivers say so), `redis`. */
  readonly system: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Undefined: what the driver finds in its own variables. */
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Whether the scheme asks for TLS, as `rediss` does. */
  readonly secure: boolean;
  /** Further parameters of the URL, such as `sslmode`. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** What may be shown of a connection. */
export const targetOf = ({ system, host, port, database }: Connection): string =>
  targetId({ system, host, port, namespace: database, service: '' });

/** What went wrong, without the password, whatever the driver says. */
export function shownError(connection: Connection, error: unknown): string {
  const text = error instanceof Error ? error.message || (error as NodeJS.ErrnoException).code : String(error);
  const { password } = connection;
  const why = password === undefined || password === '' ? text : text?.replaceAll(password, '***');
  return `${targetOf(connection)} cannot be asked: ${why}. ${remedy(why ?? '')}`;
}

const remedy = (why: string): string =>
  /startup parameter/.test(why)
    ? 'Name the server itself, not a pooler in front of it.'
    : 'Say how to connect, user and password included: in DATABASE_URL (REDIS_URL for Redis), which no process list shows, or --connection.';

/** What the drivers of these say in spans. */
const ALIASES: Readonly<Record<string, string>> = { mariadb: 'mysql', rediss: 'redis', valkey: 'redis' };

/** @throws AttributionError `ATTR_USAGE`, without the text: it may hold a password */
export function parseConnection(text: string, what: string): Connection {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = url?.protocol.slice(0, -1) ?? '';
  const system = ALIASES[scheme] ?? canonicalSystem('db', scheme);
  const port = url === undefined ? undefined : url.port === '' ? defaultPort(system) : parsePort(url.port);
  if (url === undefined || port === undefined || url.hostname === '') {
    throw usage(
      `${what} cannot be read: expected an address such as postgresql://shop-db/shop or mysql://user@shop-db:3306/shop`,
    );
  }
  if (!isEncoded(url)) throw usage(`${what} cannot be read: a % in a name or password is written %25`);
  return {
    system,
    host: decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, '$1'),
    port,
    database: decodeURIComponent(url.pathname.slice(1)),
    user: url.username === '' ? undefined : decodeURIComponent(url.username),
    password: url.password === '' ? undefined : decodeURIComponent(url.password),
    secure: scheme === 'rediss',
    parameters: Object.fromEntries(url.searchParams),
  };
}

function isEncoded({ hostname, username, password, pathname }: URL): boolean {
  try {
    for (const part of [hostname, username, password, pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/** Variables that applications keep the address of their database in. */
const URL_VARIABLES = ['DATABASE_URL', 'POSTGRES_URL', 'MYSQL_URL', 'MARIADB_URL', 'REDIS_URL'] as const;

/**
 * The connection to `target`: the one given, that of a variable if it leads to the target, else the target's own address
 * with the user of `PG*` or `MYSQL_*`.
 * @throws AttributionError `ATTR_USAGE`
 */
export function connectionTo(target: string, given: string | undefined, env: NodeJS.ProcessEnv): Connection {
  if (given !== undefined) return parseConnection(given, '--connection');
  const wanted = parseConnection(target, 'The target');
  if (wanted.host.startsWith('(')) {
    throw usage(`${target} says no address: add --connection with that of the database`);
  }
  if (wanted.user !== undefined) return wanted;
  for (const name of URL_VARIABLES) {
    const text = env[name];
    const found = text ? readable(text, name) : undefined;
    if (found !== undefined && targetOf(found) === targetOf(wanted)) return found;
  }
  if (wanted.system === 'postgresql') return { ...wanted, user: env.PGUSER, password: env.PGPASSWORD };
  // A password is for the server it was set for, and no other.
  if (wanted.system !== 'mysql') return wanted;
  return { ...wanted, user: env.MYSQL_USER ?? env.MARIADB_USER, password: env.MYSQL_PASSWORD ?? env.MYSQL_PWD };
}

/** Undefined for an address of something else, such as `file:./dev.db`. */
function readable(text: string, what: string): Connection | undefined {
  try {
    return parseConnection(text, what);
  } catch {
    return undefined;
  }
}

const usage = (message: string): AttributionError => new AttributionError('ATTR_USAGE', message);
