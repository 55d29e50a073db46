/** What a caller claims to be stops at a service that trusts nobody, however its SDK and propagators are set up. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { REGISTER, run } from './register/run.ts';

/** Two processes a test, on a machine that may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const claim = encodeURIComponent(encodeURIComponent('["billing","job:invoices"]'));
const OTHERS = 'user=u%201,tier=gold;since=2020';

let next: Server;
let received: IncomingHttpHeaders[];
beforeEach(async () => {
  received = [];
  next = createServer((request, response) => {
    received.push(request.headers);
    response.end();
  });
  await new Promise<void>((resolve) => next.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  next.close();
  next.closeAllConnections();
});

/** What the next service got: by fetch from inside the request, and with all headers copied, by `http` and by fetch. */
async function pass(env: Record<string, string>, caller: Record<string, string>, flag = true): Promise<string[]> {
  const outcome = await run([...(flag ? ['--import', REGISTER] : []), 'edge.mjs'], {
    env: {
      NEXT: `http://127.0.0.1:${(next.address() as AddressInfo).port}/`,
      CALLER: JSON.stringify(caller),
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_NODE_RESOURCE_DETECTORS: 'env',
      ...env,
    },
  });
  expect({ stdout: outcome.stdout, stderr: outcome.stderr }).toEqual({ stdout: 'served\n', stderr: '' });
  expect(received).toHaveLength(6);
  return received.map(({ host: _, connection: __, traceparent: ___, b3: ____, ...rest }) => JSON.stringify(rest));
}

const FORGED = { baggage: `${OTHERS},attribution=${claim}`, 'x-otel-attribution': claim };
const HONEST = { baggage: OTHERS };

describe('a forged origin, at a service that trusts nobody', () => {
  it.each<[string, Record<string, string>, boolean?]>([
    ['the flag', {}],
    ['the flag, OTEL_PROPAGATORS=baggage', { OTEL_PROPAGATORS: 'baggage' }],
    ['the flag, OTEL_PROPAGATORS=tracecontext', { OTEL_PROPAGATORS: 'tracecontext' }],
    ['the flag, OTEL_PROPAGATORS=b3', { OTEL_PROPAGATORS: 'b3' }],
    ['the flag, OTEL_PROPAGATORS=none', { OTEL_PROPAGATORS: 'none' }],
    ['the flag, spans exported', { OTEL_TRACES_EXPORTER: 'console', OTEL_TRACES_SAMPLER: 'always_off' }],
    ['withAttribution', { MODE: 'configured' }, false],
    ['withAttribution, propagator in code', { MODE: 'propagator' }, false],
    ['withAttribution, no propagator', { MODE: 'noPropagator' }, false],
    ['AttributionSpanProcessor alone', { MODE: 'processor', OTEL_TRACES_EXPORTER: '' }, false],
  ])('goes no further, and the baggage of others does: %s', async (_, env, flag) => {
    const honest = await pass(env, HONEST, flag);
    received = [];
    expect(await pass(env, FORGED, flag)).toEqual(honest);
    if ((env.OTEL_PROPAGATORS ?? 'baggage') === 'baggage' && env.MODE !== 'noPropagator') {
      expect(honest.every((headers) => headers.includes('user=u%201'))).toBe(true);
    }
  });

  it.each<[string, Record<string, string>, boolean]>([
    ['without this package', { MODE: 'without' }, false],
    ['with enabled: false, when nothing of ours runs', { OTEL_ATTRIBUTION_ENABLED: 'false' }, true],
  ])('goes on %s', async (_, env, flag) => {
    for (const headers of await pass(env, FORGED, flag)) expect(headers).toContain('attribution=');
  });
});
