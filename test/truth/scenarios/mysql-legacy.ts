/** `mysql` 2.18, by default import or `require`: a query of the pool is a span over one of its connection, and ends before it. */
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import type { PoolConnection } from 'mysql';
import { UNATTRIBUTED } from '../../../src/core/model.ts';
import { withOrigin } from '../../../src/index.ts';
import { ownToken, settings } from '../frameworks/runtime.ts';
import { routesOfActions, serveScenario } from './express-app.ts';

const { service, endpoints } = settings();
const mysql: typeof import('mysql') =
  process.env.TRUTH_LOAD === 'require' ? createRequire(import.meta.url)('mysql') : (await import('mysql')).default;
const pool = mysql.createPool({
  host: '127.0.0.1',
  port: endpoints.mysql!,
  user: 'root',
  database: 'mysql',
  connectionLimit: 3,
});
const query = promisify(pool.query).bind(pool) as (sql: string, values?: unknown[]) => Promise<unknown>;

function streamed(token: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const rows = pool.query('select ? as cause union all select 2', [token]);
    rows.on('error', reject).on('end', resolve);
  });
}

async function onConnection(token: string): Promise<void> {
  const connection = await new Promise<PoolConnection>((resolve, reject) => {
    pool.getConnection((error, got) => (error === null || error === undefined ? resolve(got) : reject(error)));
  });
  const run = promisify(connection.query).bind(connection) as (sql: string) => Promise<unknown>;
  try {
    await run(`begin /* ${token} */`);
    await run(`select sleep(0.002), '${token}'`);
    await run(`commit /* ${token} */`);
  } finally {
    connection.release();
  }
}

const actions: Readonly<Record<string, (token: string) => Promise<unknown>>> = {
  one: (token) => query('select ? as cause', [token]),
  several: (token) => Promise.all([1, 2, 3, 4].map(() => query('select sleep(0.001), ? as cause', [token]))),
  streamed,
  connection: onConnection,
  refused: (token) => query(`select no_such_column /* ${token} */`).catch(() => 'refused'),
  nested: (token) =>
    new Promise<void>((resolve, reject) => {
      // The second query begins in the callback of the first, as callbacks do.
      pool.query('select ? as cause', [token], (error) => {
        if (error) reject(error);
        else pool.query('select ? as cause', [token], (again) => (again ? reject(again) : resolve()));
      });
    }),
};

await serveScenario({
  routes: routesOfActions(actions),
  async jobs(rounds) {
    const job = ownToken(service, 'job:report');
    const alone = ownToken(service, UNATTRIBUTED);
    for (let round = 0; round < rounds; round++) {
      await Promise.all([
        withOrigin('job:report', () => Promise.all(Object.values(actions).map((action) => action(job)))),
        query('select ? as cause', [alone]),
      ]);
    }
  },
  stop: () => promisify(pool.end).call(pool),
});
