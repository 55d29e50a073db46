const express = require('express');
const http = require('node:http');

const app = express();
app.get('/stock/:item', (_request, response) => response.send('3'));
app.get('/search', async (_request, response) => {
  for (const item of ['a', 'b', 'c']) await get(`/stock/${item}`);
  response.send('found');
});
const server = app.listen(0, '127.0.0.1', async () => {
  for (let i = 0; i < 2; i++) await get('/search');
  console.log('served');
  server.close();
});
function get(path) {
  return new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port: server.address().port, path }, (response) => response.resume().on('end', resolve))
      .on('error', reject);
  });
}
