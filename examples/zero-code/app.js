// A small Express application that knows nothing about OpenTelemetry, and calls itself so that there is something to see.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import express from 'express';

const app = express();
app.get('/stock/:item', (request, response) => response.json({ item: request.params.item, left: 3 }));
app.get('/search', async (_request, response) => {
  // Three calls in each request: the 3.0 calls/req of the table.
  for (const item of ['tea', 'cups', 'pot']) await fetch(`${url}/stock/${item}`);
  response.send('found 3\n');
});
app.get('/checkout', async (_request, response) => {
  await fetch(`${url}/stock/tea`);
  response.send('paid\n');
});

const server = app.listen(Number(process.env.PORT ?? 0), '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${server.address().port}`;
console.log(`try ${url}/search and ${url}/checkout, then press Ctrl-C`);

if (process.argv.includes('--once')) {
  // Customers, in a process of their own: 5 searches, 2 checkouts, then the end.
  const visit = `for (const path of process.argv[2].split(',')) await (await fetch(process.argv[1] + path)).text();`;
  const paths = [...Array(5).fill('/search'), ...Array(2).fill('/checkout')].join(',');
  const env = { ...process.env, NODE_OPTIONS: '' };
  await once(spawn(process.execPath, ['--input-type=module', '-e', visit, url, paths], { env }), 'close');
  server.close();
}
