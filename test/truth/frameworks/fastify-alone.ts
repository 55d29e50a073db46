/** Fastify without `@fastify/otel`, each driver in a plugin with a prefix. */
import Fastify from 'fastify';
import { serve } from './runtime.ts';

await serve({
  load: (name) => import(name),
  async listen(routes, token) {
    const app = Fastify({ forceCloseConnections: true });
    for (const driver of new Set(routes.map((route) => route.driver))) {
      app.register(
        async (scope) => {
          for (const route of routes) {
            if (route.driver !== driver) continue;
            const url = route.path.replace(`/${driver}`, '');
            scope.route({
              method: route.method,
              url,
              handler: async (_request, reply) => reply.send(await route.handle(token(route))),
            });
          }
        },
        { prefix: `/${driver}` },
      );
    }
    await app.listen({ port: 0, host: '127.0.0.1' });
    return { port: (app.server.address() as { port: number }).port, close: () => app.close() };
  },
});
