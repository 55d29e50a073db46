import { Readable } from 'node:stream';
import { serve as listen, type ServerType } from '@hono/node-server';
import { httpInstrumentationMiddleware } from '@hono/otel';
import { Hono } from 'hono';
import { serve } from './runtime.ts';
import { sdk } from './sdk.ts';

await serve({
  load: (name) => import(name),
  async listen(routes, token) {
    const app = new Hono();
    app.use(httpInstrumentationMiddleware());
    app.onError((_error, context) => context.text('failed', 500));
    // One application for each driver, which does not know where it is mounted.
    for (const driver of new Set(routes.map((route) => route.driver))) {
      const mounted = new Hono();
      for (const route of routes) {
        if (route.driver !== driver) continue;
        mounted.on(route.method, route.path.replace(`/${driver}`, ''), async (context) => {
          const answer = await route.handle(token(route));
          return typeof answer === 'string'
            ? context.text(answer)
            : context.body(Readable.toWeb(answer) as ReadableStream);
        });
      }
      app.route(`/${driver}`, mounted);
    }
    let server: ServerType | undefined;
    const port = await new Promise<number>((resolve) => {
      server = listen({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, (info) => resolve(info.port));
    });
    return { port, close: () => new Promise((resolve) => server?.close(() => resolve())) };
  },
  shutdown: () => sdk.shutdown(),
});
