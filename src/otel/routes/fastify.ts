/** Fastify: without `@fastify/otel` nobody tells a route. It says itself when an instance is made. */
import diagnostics from 'node:diagnostics_channel';
import { join, tellRoute } from './tell-route.ts';

interface Request {
  readonly routeOptions?: { readonly url?: unknown };
}
interface Instance {
  addHook(name: 'onRequest', hook: (request: Request, reply: unknown, done: () => void) => void): void;
}

/** Instances made from now on tell their routes. */
export function watchFastify(): void {
  diagnostics.subscribe('fastify.initialization', (message) => {
    const { fastify } = message as { readonly fastify: Instance };
    // Before all hooks of the application, so that denied requests have a route.
    join(() =>
      fastify.addHook('onRequest', (request, _reply, done) => {
        tellRoute(request.routeOptions?.url);
        done();
      }),
    );
  });
}
