// CommonJS, like most Koa applications.
const Koa = require('koa');
const Router = require('@koa/router');
const { serve } = require('./runtime.ts');

const load = (name) => Promise.resolve(require(name));

void serve({
  load,
  async listen(routes, token) {
    const app = new Koa();
    app.silent = true;
    app.use(async (_context, next) => {
      await null;
      await next();
    });
    const router = new (Router.default ?? Router.Router ?? Router)();
    for (const route of routes) {
      router[route.method === 'GET' ? 'get' : 'post'](route.path, async (context) => {
        context.body = await route.handle(token(route));
      });
    }
    app.use(router.routes());
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    return { port: server.address().port, close: () => new Promise((resolve) => server.close(resolve)) };
  },
});
