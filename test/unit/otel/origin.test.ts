import { context, ROOT_CONTEXT, type Span, SpanKind, trace } from '@opentelemetry/api';
import { RPCType, setRPCMetadata } from '@opentelemetry/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../../src/core/limits.ts';
import { record, withAttributes, withOrigin } from '../../../src/otel/api.ts';
import { type Harness, operations, PG_TARGET, startHarness } from './harness.ts';

let h: Harness;
beforeEach(() => {
  h = startHarness();
});
afterEach(() => h.close());

const pgOperations = async () => operations(await h.rows(), PG_TARGET);

describe('the origin of a request', () => {
  it('is METHOD route, also when the route arrives after the calls', async () => {
    const request = h.request();
    h.pg(request).end();
    request.setAttribute('http.route', '/search');
    request.end();
    expect(await pgOperations()).toEqual({ 'GET /search': 1 });
  });

  it('takes the route from rpcMetadata in the active context at the end of the root', async () => {
    const request = h.request();
    h.pg(request).end();
    const active = setRPCMetadata(context.active(), { type: RPCType.HTTP, route: '/late', span: request });
    context.with(active, () => request.end());
    expect(await pgOperations()).toEqual({ 'GET /late': 1 });
  });

  it('takes the longest route a span below saw', async () => {
    const request = h.request();
    h.span('router - /api', { attributes: { 'http.route': '/api' } }, request).end();
    h.span('request handler', { attributes: { 'http.route': '/api/items/:id' } }, request).end();
    h.pg(request).end();
    request.end();
    expect(await pgOperations()).toEqual({ 'GET /api/items/:id': 1 });
  });

  it('is not the part of a route that middleware and routers know', async () => {
    const request = h.request();
    h.span('middleware - log', { attributes: { 'express.type': 'middleware', 'http.route': '/' } }, request).end();
    h.span('router - /api', { attributes: { 'express.type': 'router', 'http.route': '/api' } }, request).end();
    h.pg(request).end();
    request.end();
    expect(await pgOperations()).toEqual({ 'GET (no route)': 1 });
  });

  it('is METHOD (no route) where nothing knows the route', async () => {
    const request = h.request(undefined, 'POST');
    h.pg(request).end();
    request.end();
    expect(await pgOperations()).toEqual({ 'POST (no route)': 1 });
  });

  it('can be named by the route hook, and a hook that throws is counted', async () => {
    await h.close();
    let broken = false;
    h = startHarness({
      route: (span) => {
        if (broken) throw new Error('hook');
        return String(span.attributes['url.path']);
      },
    });
    for (const path of ['/a', '/b']) {
      broken = path === '/b';
      const request = h.request();
      request.setAttribute('url.path', path);
      h.pg(request).end();
      request.end();
    }
    expect(await pgOperations()).toEqual({ 'GET /a': 1, 'GET (no route)': 1 });
    expect(h.attribution.accounts.total('attribution.hook.failed', 'route')).toBe(1);
  });

  it('adds the GraphQL operation', async () => {
    const request = h.request('/graphql', 'POST');
    const execute = h.span(
      'query Search',
      { attributes: { 'graphql.operation.type': 'query', 'graphql.operation.name': 'Search' } },
      request,
    );
    h.pg(execute).end();
    execute.end();
    request.end();
    expect(await pgOperations()).toEqual({ 'POST /graphql query Search': 1 });
  });

  it('stays with work that ends after the request', async () => {
    const request = h.request('/fire-and-forget');
    const late = h.pg(request);
    request.end();
    h.pg(request).end();
    late.end();
    expect(await pgOperations()).toEqual({ 'GET /fire-and-forget': 2 });
  });

  it('is (detached) for work begun long after the request ended', async () => {
    const request = h.request('/starts-a-timer');
    h.pg(request).end();
    request.end();
    const later = Date.now() + 10 * 60_000;
    h.span(
      'x',
      {
        kind: SpanKind.CLIENT,
        startTime: later,
        attributes: { 'db.system.name': 'postgresql', 'server.address': 'shop-db', 'db.namespace': 'shop' },
      },
      request,
    ).end(later + 5);
    expect(await pgOperations()).toEqual({ 'GET /starts-a-timer': 1, '(detached)': 1 });
  });

  it('is (detached) for what is recorded by hand then', async () => {
    await h.close();
    h = startHarness({ detachedAfterSeconds: 0.05 });
    const request = h.request('/starts-a-timer');
    request.end();
    const mail = () =>
      context.with(h.in(request), () => record({ target: 'mailer', event: 'sent', unit: '1', value: 1 }));
    mail();
    await new Promise((resolve) => setTimeout(resolve, 60));
    mail();
    expect(operations(await h.rows(), 'mailer')).toEqual({ 'GET /starts-a-timer': 1, '(detached)': 1 });
  });
});

