// Routers within routers, and one handler for all routes.
const Koa = require('koa');
const { Router } = require('@koa/router');
const { serve } = require('./runtime.ts');

void serve({
  load: (name) => Promise.resolve(require(name)),
  async listen(routes, token) {
    const app = new Koa();
    app.silent = true;
    const byPath = new Map(routes.map((route) => [route.path, route]));
    const handle = async (context) => {
      const route = byPath.get(context.path.replace(/\/\d+$/, '/:id'));
      context.body = await route.handle(token(route));
    };
    for (const driver of new Set(routes.map((route) => route.driver))) {
      const inner = new Router();
      for (const { driver: of, method, path } of routes) {
        if (of === driver) inner[method === 'GET' ? 'get' : 'post'](path.replace(`/${driver}`, ''), handle);
      }
      const outer = new Router({ prefix: `/${driver}` });
      outer.use((_context, next) => next());
      app.use(outer.use(inner.routes()).routes());
    }
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    return { port: server.address().port, close: () => new Promise((resolve) => server.close(resolve)) };
  },
});
