import { type Driver, type Load, POOL_SIZE } from './types.ts';

/** All connections to PGlite are one session: no prepared statements of the same name, no transactions at a time. */
const ONE_SESSION = process.env.TRUTH_SQL === 'PGlite';
const PREPARED = ONE_SESSION ? {} : { name: 'prepared' };
const [BEGIN, COMMIT] = ONE_SESSION ? ['select 1', 'select 2'] : ['begin', 'commit'];

export async function pg(load: Load, port: number, service: string): Promise<Driver> {
  const module = await load('pg');
  const { Pool } = module.default ?? module;
  const pool = new Pool({
    host: '127.0.0.1',
    port,
    user: 'truth',
    database: 'postgres',
    application_name: service,
    max: POOL_SIZE,
  });
  pool.on('error', () => {});
  let turn = 0;
  return {
    async one(token) {
      // Promise, prepared statement and callback in turn: three paths through the driver.
      const style = turn++ % 3;
      if (style === 0) await pool.query(`select '${token}' as cause`);
      else if (style === 1) await pool.query({ ...PREPARED, text: 'select $1::text as cause', values: [token] });
      else {
        await new Promise<void>((resolve, reject) => {
          pool.query('select $1::text as cause', [token], (error: Error | null) => (error ? reject(error) : resolve()));
        });
      }
    },
    async several(token) {
      const client = await pool.connect();
      try {
        await client.query(`${BEGIN} /* ${token} */`);
        await client.query('select $1::text as cause, pg_sleep(0.002)', [token]);
        await client.query(`${COMMIT} /* ${token} */`);
      } finally {
        client.release();
      }
    },
    async refused(token) {
      await pool.query(`select no_such_function() /* ${token} */`);
    },
    close: () => pool.end(),
  };
}
