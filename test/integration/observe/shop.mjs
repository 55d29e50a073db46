/**
 * A service of a shop on a real database, started with the flag; `DB` says how to connect. What it does, its parent says:
 * `lock` opens a job that changes a row and idles in its transaction, `work` has it run other statements meanwhile,
 * `unlock` ends it, `checkout` requests `POST /checkout`, which wants the same row, and tells how long that took.
 */
import http from 'node:http';
import express from 'express';
import { withOrigin } from '../../../src/index.ts';
import { openPool } from './pool.mjs';

const pool = await openPool(process.env.DB);
let release;
let job;

async function reconcile() {
  const client = await pool.connect();
  await client.query('BEGIN');
  await client.query("UPDATE stock SET n = n - 1 WHERE item = 'lamp'");
  process.send('locked');
  await new Promise((resolve) => {
    release = resolve;
  });
  await client.query('COMMIT');
  client.release();
}

const app = express();
app.post('/checkout', async (_, response) => {
  const began = performance.now();
  await pool.query("UPDATE stock SET n = n - 1 WHERE item = 'lamp'");
  response.json({ seconds: (performance.now() - began) / 1000 });
});
app.get('/stock', async (_, response) => {
  await pool.query('SELECT item, n FROM stock');
  response.json({});
});
const server = http.createServer(app).listen(0, '127.0.0.1', () => process.send('ready'));

async function request(method, path) {
  const response = await fetch(`http://127.0.0.1:${server.address().port}${path}`, { method });
  return response.json();
}

process.on('message', async (message) => {
  if (message === 'lock') job = withOrigin('job:reconcile', reconcile);
  else if (message === 'unlock') {
    release();
    await job;
    process.send('unlocked');
  } else if (message === 'checkout') process.send({ waited: (await request('POST', '/checkout')).seconds });
  else if (message.stock !== undefined) {
    for (let i = 0; i < message.stock; i++) await request('GET', '/stock');
    process.send('served');
  } else if (message === 'end') {
    await pool.end();
    server.close();
    server.closeAllConnections();
    process.disconnect();
  }
});
