/**
 * hapi: the instrumentation takes the path that a plugin names, without the prefix it was registered with, and `/users` of
 * `/v1` and of `/v2` become one. `request.route.path` is the whole.
 */
import { join, tellRoute } from './tell-route.ts';

interface Request {
  readonly route: { readonly path: unknown; readonly method: string };
}
interface Toolkit {
  readonly continue: symbol;
}
interface Server {
  ext(event: string, method: (request: Request, toolkit: Toolkit) => symbol): void;
}
type MakeServer = (this: unknown, ...args: unknown[]) => Server;
interface HapiExports {
  server?: MakeServer;
  Server?: MakeServer;
  readonly default?: HapiExports;
}

const WATCHED = Symbol.for('otel-attribution watched');

/** What hapi answers itself has no route: 404, and requests it cannot read. */
const SPECIAL = '_special';

function watch(server: Server): void {
  const { ext } = Object.getPrototypeOf(server) as Server;
  // That of the prototype: the instrumentation makes a span of whatever comes in by the server's own. Before authentication,
  // so that denied requests have a route, and handlers may send it on.
  ext.call(server, 'onPreAuth', ({ route }, toolkit) => {
    if (route.method !== SPECIAL) tellRoute(route.path);
    return toolkit.continue;
  });
}

/** Servers that `exports` of `@hapi/hapi` makes from now on tell their routes. */
export function watchHapi(exports: HapiExports): HapiExports {
  for (const owner of [exports, exports.default]) {
    for (const name of ['server', 'Server'] as const) {
      const make = owner?.[name] as (MakeServer & { [WATCHED]?: true }) | undefined;
      if (owner === undefined || typeof make !== 'function' || make[WATCHED] === true) continue;
      // Called with and without `new`: either way what it returns is the server.
      const watched: MakeServer & { [WATCHED]?: true } = function (...args) {
        const server = make.apply(this, args);
        join(() => watch(server));
        return server;
      };
      watched[WATCHED] = true;
      owner[name] = watched;
    }
  }
  return exports;
}