describe('roots', () => {
  const origins = async (kind: SpanKind, name: string, attributes: Record<string, string>) => {
    const root = h.span(name, { kind, attributes }, ROOT_CONTEXT);
    h.pg(root).end();
    root.end();
    return Object.keys(await pgOperations());
  };

  it.each([
    [SpanKind.CLIENT, 'pg.query', {}, '(unattributed)'],
    [SpanKind.PRODUCER, 'send', { 'messaging.system': 'kafka', 'messaging.destination.name': 'q' }, '(unattributed)'],
    [
      SpanKind.CLIENT,
      'receive',
      { 'messaging.system': 'kafka', 'messaging.operation.type': 'receive', 'messaging.destination.name': 'orders' },
      'process orders',
    ],
    [
      SpanKind.CONSUMER,
      'q process',
      { 'messaging.system': 'rabbitmq', 'messaging.destination': '', 'messaging.rabbitmq.routing_key': 'jobs' },
      'process jobs',
    ],
    [
      SpanKind.SERVER,
      'grpc.shop.Cart/Add',
      { 'rpc.system': 'grpc', 'rpc.service': 'shop.Cart', 'rpc.method': 'Add' },
      'shop.Cart/Add',
    ],
    [SpanKind.SERVER, 'fn', { 'faas.trigger': 'timer', 'faas.name': 'nightly' }, 'timer nightly'],
    [SpanKind.INTERNAL, 'nightly-report', {}, 'nightly-report'],
  ] as const)('kind %i named %s with %j is %s', async (kind, name, attributes, expected) => {
    expect(await origins(kind, name, attributes)).toEqual([expected]);
  });

  it('a connection span is no origin for the queries below it, even after its end', async () => {
    const connect = h.span(
      'pg.connect',
      { kind: SpanKind.CLIENT, attributes: { 'db.system.name': 'postgresql', 'server.address': 'shop-db' } },
      ROOT_CONTEXT,
    );
    connect.end();
    h.pg(connect).end();
    expect(await pgOperations()).toEqual({ '(unattributed)': 1 });
  });
});

