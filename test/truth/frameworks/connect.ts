/** Connect and its drivers, imported by default from ES modules. A route is where a handler is mounted. */
import { pipeline } from 'node:stream';
import connect from 'connect';
import type { Route } from './routes.ts';
import { serve } from './runtime.ts';

const mount = (route: Route): string => route.path.replace('/:id', '');

await serve({
  load: async (name) => (await import(name)).default,
  origin: (route) => `${route.method} ${mount(route)}`,
  async listen(routes, token) {
    const app = connect();
    app.use((_request, _response, next) => setImmediate(next));
    for (const route of routes) {
      app.use(mount(route), async (_request, response) => {
        try {
          const answer = await route.handle(token(route));
          if (typeof answer === 'string') response.end(answer);
          else pipeline(answer, response, () => {});
        } catch {
          response.writeHead(500).end();
        }
      });
    }
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    return {
      port: (server.address() as { port: number }).port,
      close: () => new Promise((resolve) => server.close(() => resolve())),
    };
  },
});
