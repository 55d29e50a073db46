/** A Postgres for the shop in a process of its own: PGlite behind a socket that speaks the real protocol. */
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { announce, freePort } from './child.ts';

const SCHEMA = `
  CREATE TABLE products (id int PRIMARY KEY, name text NOT NULL, category text NOT NULL, price int NOT NULL, stock int NOT NULL);
  INSERT INTO products SELECT i, 'Product ' || i, (ARRAY['books','garden','kitchen','music','toys'])[i % 5 + 1], 500 + i * 37 % 9000, 100000
    FROM generate_series(1, 500) i;
  CREATE INDEX ON products (category);
  CREATE TABLE reviews (product int NOT NULL, stars int NOT NULL, body text NOT NULL);
  INSERT INTO reviews SELECT i % 500 + 1, i % 5 + 1, 'Review ' || i FROM generate_series(1, 2000) i;
  CREATE INDEX ON reviews (product);
  CREATE TABLE orders (id serial PRIMARY KEY, tenant text NOT NULL, product int NOT NULL, total int NOT NULL, status text NOT NULL);
  INSERT INTO orders (tenant, product, total, status)
    SELECT (ARRAY['acme','globex'])[i % 2 + 1], i % 500 + 1, 500 + i * 37 % 9000, 'paid' FROM generate_series(1, 40000) i;
  CREATE TABLE charges (id serial PRIMARY KEY, "order" int NOT NULL, amount int NOT NULL);
  CREATE TABLE cards (id int PRIMARY KEY, blocked boolean NOT NULL);
  INSERT INTO cards SELECT i, i % 20 = 0 FROM generate_series(1, 200) i;
  ANALYZE;
`;

const db = await PGlite.create();
await db.exec(SCHEMA);
const port = await freePort(Number(process.env.PORT));
// One Postgres backend serves all connections in turn, so more of them only means more that can wait.
const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port, maxConnections: 64 });
await server.start();
announce({ port }, async () => {
  await server.stop();
  await db.close();
});
