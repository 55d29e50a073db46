/** Every kind of server that can be looked at: a folder, and a line here for what it tells. */
import { AttributionError } from '../core/errors.ts';
import type { Connection } from './connection.ts';
import type { LockObserver } from './lock-observer.ts';
import type { TargetCounter } from './target-counter.ts';

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

const counters: Readonly<Record<string, (connection: Connection) => Promise<TargetCounter>>> = {
  postgresql: async (connection) => (await import('./postgresql/target-counter.ts')).countPostgres(connection),
  mysql: async (connection) => (await import('./mysql/target-counter.ts')).countMariaDb(connection),
  redis: async (connection) => (await import('./redis/target-counter.ts')).countRedis(connection),
};

/** @throws AttributionError `ATTR_USAGE`, `ATTR_PEER_MISSING`, `ATTR_OBSERVE_FAILED` */
export async function openTargetCounter(connection: Connection): Promise<TargetCounter> {
  const open = Object.hasOwn(counters, connection.system) ? counters[connection.system] : undefined;
  if (open === undefined) {
    throw new AttributionError(
      'ATTR_USAGE',
      `Calls of ${connection.system} cannot be counted: those of PostgreSQL, MariaDB and Redis can.`,
    );
  }
  return open(connection);
}
