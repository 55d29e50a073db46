/** One query that says whose it is; `origin` is what the request has to be billed to. */
import pg from 'pg';

let pool;

export async function work(origin) {
  const { service, endpoints } = JSON.parse(process.env.TRUTH_APP);
  pool ??= new pg.Pool({
    host: '127.0.0.1',
    port: endpoints.pg,
    user: 'truth',
    database: 'postgres',
    application_name: service,
    max: 3,
  });
  const token = `~${encodeURIComponent(JSON.stringify([service, service, origin]))}~`;
  await pool.query('select $1::text as cause', [token]);
}
