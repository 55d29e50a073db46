/** Every kind of server whose locks can be looked at: a folder, and a line here. */
import { AttributionError } from '../core/errors.ts';
import type { Connection } from './connection.ts';
import type { LockObserver } from './lock-observer.ts';

const observers: Readonly<Record<string, (connection: Connection) => Promise<LockObserver>>> = {
  postgresql: async (connection) => (await import('./postgresql/lock-observer.ts')).observePostgres(connection),
};

/** @throws AttributionError `ATTR_USAGE`, `ATTR_PEER_MISSING`, `ATTR_OBSERVE_FAILED` */
export async function openLockObserver(connection: Connection): Promise<LockObserver> {
  const open = Object.hasOwn(observers, connection.system) ? observers[connection.system] : undefined;
  if (open === undefined) {
    const known = Object.keys(observers).join(', ');
    throw new AttributionError(
      'ATTR_USAGE',
      `Locks of ${connection.system} cannot be looked at; those of ${known} can.`,
    );
  }
  return open(connection);
}
