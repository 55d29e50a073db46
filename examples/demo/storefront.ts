/** The storefront: Express on the shop's database, with payments as a service of its own and a job that writes invoices. */
import express from 'express';
import { request } from 'undici';
import { withAttributes, withOrigin } from '../../src/index.ts';
import { Books, toHeaders, type Who } from './books.ts';
import { announce } from './child.ts';
import { ShopDb } from './shop-db.ts';

const books = new Books('storefront');
const db = new ShopDb(process.env.DATABASE_URL!, books);
const who = (origin: string, tenant = ''): Who => ({ service: 'storefront', origin, tenant });

const app = express();
app.use(express.json());

// The customer is a dimension of all load from here on; the origin stays the route.
app.use((req, _res, next) => {
  withAttributes({ tenant: req.get('x-tenant') ?? '' }, next);
});

// One query for the hits and one more for each of them: the N+1 of this shop.
app.get('/search', async (req, res) => {
  const me = who('GET /search', req.get('x-tenant'));
  books.count('request', me);
  const hits = await db.query<{ id: number }>(me, 'SELECT id FROM products WHERE category = $1 ORDER BY id LIMIT 46', [
    String(req.query.category),
  ]);
  const products = await Promise.all(
    hits.map((hit) => db.query(me, 'SELECT name, price, stock FROM products WHERE id = $1', [hit.id])),
  );
  res.json(products.flat());
});

app.get('/product/:id', async (req, res) => {
  const me = who('GET /product/:id', req.get('x-tenant'));
  books.count('request', me);
  const id = Number(req.params.id);
  const [product] = await db.query(me, 'SELECT name, price, stock FROM products WHERE id = $1', [id]);
  if (product === undefined) return void res.status(404).json({ error: 'no such product' });
  const reviews = await db.query(me, 'SELECT stars, body FROM reviews WHERE product = $1 LIMIT 10', [id]);
  res.json({ ...product, reviews });
});

app.post('/checkout', async (req, res) => {
  const me = who('POST /checkout', req.get('x-tenant'));
  books.count('request', me);
  const { product, card } = req.body as { product: number; card: number };
  const [order] = await db.query<{ id: number; total: number }>(
    me,
    `INSERT INTO orders (tenant, product, total, status) SELECT $1, id, price, 'new' FROM products WHERE id = $2 RETURNING id, total`,
    [me.tenant, product],
  );
  books.count('call', me);
  const charge = await request(`${process.env.PAYMENTS_URL}/charges`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...toHeaders(me) },
    body: JSON.stringify({ order: order?.id, amount: order?.total, card }),
  });
  await charge.body.dump();
  const paid = charge.statusCode === 201;
  await db.query(me, 'UPDATE orders SET status = $1 WHERE id = $2', [paid ? 'paid' : 'declined', order?.id]);
  res.status(paid ? 201 : 402).json({ order: order?.id });
});

/** Not a request, so it needs a name of its own. */
async function writeInvoices(): Promise<void> {
  await withOrigin('job:invoices', async () => {
    for (const tenant of ['acme', 'globex']) {
      await withAttributes({ tenant }, async () => {
        const me = who('job:invoices', tenant);
        for (let month = 0; month < 4; month++) {
          await db.query(
            me,
            `SELECT product, count(*) AS n, sum(total) AS sum, avg(total) AS mean FROM orders
             WHERE tenant = $1 AND status = 'paid' AND id % 4 = $2 GROUP BY product ORDER BY sum DESC LIMIT 10`,
            [tenant, month],
          );
        }
      });
    }
  });
}

/** What nobody gave a name is shown, too, as `(unattributed)`. */
async function ping(): Promise<void> {
  await db.query(who('(unattributed)'), 'SELECT 1');
}

/** Runs `work` over and over with a pause between, and does not stop in the middle of it. */
function repeat(work: () => Promise<void>, pauseMs: number): () => Promise<void> {
  let timer: NodeJS.Timeout;
  let running = Promise.resolve();
  const run = (): void => {
    running = work().finally(() => {
      timer = setTimeout(run, pauseMs);
    });
  };
  timer = setTimeout(run, pauseMs);
  return async () => {
    await running;
    clearTimeout(timer);
  };
}

const server = app.listen(0, '127.0.0.1', () => {
  const stops = [repeat(writeInvoices, 100), repeat(ping, 200)];
  announce({ port: (server.address() as { port: number }).port }, async () => {
    await Promise.all(stops.map((stop) => stop()));
    await new Promise((resolve) => server.close(resolve));
    await db.end();
    return { books: books.entries() };
  });
});
