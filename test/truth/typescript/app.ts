import { pipeline } from 'node:stream';
import express, { Router } from 'express';
import { serve } from '../frameworks/runtime.ts';

void serve({
  load: (name) => Promise.resolve(require(name)),
  async listen(routes, token) {
    const app = express();
    const router = Router();
    for (const route of routes) {
      router[route.method === 'GET' ? 'get' : 'post'](
        route.path.replace(/^\/[^/]+/, ''),
        async (request, response, next) => {
          if (request.baseUrl !== `/${route.driver}`) return next();
          const answer = await route.handle(token(route));
          if (typeof answer === 'string') response.send(answer);
          else pipeline(answer, response, () => {});
        },
      );
    }
    for (const driver of new Set(routes.map((route) => route.driver))) app.use(`/${driver}`, router);
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    return {
      port: (server.address() as { port: number }).port,
      close: () => new Promise((resolve) => server.close(() => resolve())),
    };
  },
});
