import { once } from 'node:events';
import express from 'express';

const app = express();
app.get('/stock/:item', (_request, response) => response.send('3'));
app.get('/search', async (_request, response) => {
  for (const item of ['a', 'b', 'c']) await fetch(`${base}/stock/${item}`);
  response.send('found');
});
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
const base = `http://127.0.0.1:${server.address().port}`;
if (process.env.OWN_LISTENER) process.on(process.env.OWN_LISTENER, () => server.close());
if (process.env.RERAISE) {
  // What libraries do that clean up on a signal and otherwise want the default.
  const clean = () => {
    process.removeListener('SIGTERM', clean);
    process.kill(process.pid, 'SIGTERM');
  };
  process.on('SIGTERM', clean);
}
for (let i = 0; i < 2; i++) await (await fetch(`${base}/search`)).text();
console.log('served');
if (!process.env.STAY) server.close();
