import { AttributionError } from '../../core/errors.ts';
import { type Connection, shownError } from '../connection.ts';
import type { TargetCounter } from '../target-counter.ts';
import { RedisClient } from './client.ts';

/** What a connection says to set itself up, and servers say to each other: no call of an application. */
const HOUSEKEEPING: ReadonlySet<string> = new Set([
  'asking',
  'auth',
  'client',
  'cluster',
  'command',
  'hello',
  'info',
  'ping',
  'psync',
  'quit',
  'readonly',
  'readwrite',
  'replconf',
  'reset',
  'select',
]);

export async function countRedis(connection: Connection): Promise<TargetCounter> {
  const client = await RedisClient.connect(connection);
  const counter: TargetCounter = {
    name: 'commandstats',
    countsCalls: true,
    wholeServer: true,
    remark: '',
    async read() {
      try {
        return callsIn(await client.ask('INFO', 'commandstats'));
      } catch (error) {
        throw new AttributionError('ATTR_OBSERVE_FAILED', shownError(connection, error));
      }
    },
    close: async () => client.close(),
  };
  try {
    await counter.read();
    return counter;
  } catch (error) {
    client.close();
    throw error;
  }
}

/** Lines such as `cmdstat_set:calls=21,usec=175`; `cmdstat_client|setinfo` is a command within one. */
export function callsIn(commandstats: string): number {
  let calls = 0;
  for (const [, name, n] of commandstats.matchAll(/^cmdstat_([^:|\r\n]+)[^:\r\n]*:calls=(\d+)/gm)) {
    if (!HOUSEKEEPING.has(name!.toLowerCase())) calls += Number(n);
  }
  return calls;
}
