import {
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type TextMapPropagator,
} from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { afterEach, describe, expect, it } from 'vitest';
import type { AttributionOptions } from '../../../src/engine/options.ts';
import { withAttributes, withOrigin } from '../../../src/otel/api.ts';
import { type Harness, operations, PG_TARGET, startHarness } from './harness.ts';

let h: Harness;
afterEach(() => h.close());

const w3c = () =>
  new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] });
type Headers = Record<string, string>;
const setter = { set: (carrier: Headers, key: string, value: string) => void (carrier[key] = value) };
const getter = {
  get: (carrier: Headers, key: string) => carrier[key],
  keys: (carrier: Headers) => Object.keys(carrier),
};

let propagator: TextMapPropagator;
function start(options: AttributionOptions, delegate: TextMapPropagator = w3c()): void {
  h = startHarness(options);
  propagator = h.attribution.propagator(delegate)!;
}
function send(parent: Span | Context, host: string, base: Context = context.active()): Headers {
  const call = h.span(
    'POST',
    {
      kind: SpanKind.CLIENT,
      attributes: { 'http.request.method': 'POST', 'server.address': host, 'server.port': 8080 },
    },
    parent,
  );
  const headers: Headers = {};
  propagator.inject(h.in(call, base), headers, setter);
  call.end();
  return headers;
}
function receive(headers: Headers): void {
  const server = h.span(
    'POST',
    { kind: SpanKind.SERVER, attributes: { 'http.request.method': 'POST', 'http.route': '/charge' } },
    propagator.extract(ROOT_CONTEXT, headers, getter),
  );
  h.pg(server).end();
  server.end();
}
const carried = (headers: Headers) => decodeURIComponent(decodeURIComponent(headers.baggage ?? ''));

describe('a caller sends its origin', () => {
  it('only to listed targets, by host, host:port or pattern', () => {
    start({ propagateTo: ['payments.internal', '*.shop:8080'] });
    const request = h.request('/checkout');
    expect(carried(send(request, 'payments.internal'))).toContain('GET /checkout');
    expect(carried(send(request, 'cart.shop'))).toContain('GET /checkout');
    expect(send(request, 'evil.example').baggage).toBeUndefined();
    expect(send(request, 'payments.internal.evil.example').baggage).toBeUndefined();
    request.end();
  });

  it('not while the route is unknown, and counts what turned out otherwise', () => {
    start({ propagateTo: ['*'] });
    const request = h.request();
    expect(send(request, 'payments').baggage).toBeUndefined();
    request.setAttribute('http.route', '/partial');
    send(request, 'payments');
    request.setAttribute('http.route', '/partial/whole');
    request.end();
    expect(h.attribution.accounts.total('attribution.origin.changed_after_send')).toBe(1);
  });

  it('named by withOrigin, with the attributes of withAttributes', async () => {
    start({ propagateTo: ['payments'] });
    await withOrigin('job:invoices', async () =>
      withAttributes({ tenant: 'acme' }, () => {
        expect(carried(send(context.active(), 'payments'))).toBe(
          'attribution=["storefront","job:invoices","{\\"tenant\\":\\"acme\\"}"]',
        );
      }),
    );
  });

  it('keeps the baggage of others, and does not forward our entry to an unlisted host', () => {
    start({ propagateTo: ['payments'] });
    const request = h.request('/a');
    const base = propagation.setBaggage(
      ROOT_CONTEXT,
      propagation.createBaggage({ user: { value: 'u1' }, attribution: { value: 'stolen' } }),
    );
    expect(send(request, 'other', base).baggage).toBe('user=u1');
    expect(send(request, 'payments', base).baggage).toContain('user=u1');
    request.end();
  });

  it('in a header of ours where the propagators carry no baggage', () => {
    start({ propagateTo: ['payments'], trustBaggage: true }, new W3CTraceContextPropagator());
    const request = h.request('/a');
    const headers = send(request, 'payments');
    expect(headers['x-otel-attribution']).toBeDefined();
    expect(propagator.fields()).toContain('x-otel-attribution');
    request.end();
  });

  it('in no more than the stated length', () => {
    start({ propagateTo: ['payments'] });
    withOrigin('é'.repeat(5_000), () => expect(send(context.active(), 'payments').baggage).toBeUndefined());
    expect(h.attribution.accounts.total('attribution.limit.reached', 'carried_origin')).toBe(1);
  });
});

