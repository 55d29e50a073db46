/** Who waits for whom, in a real PostgreSQL, with two applications that hold and want the same row. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type SqlServer, startSqlServer } from '../../truth/servers/postgres.ts';
import { Shop } from './shop.ts';

let server: SqlServer;
let url: string;
let target: string;

beforeAll(async () => {
  server = await startSqlServer();
  expect(server.kind).toBe('PostgreSQL');
  url = `postgresql://truth:s3cret@127.0.0.1:${server.port}/postgres`;
  target = `postgresql://127.0.0.1:${server.port}/postgres`;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('CREATE TABLE stock (item text PRIMARY KEY, n int)');
  await client.query("INSERT INTO stock VALUES ('lamp', 1000)");
  await client.end();
});
afterAll(() => server?.stop());

interface Chain {
  readonly session: string;
  readonly service: string;
  readonly origin: string;
  readonly basis: string;
  readonly pid: number;
  readonly waitsSeconds: number | null;
  readonly waiters: readonly Chain[];
}

test('names the job that holds the lock and the requests that wait, and charges it with what they waited', async () => {
  const shop = new Shop(url);
  const [billing, storefront] = await Promise.all([shop.start('billing'), shop.start('storefront')]);
  await billing.does('lock', 'locked');
  const watching = await shop.watch(['blame', target], { DATABASE_URL: url });
  const waits = [storefront.checkout(), storefront.checkout(), storefront.checkout()];
  await sleep(500);
  const look = await shop.cli(['blame', url, '--json']);
  const text = await shop.cli(['blame', url], { COLUMNS: '80' });
  await sleep(2_000);
  await billing.does('unlock', 'unlocked');
  const waited = (await Promise.all(waits)).reduce((sum, seconds) => sum + seconds, 0);
  await sleep(1_500);
  const watched = await watching.end();

  const { chains, processes } = JSON.parse(look.stdout) as { chains: Chain[]; processes: number };
  expect(processes).toBe(2);
  expect(chains).toHaveLength(1);
  expect(chains[0]).toMatchObject({
    service: 'billing',
    origin: 'job:reconcile',
    basis: 'time',
    pid: billing.child.pid,
  });
  const below = (chain: Chain): Chain[] => chain.waiters.flatMap((waiter) => [waiter, ...below(waiter)]);
  const victims = new Map(below(chains[0]!).map((one) => [one.session, one]));
  expect(victims.size).toBe(3);
  for (const victim of victims.values()) {
    expect(victim).toMatchObject({ service: 'storefront', origin: 'POST /checkout', basis: 'statement' });
    expect(victim.waitsSeconds).toBeGreaterThan(0.3);
  }

  expect(text.stdout).toMatch(/^billing +job:reconcile +\d+ +– +idle in transaction$/m);
  expect(text.stdout).toMatch(/^ *└ storefront +POST \/checkout +\d+ +\d.*UPDATE/m);
  expect(Math.max(...text.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);

  const { blocked, longestSeconds } = JSON.parse(watched.stdout) as {
    longestSeconds: number;
    blocked: { holder: string; victim: string; seconds: number; waits: number }[];
  };
  // When the job lets go, the requests take turns: for a moment one of them may be the holder.
  expect(blocked[0]).toMatchObject({ holderService: 'billing', holder: 'job:reconcile', victim: 'POST /checkout' });
  for (const other of blocked.slice(1))
    expect(other).toMatchObject({ holder: 'POST /checkout', victim: 'POST /checkout' });
  const charged = blocked.reduce((sum, { seconds }) => sum + seconds, 0);
  // A wait is known to one interval, and to the time in which its process heard of its end.
  expect(Math.abs(charged - waited)).toBeLessThan(3 * (longestSeconds + 0.5));
  expect(blocked[0]!.seconds / charged).toBeGreaterThan(0.6);
  expect(blocked.reduce((sum, { waits: n }) => sum + n, 0)).toBeCloseTo(3, 6);

  await Promise.all([billing.end(), storefront.end()]);
  const load = JSON.parse((await shop.cli(['load', '--measure', 'blocked', '--json'])).stdout);
  const line = load.rows.find(({ kind }: { kind: string }) => kind === 'key');
  expect(line).toMatchObject({ target, keyService: 'billing', key: 'job:reconcile', unit: 's' });
  expect(line.value).toBeCloseTo(blocked[0]!.seconds, 6);
  expect(line.calls).toBeCloseTo(blocked[0]!.waits, 6);
  const usual = JSON.parse((await shop.cli(['load', '--json'])).stdout);
  expect(new Set(usual.rows.map(({ event }: { event: string }) => event))).not.toContain('db.client.blocked.duration');

  for (const { stdout, stderr } of [look, text, watched]) expect(stdout + stderr).not.toContain('s3cret');
}, 60_000);

async function clientAs(application: string, user = 'truth'): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url.replace('truth:', `${user}:`), application_name: application });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

test('a session that nobody of ours has is told by what the server knows of it, and the wait is charged to it', async () => {
  const shop = new Shop(url);
  const storefront = await shop.start('storefront');
  const holder = await clientAs('psql');
  await holder.query('BEGIN');
  await holder.query("UPDATE stock SET n = 0 WHERE item = 'lamp'");
  const waiting = storefront.checkout();
  await sleep(500);
  const { stdout } = await shop.cli(['blame', url]);
  const json = JSON.parse((await shop.cli(['blame', url, '--for', '2s', '--json'])).stdout);
  await holder.query('ROLLBACK');
  await waiting;
  expect(stdout).toMatch(/^psql +\(unknown session\) +\d+ +– +idle in transaction$/m);
  expect(stdout).toMatch(/^session \d+: psql, from 127\.0\.0\.1:\d+, last: UPDATE stock/m);
  expect(json.chains[0]).toMatchObject({
    service: 'psql',
    origin: '(unknown session)',
    basis: '',
    application: 'psql',
  });
  expect(json.blocked[0]).toMatchObject({
    holderService: 'psql',
    holder: '(unknown session)',
    victim: 'POST /checkout',
  });
  await storefront.end();
}, 60_000);

test('a chain is charged to its root, a user who may not see says which GRANT helps', async () => {
  const [first, second, third] = [await clientAs('first'), await clientAs('second'), await clientAs('third')];
  await first.query("INSERT INTO stock VALUES ('chair', 1), ('table', 1)");
  await first.query('CREATE ROLE watcher LOGIN');
  await first.query('BEGIN');
  await first.query("UPDATE stock SET n = 0 WHERE item = 'chair'");
  await second.query('BEGIN');
  await second.query("UPDATE stock SET n = 0 WHERE item = 'table'");
  const waits = [second.query("UPDATE stock SET n = 1 WHERE item = 'chair'"), sleep(50)];
  await sleep(200);
  waits.push(third.query("UPDATE stock SET n = 1 WHERE item = 'table'"));
  await sleep(200);
  const shop = new Shop(url);
  const json = JSON.parse((await shop.cli(['blame', url, '--for', '2s', '--json'])).stdout);
  const watcher = await shop.cli(['blame', url.replace('truth:', 'watcher:')]);
  await first.query('ROLLBACK');
  await waits[0];
  await second.query('ROLLBACK');
  await Promise.all(waits);
  const [root] = json.chains as Chain[];
  expect([root!.service, root!.waiters[0]!.service, root!.waiters[0]!.waiters[0]!.service]).toEqual([
    'first',
    'second',
    'third',
  ]);
  const sums = json.blocked as { holderService: string; victimService: string; seconds: number }[];
  expect(sums.map(({ holderService, victimService }) => `${victimService}<${holderService}`).sort()).toEqual([
    'second<first',
    'third<first',
  ]);
  for (const { seconds } of sums) expect(seconds).toBeCloseTo(json.seconds, 0);
  expect(watcher.stderr).toContain('GRANT pg_read_all_stats TO watcher');
}, 60_000);

test('a target that applications know by another name is told by that name', async () => {
  const shop = new Shop(url);
  const billing = await shop.start('billing');
  await billing.does('lock', 'locked');
  const victim = await clientAs('');
  const waiting = victim.query(`UPDATE stock SET n = 3 WHERE item = 'lamp'`);
  await sleep(300);
  const { stdout, stderr } = await shop.cli([
    'blame',
    `postgresql://localhost:${server.port}/postgres`,
    '--connection',
    url,
  ]);
  await billing.does('unlock', 'unlocked');
  await waiting;
  expect(stdout).toContain('(unknown session)');
  expect(stderr).toContain(`here it is called ${target}`);
  await billing.end();
}, 60_000);
