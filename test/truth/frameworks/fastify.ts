import Fastify from 'fastify';
import { routeOrigin, serve } from './runtime.ts';
import { sdk } from './sdk.ts';

await serve({
  load: (name) => import(name),
  origin: routeOrigin,
  async listen(routes, token) {
    const app = Fastify({ forceCloseConnections: true });
    for (const route of routes) {
      app.route({
        method: route.method,
        url: route.path,
        handler: async (_request, reply) => reply.send(await route.handle(token(route))),
      });
    }
    await app.listen({ port: 0, host: '127.0.0.1' });
    return { port: (app.server.address() as { port: number }).port, close: () => app.close() };
  },
  shutdown: () => sdk.shutdown(),
});
