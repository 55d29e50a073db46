// Libraries whose instrumentations break, or see nothing, when they are imported by default from an ES module.
import http from 'node:http';
import grpc from '@grpc/grpc-js';
import connect from 'connect';
import Memcached from 'memcached';
import mysql from 'mysql';

const app = connect();
const nobody = { host: '127.0.0.1', port: 1 };
const client = new grpc.Client(`${nobody.host}:${nobody.port}`, grpc.credentials.createInsecure());
app.use('/search', (_, response) => {
  mysql.createConnection(nobody).query('SELECT 1', () => {
    new Memcached(`${nobody.host}:${nobody.port}`, { retries: 0 }).get('key', () => {
      const bytes = () => Buffer.alloc(0);
      client.makeUnaryRequest('/shop.Items/Get', bytes, bytes, {}, () => response.end());
    });
  });
});
const server = http.createServer(app).listen(0, '127.0.0.1', () => {
  http.get(`http://127.0.0.1:${server.address().port}/search`, (response) => {
    response.resume().on('end', () => {
      console.log('served');
      process.exit(0);
    });
  });
});
