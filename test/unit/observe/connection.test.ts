import { expect, test } from 'vitest';
import { connectionTo, parseConnection, shownError, targetOf } from '../../../src/observe/connection.ts';

test.each<[string, string, string | undefined, Record<string, string>, string, string | undefined]>([
  [
    'the given one',
    'postgresql://shop-db/shop',
    'postgres://u:p@10.0.0.7:5433/shop',
    {},
    'postgresql://10.0.0.7:5433/shop',
    'u',
  ],
  ['the target itself', 'postgresql://u:p%40@shop-db/shop', undefined, {}, 'postgresql://shop-db/shop', 'u'],
  [
    'a variable that leads there',
    'postgresql://shop-db/shop',
    undefined,
    { DATABASE_URL: 'postgres://me@shop-db:5432/shop' },
    'postgresql://shop-db/shop',
    'me',
  ],
  [
    'not one that leads elsewhere',
    'postgresql://shop-db/shop',
    undefined,
    { DATABASE_URL: 'postgres://me@other/shop', PGUSER: 'pg' },
    'postgresql://shop-db/shop',
    'pg',
  ],
  ['the user of MySQL', 'mariadb://shop-db/shop', undefined, { MYSQL_USER: 'my' }, 'mysql://shop-db/shop', 'my'],
  [
    'no variable that holds something else',
    'postgresql://shop-db/shop',
    undefined,
    { DATABASE_URL: 'file:./dev.db', POSTGRES_URL: 'postgres://me:100%@shop-db/shop', PGUSER: 'pg' },
    'postgresql://shop-db/shop',
    'pg',
  ],
])('connects with %s', (_, target, given, env, expected, user) => {
  const connection = connectionTo(target, given, env);
  expect(targetOf(connection)).toBe(expected);
  expect(connection.user).toBe(user);
});

test.each([
  ['no address', 'not an address s3cret', undefined],
  ['an address of the unknown', 'postgresql://(unknown)/shop', undefined],
  ['a connection without a host', 'postgresql://shop-db/shop', 's3cret'],
  ['a bare % in a password', 'postgresql://shop-db/shop', 'postgresql://me:s3cret%@shop-db/shop'],
])('%s: says what is expected and shows no secret', (_, target, given) => {
  const attempt = (): unknown => connectionTo(target, given, {});
  expect(attempt).toThrow(/add --connection|expected an address|is written %25/);
  expect(attempt).not.toThrow(/s3cret/);
});

test('the password of one server is not sent to another', () => {
  const env = { MYSQL_USER: 'my', MYSQL_PASSWORD: 's3cret', PGUSER: 'pg', PGPASSWORD: 's3cret' };
  expect(connectionTo('redis://cache:6379', undefined, env)).toMatchObject({ user: undefined, password: undefined });
});

test('an error of a driver is said with what mends it', () => {
  const connection = parseConnection('postgresql://me:s3cret@db/shop', '--connection');
  const said = (text: string): string => shownError(connection, new Error(text));
  expect(said('password "s3cret" is wrong')).toMatch(
    /^postgresql:\/\/db\/shop cannot be asked: password "\*\*\*" is wrong\. .*DATABASE_URL/,
  );
  expect(said('unsupported startup parameter: options')).toMatch(/a pooler in front of it\.$/);
});
