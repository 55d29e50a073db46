/** Payments: Fastify on the same database. It does nothing of its own accord: all its load is its callers'. */
import FastifyOtel from '@fastify/otel';
import Fastify from 'fastify';
import { Books, fromHeaders } from './books.ts';
import { announce, freePort } from './child.ts';
import { ShopDb } from './shop-db.ts';

const books = new Books('payments');
const db = new ShopDb(process.env.DATABASE_URL!, books);

const app = Fastify();
// Fastify brings its own instrumentation; it names the routes.
await app.register(new FastifyOtel.FastifyOtelInstrumentation().plugin());

app.post('/charges', async (req, reply) => {
  const who = fromHeaders(req.headers);
  books.count('request', who);
  const { order, amount, card } = req.body as { order: number; amount: number; card: number };
  const [found] = await db.query<{ blocked: boolean }>(who, 'SELECT blocked FROM cards WHERE id = $1', [card]);
  if (found?.blocked !== false) return reply.code(402).send({ error: 'card declined' });
  await db.query(who, 'INSERT INTO charges ("order", amount) VALUES ($1, $2)', [order, amount]);
  return reply.code(201).send({ order });
});

await app.listen({ host: '127.0.0.1', port: await freePort(Number(process.env.PORT)) });
announce({ port: (app.server.address() as { port: number }).port }, async () => {
  await app.close();
  await db.end();
  return { books: books.entries() };
});
