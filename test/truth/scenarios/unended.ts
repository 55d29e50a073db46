/**
 * Spans that never end, and requests longer than the deadline. The deadline is two seconds here; every operation starts
 * well before or well after it.
 */
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import knexModule from 'knex';
import pgModule from 'pg';
import Cursor from 'pg-cursor';
import { pg } from '../drivers/pg.ts';
import { settings } from '../frameworks/runtime.ts';
import { serveScenario } from './express-app.ts';

/** Options of this application: `originDeadlineSeconds`. */
const DEADLINE_MS = 2_000;

const { service, endpoints } = settings();
const connection = {
  host: '127.0.0.1',
  port: endpoints.pg!,
  user: 'truth',
  database: 'postgres',
  application_name: service,
};
const database = await pg((name) => import(name), endpoints.pg!, service);
const knex = knexModule({ client: 'pg', version: '15.0', connection, pool: { min: 0, max: 40 } });
const open: (() => Promise<void> | void)[] = [];

await serveScenario({
  routes: [
    {
      path: '/cursor/:id',
      async handle(token) {
        const client = new pgModule.Client(connection);
        await client.connect();
        open.push(() => client.end());
        const cursor = client.query(new Cursor('select $1::text as cause, n from generate_series(1, 100) n', [token]));
        await cursor.read(10);
        return 'read a little';
      },
    },
    {
      path: '/knex-stream/:id',
      async handle(token) {
        let rows = 0;
        for await (const _row of knex.raw('select ?::text as cause, n from generate_series(1, 50) n', [token]).stream())
          rows++;
        return String(rows);
      },
    },
    {
      path: '/unread-http/:id',
      handle: (token) =>
        new Promise((resolve, reject) => {
          const options = { host: '127.0.0.1', port: endpoints.http!, path: '/large', headers: { 'x-truth': token } };
          http
            .get(options, (response) => {
              open.push(() => void response.destroy());
              resolve(`status ${response.statusCode}`);
            })
            .on('error', reject);
        }),
    },
    {
      path: '/unread-fetch/:id',
      async handle(token) {
        const response = await fetch(`http://127.0.0.1:${endpoints.undici}/large`, { headers: { 'x-truth': token } });
        open.push(() => response.body?.cancel());
        return `status ${response.status}`;
      },
    },
    {
      path: '/long/:id',
      async handle(token) {
        await database.one(token);
        await sleep(DEADLINE_MS * 1.75);
        await database.one(token);
        return 'at last';
      },
    },
  ],
  // Long enough for every scope to become overdue and for the timers to tick a few times beyond that.
  jobs: () => sleep(DEADLINE_MS * 3.5),
  async stop() {
    for (const close of open) await close();
    await knex.destroy();
    await database.close();
  },
});
