import { AttributionError } from '../../core/errors.ts';
import { type Connection, shownError } from '../connection.ts';
import type { TargetCounter } from '../target-counter.ts';
import { connectMySql } from './connect.ts';

/** Statements that clients sent. Pings and the preparing of statements are no part of it, nor are we ourselves. */
const QUESTIONS = `SELECT CAST(g.VARIABLE_VALUE AS DOUBLE) - CAST(s.VARIABLE_VALUE AS DOUBLE) AS calls
FROM information_schema.GLOBAL_STATUS g JOIN information_schema.SESSION_STATUS s USING (VARIABLE_NAME)
WHERE VARIABLE_NAME = 'QUESTIONS'`;

export async function countMariaDb(connection: Connection): Promise<TargetCounter> {
  const client = await connectMySql(connection);
  return {
    name: 'Questions',
    countsCalls: true,
    wholeServer: true,
    remark: '',
    async read() {
      try {
        const [[row]] = await client.query<{ calls: number }>(QUESTIONS);
        return row!.calls;
      } catch (error) {
        throw new AttributionError('ATTR_OBSERVE_FAILED', shownError(connection, error));
      }
    },
    close: () => client.end().catch(() => {}),
  };
}
