/** Every kind of server whose locks can be looked at: a folder, and a line here. */
import { AttributionError } from '../core/errors.ts';
import type { Connection } from './connection.ts';
import type { LockObserver } from './lock-observer.ts';

const observers: Readonly<Record<string, (connection: Connection) => Promise<LockObserver>>> = {
  postgresql: async (connection) => (await import('./postgresql/lock-observer.ts')).observePostgres(connection),
  mysql: async (connection) => (await import('./mysql/lock-observer.ts')).observeMariaDb(connection),
};

/** @throws AttributionError `ATTR_USAGE`, `ATTR_PEER_MISSING`, `ATTR_OBSERVE_FAILED` */
export async function openLockObserver(connection: Connection): Promise<LockObserver> {
  const open = Object.hasOwn(observers, connection.system) ? observers[connection.system] : undefined;
  if (open === undefined) {
    throw new AttributionError(
      'ATTR_USAGE',
      `Locks of ${connection.system} cannot be looked at: those of PostgreSQL and MariaDB can.`,
    );
  }
  return open(connection);
}