describe('linking', () => {
  it('finds the server span where the parent was wrapped or dropped', async () => {
    const request = h.request('/orders');
    const base = setRPCMetadata(ROOT_CONTEXT, { type: RPCType.HTTP, route: '/orders', span: request });
    const wrapped = trace.setSpan(base, trace.wrapSpanContext(request.spanContext()));
    h.pg(wrapped).end();
    h.span('x', { root: true }, base).end();
    h.pg(base).end();
    request.end();
    expect(await pgOperations()).toEqual({ 'GET /orders': 2 });
    expect(h.attribution.accounts.total('attribution.span.parent_unknown')).toBe(0);
  });

  it('opens a scope of its own for an unknown local parent, and counts it', async () => {
    const foreign = trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 });
    h.pg(trace.setSpan(ROOT_CONTEXT, foreign)).end();
    expect(await pgOperations()).toEqual({ '(unattributed)': 1 });
    expect(h.attribution.accounts.total('attribution.span.parent_unknown')).toBe(1);
  });

  it('counts a request once that the framework gives a server span of its own', async () => {
    const remote = trace.setSpanContext(ROOT_CONTEXT, {
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
      traceFlags: 1,
      isRemote: true,
    });
    const attributes = { 'http.request.method': 'GET' };
    for (const parent of [ROOT_CONTEXT, remote]) {
      const request = h.span('GET', { kind: SpanKind.SERVER, attributes }, parent);
      const inside = setRPCMetadata(h.in(request, ROOT_CONTEXT), { type: RPCType.HTTP, span: request });
      // Local parent, or the caller's headers read once more.
      const again = parent === remote ? trace.setSpan(inside, trace.getSpan(remote)!) : inside;
      const own = h.span('GET /own/:id', { kind: SpanKind.SERVER, attributes }, again);
      own.setAttribute('http.route', '/own/:id');
      h.pg(h.in(own, inside)).end();
      own.end();
      request.end();
    }
    const rows = await h.rows();
    expect(operations(rows, PG_TARGET)).toEqual({ 'GET /own/:id': 2 });
    expect(operations(rows, 'service://storefront')).toEqual({ 'GET /own/:id': 2 });
  });

  it('counts a request once where a proxy hands on the trace within it', async () => {
    const request = h.span(
      'GET',
      { kind: SpanKind.SERVER, attributes: { 'http.request.method': 'GET' } },
      ROOT_CONTEXT,
    );
    const inside = setRPCMetadata(h.in(request, ROOT_CONTEXT), { type: RPCType.HTTP, span: request });
    const proxy = h.span('GET', { kind: SpanKind.SERVER, attributes: { 'http.method': 'GET' } }, inside);
    h.pg(h.in(proxy, inside)).end();
    proxy.end();
    const handedOn = trace.setSpanContext(ROOT_CONTEXT, { ...proxy.spanContext(), isRemote: true });
    const own = h.span('GET', { kind: SpanKind.SERVER, attributes: { 'http.method': 'GET' } }, handedOn);
    h.pg(h.in(own, ROOT_CONTEXT)).end();
    request.end();
    own.setAttribute('http.route', '/items/[id]');
    own.end();
    // A request that the application sends to itself is one of its own.
    h.span('GET', { kind: SpanKind.SERVER, attributes: { 'http.request.method': 'GET' } }, handedOn).end();
    const rows = await h.rows();
    expect(operations(rows, PG_TARGET)).toEqual({ 'GET /items/[id]': 2 });
    expect(operations(rows, 'service://storefront')).toEqual({ 'GET /items/[id]': 1, 'GET (no route)': 1 });
  });

  it('keeps a chain of spans, each started below the last, at a bounded length', () => {
    const key = Symbol.for('otel-attribution state');
    const lengthOf = (start: (parent: Span) => Span): number => {
      let last = h.request('/chain');
      for (let i = 0; i < 1000; i++) {
        const next = start(last);
        last.end();
        last = next;
      }
      let length = 0;
      for (let state = (last as never as Record<symbol, { parent?: unknown }>)[key]; state !== undefined; length++) {
        state = state.parent as typeof state;
      }
      last.end();
      return length;
    };
    expect(lengthOf((parent) => h.span('step', {}, parent))).toBeLessThan(5);
    // Each might be the same operation as the next one, and waits for it.
    expect(lengthOf((parent) => h.pg(parent))).toBeLessThan(limits.scopeWaiting + 5);
    expect(h.attribution.accounts.total('attribution.limit.reached')).toBeGreaterThan(0);
  });

  it('does not count a span twice that two processors of ours see', async () => {
    const request = h.request('/twice');
    const query = h.pg(request);
    h.attribution.processor.onStart(query as never, h.in(request));
    query.end();
    h.attribution.processor.onEnd(query as never);
    request.end();
    expect(await pgOperations()).toEqual({ 'GET /twice': 1 });
  });
});

