/** Who waits for whom, in a real MariaDB with users and rights, with two applications that hold and want the same row. */
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MariaDb, startMariaDb } from '../../truth/servers/mariadb.ts';
import { Shop } from './shop.ts';

let server: MariaDb;
const as = (user: string): string => `mysql://${user}:s3cret@127.0.0.1:${server.port}/shop`;

beforeAll(async () => {
  server = await startMariaDb({ grants: true });
  const root = await mysql.createConnection({ host: '127.0.0.1', port: server.port, user: 'root' });
  for (const statement of [
    'CREATE DATABASE shop',
    'CREATE TABLE shop.stock (item varchar(20) PRIMARY KEY, n int) ENGINE=InnoDB',
    "INSERT INTO shop.stock VALUES ('lamp', 1000)",
    "CREATE USER app@'%' IDENTIFIED BY 's3cret'",
    "CREATE USER watcher@'%' IDENTIFIED BY 's3cret'",
    "GRANT ALL ON shop.* TO app@'%'",
    "GRANT PROCESS ON *.* TO watcher@'%'",
    "GRANT SELECT ON shop.* TO watcher@'%'",
  ]) {
    await root.query(statement);
  }
  await root.end();
});
afterAll(() => server?.stop());

test('names the job that holds the lock and the requests that wait, and charges it with what they waited', async () => {
  const shop = new Shop(as('app'));
  const target = `mysql://127.0.0.1:${server.port}/shop`;
  const [billing, storefront] = await Promise.all([shop.start('billing'), shop.start('storefront')]);
  await billing.does('lock', 'locked');
  const watching = await shop.watch(['blame', target, '--connection', as('watcher')]);
  const waits = [storefront.checkout(), storefront.checkout()];
  await sleep(700);
  const look = await shop.cli(['blame', target, '--json'], { DATABASE_URL: as('watcher') });
  await sleep(2_000);
  await billing.does('unlock', 'unlocked');
  const waited = (await Promise.all(waits)).reduce((sum, seconds) => sum + seconds, 0);
  await sleep(1_500);
  const watched = await watching.end();

  const { chains } = JSON.parse(look.stdout);
  expect(chains).toHaveLength(1);
  expect(chains[0]).toMatchObject({
    service: 'billing',
    origin: 'job:reconcile',
    basis: 'time',
    state: 'idle in transaction',
  });
  expect(chains[0].pid).toBe(billing.child.pid);
  expect(chains[0].waiters).toHaveLength(2);
  for (const waiter of chains[0].waiters) {
    expect(waiter).toMatchObject({ service: 'storefront', origin: 'POST /checkout', basis: 'statement' });
  }
  const { blocked, longestSeconds } = JSON.parse(watched.stdout) as {
    longestSeconds: number;
    blocked: { seconds: number; waits: number }[];
  };
  // When the job lets go, the requests take turns: for a moment one of them may be the holder.
  expect(blocked[0]).toMatchObject({ holderService: 'billing', holder: 'job:reconcile', victim: 'POST /checkout' });
  for (const other of blocked.slice(1))
    expect(other).toMatchObject({ holder: 'POST /checkout', victim: 'POST /checkout' });
  const charged = blocked.reduce((sum, { seconds }) => sum + seconds, 0);
  // A wait is known to one interval, and to the time in which its process heard of its end.
  expect(Math.abs(charged - waited)).toBeLessThan(2 * (longestSeconds + 0.5));
  expect(blocked[0]!.seconds / charged).toBeGreaterThan(0.6);
  expect(blocked.reduce((sum, { waits: n }) => sum + n, 0)).toBeCloseTo(2, 6);

  await Promise.all([billing.end(), storefront.end()]);
  const load = JSON.parse((await shop.cli(['load', '--measure', 'blocked', '--json'])).stdout);
  expect(load.rows[0]).toMatchObject({ target, keyService: 'billing', key: 'job:reconcile', unit: 's' });
  expect(load.rows[0].value).toBeCloseTo(blocked[0]!.seconds, 6);
  for (const { stdout, stderr } of [look, watched]) expect(stdout + stderr).not.toContain('s3cret');
}, 60_000);

test('a user without the right is told which, and the password is not', async () => {
  const shop = new Shop(as('app'));
  const { code, stderr } = await shop.cli(['blame', as('app')]);
  expect(code).toBe(1);
  expect(stderr).toContain("GRANT PROCESS ON *.* TO 'app'@'%'");
  const wrong = await shop.cli(['blame', as('app').replace('s3cret', 'wr0ng')]);
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toContain('cannot be asked');
  expect(wrong.stderr).not.toContain('wr0ng');
});

test('nobody waits', async () => {
  const { code, stdout, stderr } = await new Shop(as('app')).cli(['blame', as('watcher')]);
  expect(code).toBe(0);
  expect(stdout).toContain('nobody waits for a lock');
  expect(stderr).toContain('No process of this user runs with otel-attribution');
});
