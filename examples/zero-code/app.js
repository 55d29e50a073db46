// A small Express application that knows nothing about OpenTelemetry. It calls itself, so that there is something to see.
import { once } from 'node:events';
import express from 'express';

const app = express();
app.get('/stock/:item', (request, response) => response.json({ item: request.params.item, left: 3 }));
app.get('/search', async (_request, response) => {
  // One request, three calls: what the table below shows as 3 calls/req.
  for (const item of ['tea', 'cups', 'pot']) await fetch(`${base}/stock/${item}`);
  response.send('found 3\n');
});
app.get('/checkout', async (_request, response) => {
  await fetch(`${base}/stock/tea`, { method: 'GET' });
  response.send('paid\n');
});

const server = app.listen(Number(process.env.PORT ?? 0), '127.0.0.1');
await once(server, 'listening');
const base = `http://127.0.0.1:${server.address().port}`;
console.log(`listening on ${base}; try ${base}/search, then press Ctrl-C`);

if (process.argv.includes('--once')) {
  // Some traffic, then the end: for the tests, and for the impatient.
  for (let i = 0; i < 5; i++) await (await fetch(`${base}/search`)).text();
  for (let i = 0; i < 2; i++) await (await fetch(`${base}/checkout`)).text();
  server.close();
}
