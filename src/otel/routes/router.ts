/**
 * Express 5 without its instrumentation, as ES modules import it where no loader hook is: only that of `router` is at work,
 * and in its spans stands where a router is mounted for this request (`/tenants/42`), not what it was mounted as
 * (`/tenants/:tenant`). The router itself tells what it has matched, layer by layer.
 */
import diagnostics from 'node:diagnostics_channel';
import { createRequire } from 'node:module';
import { tellRoute } from './tell-route.ts';

interface Request {
  readonly baseUrl?: string;
  readonly route?: { readonly stack?: readonly unknown[] };
  /** What is mounted where, within this request: `/tenants/42` → `/tenants/:tenant`. */
  [MOUNTS]?: Map<string, string>;
}
interface Matched {
  readonly req: Request;
  readonly layer: unknown;
  /** What this layer alone has matched. */
  readonly route: unknown;
}

const MOUNTS = Symbol.for('otel-attribution mounts');
const CHANNEL = 'tracing:express.router.request:start';

/** `/tenants/:tenant` takes one segment of the path for each of its own; of wildcards and groups nobody knows. */
const PLAIN = /^(\/[^/*{}()]+)+$/;

function noteMount(mounts: Map<string, string>, baseUrl: string, pattern: unknown): void {
  if (pattern === '/') return;
  let parent: string | undefined;
  if (typeof pattern === 'string' && PLAIN.test(pattern)) {
    const segments = pattern.split('/').length - 1;
    parent = mounts.get(baseUrl.split('/').slice(0, -segments).join('/'));
  }
  if (parent === undefined) mounts.delete(baseUrl);
  else mounts.set(baseUrl, `${parent}${pattern}`);
}

function onLayer({ req, layer, route: pattern }: Matched): void {
  const { baseUrl = '' } = req;
  let mounts = req[MOUNTS];
  if (mounts === undefined) req[MOUNTS] = mounts = new Map([['', '']]);
  if (req.route?.stack?.includes(layer) !== true) {
    noteMount(mounts, baseUrl, pattern);
    return;
  }
  const mounted = mounts.get(baseUrl);
  if (mounted === undefined) return;
  tellRoute(pattern === '/' && mounted !== '' ? mounted : `${mounted}${String(pattern)}`);
}

/** By the mark that instrumentations leave. */
function expressIsPatched(): boolean {
  const { cache } = createRequire(import.meta.url);
  const file = Object.keys(cache).find((path) => /[\\/]express[\\/]lib[\\/]application\.js$/.test(path));
  const application = file === undefined ? undefined : (cache[file]?.exports as { use?: { __wrapped?: unknown } });
  return application?.use?.__wrapped === true;
}

let watched = false;

/** `exports` of `router`, which Express is about to load: whether its own instrumentation reaches it is known after that. */
export function watchRouter<T>(exports: T): T {
  setImmediate(() => {
    if (watched || expressIsPatched()) return;
    watched = true;
    diagnostics.subscribe(CHANNEL, (message) => onLayer(message as Matched));
  });
  return exports;
}
