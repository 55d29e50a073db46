/** One plugin for each driver, all with the same paths: only the prefix with which it is registered tells them apart. */
import type { Readable } from 'node:stream';
import Hapi from '@hapi/hapi';
import type { Route } from './routes.ts';
import { routeOrigin, serve } from './runtime.ts';

/** hapi writes a parameter as `{id}`. */
const origin = (route: Route): string => routeOrigin(route).replace(':id', '{id}');

await serve({
  load: (name) => import(name),
  origin,
  async listen(routes, token) {
    const server = Hapi.server({ port: 0, host: '127.0.0.1' });
    for (const driver of new Set(routes.map((route) => route.driver))) {
      const plugin = {
        name: `plugin of ${driver}`,
        register(scope: Hapi.Server) {
          for (const route of routes) {
            if (route.driver !== driver) continue;
            scope.route({
              method: route.method,
              path: route.path.replace(`/${driver}`, '').replace(':id', '{id}'),
              handler: async (_request, toolkit) => toolkit.response((await route.handle(token(route))) as Readable),
            });
          }
        },
      };
      await server.register(plugin, { routes: { prefix: `/${driver}` } });
    }
    await server.start();
    return { port: Number(server.info.port), close: () => server.stop({ timeout: 1_000 }) };
  },
});
