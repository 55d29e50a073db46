/** Frameworks that tell their routes themselves: real ones, over HTTP, each request in a server span without a route. */
import { createServer, get, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import { context } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchFastify } from '../../../src/otel/routes/fastify.ts';
import { watchHapi } from '../../../src/otel/routes/hapi.ts';
import { watchKoa } from '../../../src/otel/routes/koa.ts';
import { watchRouter } from '../../../src/otel/routes/router.ts';
import { type Harness, operations, PG_TARGET, startHarness } from './harness.ts';

const require = createRequire(import.meta.url);
let h: Harness;
beforeEach(() => {
  h = startHarness();
});
afterEach(() => h.close());

const query = () => h.pg(context.active()).end();

/** Asks for each path, and says how many queries each origin made. */
async function originsOf(handle: RequestListener, paths: readonly string[]): Promise<Record<string, number>> {
  const server = createServer((request, response) => {
    const span = h.request();
    response.on('close', () => span.end());
    context.with(h.in(span), handle, undefined, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  for (const path of paths) {
    await new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
        response.resume().on('close', resolve);
      }).on('error', reject);
    });
  }
  await new Promise((resolve) => server.close(resolve));
  return operations(await h.rows(), PG_TARGET);
}

describe('hapi', () => {
  const hapi = watchHapi({ ...require('@hapi/hapi') } as never) as never as typeof import('@hapi/hapi');

  function application() {
    const server = hapi.server({ autoListen: false });
    const users = (name: string) => ({
      name,
      register: (scope: import('@hapi/hapi').Server) =>
        scope.route({
          method: 'GET',
          path: '/users/{id}',
          handler: () => {
            query();
            return name;
          },
        }),
    });
    return { server, users };
  }

  it('tells the prefix of the plugin that has a route', async () => {
    const { server, users } = application();
    await server.register(users('one'), { routes: { prefix: '/v1' } });
    await server.register(users('two'), { routes: { prefix: '/v2' } });
    await server.initialize();
    const handle: RequestListener = (request, response) => void server.listener.emit('request', request, response);
    const origins = await originsOf(handle, ['/v1/users/1', '/v2/users/1', '/v2/users/2']);
    await server.stop();
    expect(origins).toEqual({ 'GET /v1/users/{id}': 1, 'GET /v2/users/{id}': 2 });
  });

  it('tells a route that was denied, and none where there is none', async () => {
    const { server, users } = application();
    server.auth.scheme('closed', () => ({
      authenticate(_request, toolkit) {
        query();
        return toolkit.unauthenticated(new Error('no'));
      },
    }));
    server.auth.strategy('closed', 'closed');
    server.ext('onPreResponse', (_request, toolkit) => {
      query();
      return toolkit.continue;
    });
    server.auth.default('closed');
    await server.register(users('one'), { routes: { prefix: '/v1' } });
    await server.initialize();
    const handle: RequestListener = (request, response) => void server.listener.emit('request', request, response);
    const origins = await originsOf(handle, ['/v1/users/1', '/nowhere']);
    await server.stop();
    expect(origins).toEqual({ 'GET /v1/users/{id}': 2, 'GET (no route)': 1 });
  });

  it('is watched once, with new and without', async () => {
    const once = watchHapi({ ...require('@hapi/hapi') } as never) as never as typeof import('@hapi/hapi');
    const { server, Server } = once;
    expect(watchHapi(once as never)).toBe(once);
    expect(once.server).toBe(server);
    expect(once.Server).toBe(Server);
    expect(new Server({ autoListen: false }).version).toBe(server({ autoListen: false }).version);
  });
});