describe('withOrigin and withAttributes', () => {
  it('names jobs that have no trace, and opens a span for drivers that need a parent', async () => {
    await withOrigin('job:invoices', async () => {
      expect(trace.getActiveSpan()?.isRecording()).toBe(true);
      await Promise.resolve();
      h.pg(context.active()).end();
    });
    expect(await pgOperations()).toEqual({ 'job:invoices': 1 });
  });

  it('awaits a query builder inside the context', async () => {
    const builder = {
      // biome-ignore lint/suspicious/noThenProperty: query builders are thenables that run when awaited
      then(resolve: (value: string) => void) {
        h.pg(context.active()).end();
        resolve('rows');
      },
    };
    expect(await withOrigin('job:lazy', () => builder as PromiseLike<string>)).toBe('rows');
    expect(await pgOperations()).toEqual({ 'job:lazy': 1 });
  });

  it('wins over the route for what runs inside, within one request', async () => {
    const request = h.request('/checkout');
    await context.with(h.in(request), async () => {
      h.pg(context.active()).end();
      await withOrigin('audit', async () => h.pg(context.active()).end());
    });
    request.end();
    expect(await pgOperations()).toEqual({ 'GET /checkout': 1, audit: 1 });
  });

  it('is live as long as it runs, also after the request that began it: blame finds who holds a lock', async () => {
    const { scopes } = h.attribution.tracker;
    const request = h.request('/reconcile');
    let finish = () => {};
    const job = context.with(h.in(request), () =>
      withOrigin('job:reconcile', async () => {
        h.pg(context.active()).end();
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
      }),
    );
    request.end();
    expect([...scopes].flatMap(({ lastCalls }) => lastCalls?.map((call) => call?.named?.origin))[0]).toBe(
      'job:reconcile',
    );
    finish();
    await job;
    expect(scopes.size).toBe(0);
    const broken = {
      // biome-ignore lint/suspicious/noThenProperty: a query builder that fails as it begins
      then() {
        throw new Error('mine');
      },
    };
    await expect(context.with(h.in(request), () => withOrigin('job:fails', () => broken))).rejects.toThrow('mine');
    expect(scopes.size).toBe(0);
    expect(() =>
      context.with(h.in(request), () =>
        withOrigin('job:fails', () => {
          throw new Error('mine');
        }),
      ),
    ).toThrow('mine');
    expect(scopes.size).toBe(0);
  });

  it('returns and rethrows what the function does', async () => {
    expect(withOrigin('a', () => 7)).toBe(7);
    expect(() =>
      withOrigin('a', () => {
        throw new Error('mine');
      }),
    ).toThrow('mine');
    await expect(
      withOrigin('a', async () => {
        throw new Error('async mine');
      }),
    ).rejects.toThrow('async mine');
    expect(withOrigin('' as string, () => 8)).toBe(8);
    expect(h.attribution.accounts.total('attribution.measurement.refused', 'origin_name')).toBe(1);
  });

  it('a span attribute names the origin of its span, and of the spans below it', async () => {
    const request = h.request('/work');
    const step = h.span('step', {}, request);
    step.setAttribute('attribution.origin', 'import');
    h.pg(step).end();
    h.pg(request).end();
    step.end();
    request.end();
    expect(await pgOperations()).toEqual({ import: 1, 'GET /work': 1 });
  });

  it('attributes reach calls inside, the request itself, and calls before, unless they disagree', async () => {
    const one = h.request('/one');
    context.with(h.in(one), () => {
      h.pg(context.active()).end();
      withAttributes({ tenant: 'acme' }, () => h.pg(context.active()).end());
    });
    one.end();
    const two = h.request('/two');
    context.with(h.in(two), () => {
      for (const tenant of ['acme', 'globex']) withAttributes({ tenant }, () => h.pg(context.active()).end());
      h.pg(context.active()).end();
    });
    two.end();
    const rows = await h.rows();
    const of = (origin: string, target: string) =>
      rows
        .filter((r) => r.origin === origin && r.target === target)
        .map((r) => `${r.attributes} ${r.count}`)
        .sort();
    expect(of('GET /one', PG_TARGET)).toEqual(['{"tenant":"acme"} 2']);
    expect(of('GET /one', 'service://storefront')).toEqual(['{"tenant":"acme"} 1']);
    expect(of('GET /two', PG_TARGET)).toEqual([' 1', '{"tenant":"acme"} 1', '{"tenant":"globex"} 1']);
    expect(of('GET /two', 'service://storefront')).toEqual([' 1']);
  });

  it('reads configured dimensions from span attributes', async () => {
    await h.close();
    h = startHarness({ attributes: { tenant: ['enduser.id', 'tenant.id'] } });
    const request = h.request('/x');
    request.setAttribute('tenant.id', 'acme');
    h.pg(request).end();
    request.end();
    expect((await h.rows()).map((row) => row.attributes)).toEqual(['{"tenant":"acme"}', '{"tenant":"acme"}']);
  });

  it('does nothing but run the function when no attribution is set up', async () => {
    await h.close();
    expect(await withOrigin('job', async () => withAttributes({ a: 'b' }, () => 5))).toBe(5);
    h = startHarness();
  });
});

