import { pipeline } from 'node:stream';
import express, { type ErrorRequestHandler, type RequestHandler, Router } from 'express';
import { serve } from './runtime.ts';

await serve({
  load: (name) => import(name),
  async listen(routes, token) {
    const app = express();
    app.use((_request, _response, next) => setImmediate(next)); // middleware that loses no context but takes a turn
    const router = Router();
    for (const route of routes) {
      const handler: RequestHandler = async (_request, response) => {
        const answer = await route.handle(token(route));
        if (typeof answer === 'string') response.send(answer);
        else pipeline(answer, response, () => {});
      };
      // Half of the drivers sit in a mounted router: the route is known in pieces.
      if (route.driver < 'm')
        router[route.method === 'GET' ? 'get' : 'post'](
          route.path.replace(`/${route.driver}`, ''),
          mountedOn(route.driver, handler),
        );
      else app[route.method === 'GET' ? 'get' : 'post'](route.path, handler);
    }
    for (const driver of new Set(routes.filter((route) => route.driver < 'm').map((route) => route.driver))) {
      app.use(`/${driver}`, router);
    }
    app.use(((_error, _request, response, _next) => {
      response.status(500).end();
    }) satisfies ErrorRequestHandler);
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    return {
      port: (server.address() as { port: number }).port,
      close: () => new Promise((resolve) => server.close(() => resolve())),
    };
  },
});

/** The router is shared by several mount points: a handler answers only below its own. */
function mountedOn(driver: string, handler: RequestHandler): RequestHandler {
  return (request, response, next) => (request.baseUrl === `/${driver}` ? handler(request, response, next) : next());
}
