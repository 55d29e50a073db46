import { expect, test } from 'vitest';
import { recordView } from '../../../src/core/mapping/attribute-view.ts';
import { operationOf } from '../../../src/engine/live/operation.ts';

const query = (text: string) => ({ 'db.query.text': text });

test.each([
  [{ 'db.operation.name': 'SELECT', 'db.collection.name': 'orders' }, 'SELECT orders'],
  [{ 'db.operation': 'find', 'db.mongodb.collection': 'carts' }, 'find carts'],
  [query('select * from "shop"."orders" where id = $1'), 'SELECT shop.orders'],
  [query('  /* route=/a */ -- b\nINSERT INTO `orders` VALUES (1)'), 'INSERT orders'],
  [query('UPDATE ONLY orders SET a = 1 FROM other'), 'UPDATE orders'],
  [query('WITH recent AS (SELECT 1 FROM orders) SELECT * FROM recent'), 'SELECT orders'],
  [query('with old as (select 1) delete from orders'), 'DELETE orders'],
  [{ 'db.statement': 'get session:42', 'db.system': 'redis' }, 'GET'],
  [query('BEGIN'), 'BEGIN'],
  [{ 'db.query.text': 'SELECT 1', 'db.operation.name': 'SELECT' }, 'SELECT'],
  [{ 'rpc.method': 'Charge', 'http.request.method': 'POST' }, 'Charge'],
  [{ 'messaging.operation.type': 'publish' }, 'publish'],
  [{ 'gen_ai.operation.name': 'chat' }, 'chat'],
  [{ 'http.request.method': 'POST', 'url.full': 'https://x/?token=secret' }, 'POST'],
  [{}, ''],
  [query('?'), ''],
])('%j: %j', (attributes, operation) => expect(operationOf(recordView(attributes))).toBe(operation));

test.each([
  "SELECT 'from secret' AS a FROM orders",
  'SELECT $$from secret$$ FROM orders',
  "SELECT 'it''s from secret' FROM orders",
  "SELECT 'cut off from secret",
])('no value is taken for a name: %s', (text) => expect(operationOf(recordView(query(text)))).not.toContain('secret'));

test('a text of any length takes no time', () => {
  const before = performance.now();
  for (const text of ["'".repeat(1e6), '/*'.repeat(1e6), 'WITH '.repeat(1e6), '$'.repeat(1e6), '-- '.repeat(1e6)])
    operationOf(recordView(query(text)));
  expect(performance.now() - before).toBeLessThan(1_000);
});
