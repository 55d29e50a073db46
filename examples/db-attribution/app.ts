/** An ordinary application: two routes and a job on one database. */
import type { AddressInfo } from 'node:net';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import express from 'express';
import pg from 'pg';
import { withOrigin } from '../../src/index.ts'; // 'otel-attribution' in your application

export async function open(): Promise<{ url: string; job: () => Promise<void>; close: () => Promise<void> }> {
  // A Postgres out of npm; `new pg.Pool()` on your own database in real life.
  const database = new PGLiteSocketServer({ db: await PGlite.create(), port: 0, maxConnections: 10 });
  await database.start();
  const pool = new pg.Pool({ connectionString: `postgresql://shop:shop@${database.getServerConn()}/shop`, max: 5 });

  const app = express();
  app.get('/customers/:id', async (req, res) => {
    res.json((await pool.query('SELECT $1::int AS id', [req.params.id])).rows);
  });
  app.get('/customers', async (_req, res) => {
    const ids = (await pool.query('SELECT generate_series(1, 30) AS id')).rows;
    // One more query for each row: the table will tell.
    const rows = await Promise.all(ids.map(({ id }) => pool.query('SELECT $1::int AS id', [id])));
    res.json(rows.flatMap((r) => r.rows));
  });

  const job = async (): Promise<void> => {
    await withOrigin('job:cleanup', () => pool.query('SELECT count(*) FROM generate_series(1, 200000)'));
  };

  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    job,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await pool.end();
      await database.stop();
    },
  };
}