describe('scopes that wait', () => {
  it('commit early to (unattributed) while the route is unknown, and again later, adding up', async () => {
    await h.close();
    h = startHarness({ originDeadlineSeconds: 1, windowSeconds: 1 });
    const request = h.request();
    h.pg(request).end();
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    await h.attribution.forceFlush();
    request.setAttribute('http.route', '/slow');
    h.pg(request).end();
    request.end();
    expect(await pgOperations()).toEqual({ '(unattributed)': 1, 'GET /slow': 1 });
    expect(h.attribution.accounts.total('attribution.scope.committed_early')).toBe(1);
  });

  it('know the route of an open handler, but not from middleware that has ended', async () => {
    await h.close();
    h = startHarness({ originDeadlineSeconds: 1, windowSeconds: 1 });
    for (const type of ['request_handler', 'middleware']) {
      const request = h.request();
      h.span('middleware', { attributes: { 'express.type': 'middleware', 'http.route': '/' } }, request).end();
      h.span(type, { attributes: { 'express.type': type, 'http.route': '/long/:id' } }, request);
      h.pg(request).end();
    }
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    expect(await pgOperations()).toEqual({ 'GET /long/:id': 1, '(unattributed)': 1 });
  });

  it('count an operation that never ends, once, and only its duration if it ends after all', async () => {
    await h.close();
    h = startHarness({ originDeadlineSeconds: 1, windowSeconds: 1 });
    const request = h.request('/cursor');
    const cursor = h.pg(request);
    request.end();
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    await h.attribution.forceFlush();
    expect(await pgOperations()).toEqual({ 'GET /cursor': 1 });
    expect(h.attribution.accounts.total('attribution.span.unended')).toBe(1);
    cursor.end();
    const rows = (await h.rows()).filter((row) => row.target === PG_TARGET);
    expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(1);
    expect(rows.reduce((sum, row) => sum + row.value, 0)).toBeGreaterThan(1);
  });

  it('count work begun after the request that never ends', async () => {
    const request = h.request('/late-cursor');
    request.end();
    h.pg(request);
    expect(h.attribution.tracker.scopes.size).toBe(1);
    await h.attribution.shutdown();
    expect(operations(await h.rows(), PG_TARGET)).toEqual({ 'GET /late-cursor': 1 });
  });

  it('leave the registry once nothing of them is open', async () => {
    const request = h.request('/late');
    request.end();
    const late = h.pg(request);
    late.end();
    expect(h.attribution.tracker.scopes.size).toBe(0);
    expect(await pgOperations()).toEqual({ 'GET /late': 1 });
  });

  it('commit everything at shutdown, open spans as operations without a duration', async () => {
    const request = h.request('/open');
    h.pg(request);
    h.pg(request).end();
    await h.attribution.shutdown();
    const sums = operations(await h.rows(), PG_TARGET);
    expect(sums).toEqual({ 'GET /open': 2 });
  });
});

describe('a rejection nobody handles', () => {
  it('inside withOrigin is still reported by the process', async () => {
    const reported = new Promise((resolve) => process.once('unhandledRejection', resolve));
    const listeners = process.listeners('unhandledRejection').slice(0, -1);
    for (const listener of listeners) process.removeListener('unhandledRejection', listener);
    void withOrigin('job', async () => {
      throw new Error('lost');
    });
    expect(await reported).toMatchObject({ message: 'lost' });
    for (const listener of listeners) process.on('unhandledRejection', listener);
  });
});
