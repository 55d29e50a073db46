/** The storefront of the examples: seventeen minutes of the night, from 02:58 on. */
import { charge, query, request } from './work.js';

for (let at = night.beginMs; at < night.endMs; at += 1_000) {
  setCalendar(at);
  // Each search asks for its 46 products one by one.
  for (let i = 0; i < 5; i++)
    request('GET', '/search', i < 2 ? 'acme' : 'globex', at + i * 190, (from) =>
      query('SELECT name, price FROM products WHERE id = $1', 46, 13, query('SELECT id FROM search($1)', 1, 13, from)),
    );
  request('POST', '/checkout', 'acme', at + 500, (from) =>
    charge(180, query('UPDATE stock SET n = n - 1 WHERE id = $1', 3, 21, from)),
  );
  // A timer that nobody named.
  query('SELECT 1', 2, 2, at + 700);
}
setCalendar(night.endMs);
