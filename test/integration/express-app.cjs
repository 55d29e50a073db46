// Middleware that calls another service, nested routers, a denied, a failed and an unknown request.
const express = require('express');
const http = require('node:http');

const target = http
  .createServer((_request, response) => response.end('ok'))
  .listen(0, '127.0.0.1', () => {
    const call = () =>
      new Promise((resolve) =>
        http.get({ port: target.address().port, host: '127.0.0.1' }, (r) => r.resume().on('end', resolve)),
      );
    const app = express();
    app.use(express.json());
    app.use(async (_request, _response, next) => {
      await call();
      next();
    });
    const items = express.Router();
    items.use((_request, _response, next) => next());
    items.get('/items/:id', async (_request, response) => {
      await call();
      response.json({});
    });
    items.get('/fails/:id', (_request, _response, next) => next(new Error('fails')));
    app.use('/api', items);
    app.get('/denied', (_request, response) => response.status(403).end());
    app.use((_error, _request, response, _next) => response.status(500).end());
    const server = app.listen(0, '127.0.0.1', async () => {
      for (const path of ['/api/items/1', '/api/items/2', '/api/fails/1', '/denied', '/unknown/7']) {
        await new Promise((resolve) =>
          http.get({ port: server.address().port, host: '127.0.0.1', path, agent: false }, (r) =>
            r.resume().on('end', resolve),
          ),
        );
      }
      setTimeout(() => process.exit(), 50);
    });
  });
