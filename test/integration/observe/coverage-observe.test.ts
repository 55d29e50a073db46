/** What a real server counted, against what one application with our flag saw and another client without it did. */
import { cpSync } from 'node:fs';
import path from 'node:path';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { createClient } from 'redis';
import { expect, onTestFinished, test } from 'vitest';
import { startMariaDb } from '../../truth/servers/mariadb.ts';
import { startSqlServer } from '../../truth/servers/postgres.ts';
import { startRedis } from '../../truth/servers/redis.ts';
import { Shop } from './shop.ts';

interface Unseen {
  readonly check: string;
  readonly subject: string;
  readonly reason: string;
  readonly value: number;
  readonly share: number;
  readonly ok: boolean;
}

/** Runs `during` between the two looks. */
async function observed(
  shop: Shop,
  url: string,
  during: () => Promise<unknown>,
): Promise<{ line: Unseen; stderr: string }> {
  const watching = await shop.watch(['coverage', '--observe', url]);
  await during();
  const { stdout, stderr } = await watching.end();
  expect(stdout + stderr).not.toContain('s3cret');
  const lines = (JSON.parse(stdout) as { rows: Unseen[] }).rows.filter(({ check }) => check === 'unseen');
  expect(lines).toHaveLength(1);
  return { line: lines[0]!, stderr };
}

test('Redis: exactly the calls of the client without the flag are unseen', async () => {
  const server = await startRedis(() => {});
  onTestFinished(() => server.stop());
  const url = `redis://127.0.0.1:${server.port}`;
  const shop = new Shop(url);
  const app = await shop.start('storefront');
  const stranger = await createClient({ url }).connect();
  onTestFinished(() => stranger.destroy());
  await app.does({ stock: 3 }, 'served');
  const { line, stderr } = await observed(shop, url, async () => {
    await app.does({ stock: 22 }, 'served');
    for (let i = 0; i < 3; i++) await stranger.incr('n');
  });
  expect(line).toMatchObject({ subject: url, reason: '(unseen) of commandstats', value: 3, ok: false });
  expect(line.share).toBeCloseTo(3 / 25, 9);
  expect(stderr).toContain('one process of this user');
  const text = await shop.cli(['coverage'], { COLUMNS: '80' });
  expect(text.stdout).toMatch(/✗ +redis:.* +\(unseen\) of commandstats +3 call +12 %/);

  const none = await observed(shop, url, () => app.does({ stock: 5 }, 'served'));
  // The look before is part of the range still.
  expect(none.line).toMatchObject({ value: 3 });
  expect(none.line.share).toBeCloseTo(3 / 30, 9);
  // With the directories of several hosts, what is found belongs to the first.
  const further = ['-d', path.join(shop.folder, 'other'), '--for', '1s'];
  cpSync(shop.directory, path.join(shop.folder, 'other'), { recursive: true });
  expect(await shop.cli(['coverage', ...further, '--observe', url])).toMatchObject({ code: 0 });
  await app.end();
}, 90_000);

test('PostgreSQL with pg_stat_statements: exactly the statements of the other client are unseen', async () => {
  const server = await startSqlServer(['shared_preload_libraries=pg_stat_statements']);
  onTestFinished(() => server.stop());
  const url = `postgresql://truth:s3cret@127.0.0.1:${server.port}/postgres`;
  const stranger = new pg.Client({ connectionString: url });
  await stranger.connect();
  onTestFinished(() => stranger.end());
  await stranger.query('CREATE TABLE stock (item text PRIMARY KEY, n int)');
  await stranger.query('CREATE EXTENSION pg_stat_statements');
  const shop = new Shop(url);
  const app = await shop.start('storefront');
  const { line } = await observed(shop, url, async () => {
    await app.does({ stock: 30 }, 'served');
    for (let i = 0; i < 10; i++) await stranger.query('SELECT n FROM stock WHERE n = $1', [i]);
  });
  expect(line).toMatchObject({
    subject: `postgresql://127.0.0.1:${server.port}/postgres`,
    reason: '(unseen) of pg_stat_statements',
    value: 10,
    ok: false,
  });
  expect(line.share).toBeCloseTo(10 / 40, 9);
  await app.end();
}, 90_000);

test('PostgreSQL without it: transactions, which are not calls, and it says so', async () => {
  const server = await startSqlServer();
  onTestFinished(() => server.stop());
  const url = `postgresql://truth:s3cret@127.0.0.1:${server.port}/postgres`;
  const shop = new Shop(url);
  const { line, stderr } = await observed(shop, url, async () => {
    const stranger = new pg.Client({ connectionString: url });
    await stranger.connect();
    for (let i = 0; i < 40; i++) await stranger.query('SELECT 1');
    await stranger.end();
  });
  expect(line.reason).toBe('(unseen) of transactions');
  expect(line.value).toBeGreaterThanOrEqual(40);
  expect(stderr).toContain('not calls');
}, 90_000);

test('MariaDB: exactly the statements of the other client are unseen', async () => {
  const server = await startMariaDb();
  onTestFinished(() => server.stop());
  const stranger = await mysql.createConnection({ host: '127.0.0.1', port: server.port, user: 'root' });
  onTestFinished(() => stranger.end());
  await stranger.query('CREATE DATABASE shop');
  await stranger.query('CREATE TABLE shop.stock (item varchar(20) PRIMARY KEY, n int)');
  const url = `mysql://root@127.0.0.1:${server.port}/shop`;
  const shop = new Shop(url);
  const app = await shop.start('storefront');
  const { line } = await observed(shop, url, async () => {
    await app.does({ stock: 30 }, 'served');
    for (let i = 0; i < 10; i++) await stranger.query('SELECT n FROM shop.stock');
  });
  expect(line).toMatchObject({
    subject: `mysql://127.0.0.1:${server.port}`,
    reason: '(unseen) of Questions',
    value: 10,
  });
  expect(line.share).toBeCloseTo(10 / 40, 9);
  await app.end();
}, 90_000);

test('a server that is not there, and one that nobody can count', async () => {
  const shop = new Shop('redis://127.0.0.1:1');
  const gone = await shop.cli(['coverage', '--observe', 'redis://:s3cret@127.0.0.1:1']);
  expect(gone.code).toBe(1);
  expect(gone.stderr).toContain('redis://127.0.0.1:1 cannot be asked');
  expect(gone.stderr).not.toContain('s3cret');
  const other = await shop.cli(['coverage', '--observe', 'mongodb://127.0.0.1/shop']);
  expect(other.code).toBe(2);
  expect(other.stderr).toContain('those of PostgreSQL, MariaDB and Redis can');
});