describe('Koa', () => {
  watchKoa(require('koa/lib/context.js'));
  const Koa = require('koa') as new () => { use(layer: unknown): void; callback(): RequestListener };
  type Context = { path: string; body?: unknown; mountPath?: string };
  type Middleware = (ctx: Context, next: () => Promise<unknown>) => Promise<unknown>;
  const { Router } = require('@koa/router') as typeof import('@koa/router');

  it('tells the routes of routers within routers, though they share a handler', async () => {
    const answer = (ctx: Context) => {
      query();
      ctx.body = 'ok';
    };
    const users = new Router().get('/', answer).get('/:id', answer);
    const app = new Koa();
    app.use(new Router({ prefix: '/v1' }).use('/users', users.routes()).routes());
    app.use(new Router({ prefix: '/v2' }).use('/users', users.routes()).routes());
    app.use(new Router().get(/^\/re\/\d+$/, answer).routes());
    app.use(async (_ctx: Context) => query());
    const paths = ['/v1/users', '/v1/users/7', '/v2/users/7?x=1', '/re/3', '/nowhere'];
    expect(await originsOf(app.callback(), paths)).toEqual({
      'GET /v1/users': 1,
      'GET /v1/users/:id': 1,
      'GET /v2/users/:id': 1,
      'GET /^\\/re\\/\\d+$/': 1,
      'GET (no route)': 1,
    });
  });

  it('tells where an application is mounted', async () => {
    const users = new Router().get('/users/:id', (ctx: Context) => {
      query();
      ctx.body = 'ok';
    });
    const app = new Koa();
    for (const prefix of ['/v1', '/v2']) app.use(mount(prefix, users.routes() as unknown as Middleware));
    const origins = await originsOf(app.callback(), ['/v1/users/7?x=1', '/v2/users/7', '/v2/users/8']);
    expect(origins).toEqual({ 'GET /v1/users/:id': 1, 'GET /v2/users/:id': 2 });
  });

  /** What `koa-mount` does. */
  function mount(prefix: string, mounted: Middleware): Middleware {
    return async (ctx, next) => {
      const { path } = ctx;
      const isBelow = path.startsWith(prefix);
      if (isBelow) {
        ctx.mountPath = prefix;
        ctx.path = path.slice(prefix.length) || '/';
      }
      await (isBelow ? mounted(ctx, next) : next());
      ctx.path = path;
    };
  }
});

describe('Fastify', () => {
  watchFastify();

  it('tells whole routes from their start on', async () => {
    const { fastify } = await import('fastify');
    const app = fastify();
    app.addHook('preHandler', async (request, reply) => {
      if (request.headers.host === undefined || request.url.startsWith('/v2/closed')) {
        query();
        await reply.code(401).send('no');
      }
    });
    for (const prefix of ['/v1', '/v2']) {
      app.register(
        async (scope) => {
          for (const path of ['/users/:id', '/closed']) {
            scope.get(path, async () => {
              query();
              return 'ok';
            });
          }
        },
        { prefix },
      );
    }
    app.setNotFoundHandler(async () => {
      query();
      return 'nowhere';
    });
    await app.ready();
    const origins = await originsOf(
      (request, response) => app.routing(request, response),
      ['/v1/users/7', '/v2/users/7', '/v2/users/8', '/v2/closed', '/nowhere'],
    );
    await app.close();
    expect(origins).toEqual({
      'GET /v1/users/:id': 1,
      'GET /v2/users/:id': 2,
      'GET /v2/closed': 1,
      'GET (no route)': 1,
    });
  });
});

describe('Express without its instrumentation', () => {
  it('tells what a router was mounted as, and nothing where that is not certain', async () => {
    watchRouter({});
    await new Promise((resolve) => setImmediate(resolve));
    const { default: express } = await import('express');
    const answer: RequestListener = (_request, response) => {
      query();
      response.end('ok');
    };
    const users = express.Router({ mergeParams: true }).get('/', answer).get('/:id', answer);
    const outer = express.Router().use('/:org', users);
    const application = express().get('/hello/:name', answer);
    const app = express();
    app.use('/x', (_request, _response, next) => next());
    app
      .use('/tenants/:tenant', users)
      .use('/x/y', outer)
      .use(['/v1', '/v2'], users)
      .use(/^\/re(\d+)/, users);
    app.use('/sub', application).use('/wild/*rest', users).get(['/one', '/two/:q'], answer).get('/', answer);
    const paths = ['/tenants/42', '/tenants/43/7', '/x/y/acme/7', '/v1/7', '/v2/', '/sub/hello/me', '/two/3', '/'];
    expect(await originsOf(app, [...paths, '/re12/7', '/wild/a/b', '/nowhere'])).toEqual({
      'GET /tenants/:tenant': 1,
      'GET /tenants/:tenant/:id': 1,
      'GET /x/y/:org/:id': 1,
      'GET /v1/:id': 1,
      'GET /v2': 1,
      'GET /sub/hello/:name': 1,
      'GET /two/:q': 1,
      'GET /': 1,
      'GET (no route)': 2,
    });
  });
});
