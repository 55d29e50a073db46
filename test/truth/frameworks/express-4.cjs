// Express as most still run it. It does not look at promises: a handler passes its own errors on.
const { pipeline } = require('node:stream');
const { olderFrameworks } = require('./older.ts');
const { serve } = require('./runtime.ts');

const express = olderFrameworks('express');

void serve({
  load: (name) => Promise.resolve(require(name)),
  async listen(routes, token) {
    const app = express();
    app.use((_request, _response, next) => setImmediate(next));
    for (const driver of new Set(routes.map((route) => route.driver))) {
      const router = express.Router();
      for (const route of routes) {
        if (route.driver !== driver) continue;
        const path = route.path.replace(`/${driver}`, '');
        router[route.method === 'GET' ? 'get' : 'post'](path, async (_request, response, next) => {
          try {
            const answer = await route.handle(token(route));
            if (typeof answer === 'string') response.send(answer);
            else pipeline(answer, response, () => {});
          } catch (error) {
            next(error);
          }
        });
      }
      app.use(`/${driver}`, router);
    }
    // Express tells an error handler by its four parameters.
    app.use((_error, _request, response, _next) => response.status(500).end());
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    return { port: server.address().port, close: () => new Promise((resolve) => server.close(resolve)) };
  },
});
