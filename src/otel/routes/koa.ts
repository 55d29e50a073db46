/**
 * Koa: the instrumentation sees a handler only in the first of the routes that share it, and asks for the route where it sees
 * one. Routers of all versions say what they have matched in `_matchedRoute` of the context, each layer over the last.
 */
import { tellRoute } from './tell-route.ts';

interface KoaContext {
  readonly path: string;
  readonly originalUrl: string;
  /** Set by `koa-mount`, which hides the prefix from what is mounted. */
  readonly mountPath?: unknown;
  [MATCHED]?: unknown;
}

const MATCHED = Symbol.for('otel-attribution matched route');

/** `/v1` for what is mounted there: what the path of the request has lost. */
function mountedAt({ path, originalUrl, mountPath }: KoaContext): string {
  if (mountPath === undefined) return '';
  const query = originalUrl.indexOf('?');
  const whole = query < 0 ? originalUrl : originalUrl.slice(0, query);
  return whole.endsWith(path) ? whole.slice(0, whole.length - path.length) : '';
}

/** `prototype`: what contexts of `koa` inherit from, the exports of `koa/lib/context.js`. */
export function watchKoa<T extends object>(prototype: T): T {
  const owner = ((prototype as { default?: object }).default ?? prototype) as object;
  if (MATCHED in owner) return prototype;
  Object.defineProperty(owner, MATCHED, { value: undefined, writable: true });
  Object.defineProperty(owner, '_matchedRoute', {
    configurable: true,
    get(this: KoaContext) {
      return this[MATCHED];
    },
    set(this: KoaContext, route: unknown) {
      this[MATCHED] = route;
      if (typeof route === 'string' || route instanceof RegExp) tellRoute(mountedAt(this) + String(route));
    },
  });
  return prototype;
}