describe('a callee', () => {
  it('counts its load under the origin of a trusted caller', async () => {
    start({ propagateTo: ['payments'], trustBaggage: true });
    receive({
      baggage: `attribution=${encodeURIComponent(encodeURIComponent(JSON.stringify(['web', 'GET /checkout', '{"tenant":"acme"}'])))}`,
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    });
    const rows = (await h.rows()).filter((row) => row.target === PG_TARGET);
    expect(rows.map((row) => [row.service, row.originService, row.origin, row.attributes])).toEqual([
      ['storefront', 'web', 'GET /checkout', '{"tenant":"acme"}'],
    ]);
  });

  it('ignores and strips it where callers are not trusted', async () => {
    start({ propagateTo: ['payments'] });
    const headers = { baggage: `user=u1,attribution=${encodeURIComponent(encodeURIComponent('["web","GET /x"]'))}` };
    const extracted = propagator.extract(ROOT_CONTEXT, headers, getter);
    expect(
      propagation
        .getBaggage(extracted)
        ?.getAllEntries()
        .map(([key]) => key),
    ).toEqual(['user']);
    receive(headers);
    expect(operations(await h.rows(), PG_TARGET)).toEqual({ 'POST /charge': 1 });
  });

  it.each([
    '{',
    '["only one"]',
    '["a",""]',
    '["a","b","not json"]',
    '["a","b","{\\"b\\":\\"1\\",\\"a\\":\\"2\\"}"]',
    '[1,2]',
    `["a","${'x'.repeat(600)}"]`,
    '%E0%A4%A',
  ])('refuses %s and goes by its own route', async (text) => {
    start({ trustBaggage: true });
    receive({ baggage: `attribution=${encodeURIComponent(encodeURIComponent(text))}` });
    expect(operations(await h.rows(), PG_TARGET)).toEqual({ 'POST /charge': 1 });
    expect(h.attribution.accounts.total('attribution.measurement.refused', 'carried_origin')).toBe(1);
  });

  it('splits a message batch over the origins its links lead to', async () => {
    start({ trustBaggage: true });
    const links = ['a', 'c'].map((id, i) => {
      const traceparent = `00-${id.repeat(32)}-${id.repeat(16)}-01`;
      propagator.extract(
        ROOT_CONTEXT,
        {
          traceparent,
          baggage: `attribution=${encodeURIComponent(encodeURIComponent(JSON.stringify(['web', `GET /${i}`])))}`,
        },
        getter,
      );
      return { context: { traceId: id.repeat(32), spanId: id.repeat(16), traceFlags: 1 } };
    });
    const batch = h.span('orders process', {
      kind: SpanKind.CONSUMER,
      links,
      attributes: {
        'messaging.system': 'kafka',
        'messaging.destination.name': 'orders',
        'messaging.operation.type': 'process',
      },
    });
    h.pg(batch).end();
    batch.end();
    const rows = await h.rows();
    const process = rows.filter((row) => row.event === 'messaging.process.duration');
    expect(process.map((row) => [row.origin, row.count]).sort()).toEqual([
      ['GET /0', 0.5],
      ['GET /1', 0.5],
    ]);
    expect(process.reduce((sum, row) => sum + row.samples, 0)).toBe(1);
    expect(operations(rows, PG_TARGET)).toEqual({ 'process orders': 1 });
  });
});

describe('a service that neither sends nor trusts', () => {
  const claim = encodeURIComponent(encodeURIComponent('["web","GET /x"]'));
  const incoming = { baggage: `user=u1,attribution=${claim}` };

  it('adds no field and hands on the baggage of others alone', () => {
    start({});
    expect(propagator.fields()).toEqual(w3c().fields());
    const context = propagator.extract(ROOT_CONTEXT, incoming, getter);
    expect(send(context, 'other', context).baggage).toBe('user=u1');
  });

  it('keeps back what came in past its propagator, whatever the one below does with it', () => {
    const entries: TextMapPropagator = {
      inject: (context, carrier, { set }) => {
        for (const [key, { value }] of propagation.getBaggage(context)?.getAllEntries() ?? [])
          set(carrier, `uberctx-${key}`, value);
      },
      extract: (context) => context,
      fields: () => ['uber-trace-id'],
    };
    start({}, entries);
    const past = new W3CBaggagePropagator().extract(ROOT_CONTEXT, incoming, getter);
    expect(send(past, 'other', past)).toEqual({ 'uberctx-user': 'u1' });
  });

  it('does not count a span of its own less for it', async () => {
    start({});
    receive(incoming);
    expect(operations(await h.rows(), PG_TARGET)).toEqual({ 'POST /charge': 1 });
  });
});
