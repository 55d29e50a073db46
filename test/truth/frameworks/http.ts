/** Plain `node:http`: nobody knows a route, unless the handler says so on the active span. */
import { createServer } from 'node:http';
import { pipeline } from 'node:stream';
import { trace } from '@opentelemetry/api';
import type { Kind, Route } from './routes.ts';
import { routeOrigin, serve } from './runtime.ts';

const NAMED: ReadonlySet<Kind> = new Set(['items', 'lists', 'late', 'abort']);

await serve({
  load: (name) => import(name),
  origin: (route) => (NAMED.has(route.kind) ? routeOrigin(route) : `${route.method} (no route)`),
  async listen(routes, token) {
    const table = new Map(routes.map((route) => [`${route.method} ${route.path.replace(':id', '')}`, route]));
    const find = (method: string, url: string): Route | undefined =>
      table.get(`${method} ${url.slice(0, url.lastIndexOf('/') + 1)}`);
    const server = createServer(async (request, response) => {
      const route = find(request.method ?? '', request.url ?? '');
      request.resume();
      if (route === undefined) {
        response.writeHead(404).end();
        return;
      }
      if (NAMED.has(route.kind)) trace.getActiveSpan()?.setAttribute('http.route', route.path);
      try {
        const answer = await route.handle(token(route));
        if (typeof answer === 'string') response.end(answer);
        else pipeline(answer, response, () => {});
      } catch {
        response.writeHead(500).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return {
      port: (server.address() as { port: number }).port,
      close: () => new Promise((resolve) => server.close(() => resolve())),
    };
  },
});
