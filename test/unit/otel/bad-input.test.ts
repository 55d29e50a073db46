/** Whatever comes in, the application sees no exception, what is wrong has a reason, and what was good is counted. */
import { context, SpanKind } from '@opentelemetry/api';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { record, withAttributes, withOrigin } from '../../../src/otel/api.ts';
import { createAttribution } from '../../../src/otel/attribution.ts';
import { type Harness, operations, PG, PG_TARGET, startHarness } from './harness.ts';

let h: Harness;
afterEach(async () => {
  vi.restoreAllMocks();
  await h.close();
});

describe('options', () => {
  it('costs a mistake the option it is in, and says so in full', async () => {
    const lines: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
    const good = {
      name: 'mine',
      match: { name: 'special' },
      target: '=special',
      events: [{ name: 'special.time', unit: 's' }],
    };
    h = startHarness({
      windowSeconds: 7,
      unknownOption: true,
      attributes: { tenant: 'tenant.id' },
      rules: [{ ...good, name: 'bad', colour: 'red' }, good],
    } as never);
    expect(lines.join('')).toMatch(/windowSeconds[\s\S]*unknownOption[\s\S]*rules\[0\]|unknownOption/);
    expect(h.attribution.options.windowSeconds).toBeUndefined();
    expect(h.attribution.options.attributes).toEqual({ tenant: 'tenant.id' });
    expect(h.attribution.options.rules?.map((rule) => rule.name)).toEqual(['mine']);
    h.pg(h.request('/still-counted')).end();
    await h.attribution.shutdown();
    expect(operations(await h.rows(), PG_TARGET)).toEqual({ 'GET /still-counted': 1 });
  });

  it('a second set-up in the process joins the first', () => {
    h = startHarness();
    expect(createAttribution({ windowSeconds: 30 })).toBe(h.attribution);
  });
});

describe('spans', () => {
  it('ended twice, before they start, or with a clock that stepped back, count once and never negative', async () => {
    h = startHarness();
    const request = h.request('/clocks');
    const twice = h.pg(request);
    twice.end();
    twice.end();
    const now = Date.now();
    h.span(
      'pg',
      {
        kind: SpanKind.CLIENT,
        startTime: now,
        attributes: { 'db.system.name': 'postgresql', 'server.address': 'shop-db', 'db.namespace': 'shop' },
      },
      request,
    ).end(now - 60_000);
    request.end();
    const rows = (await h.rows()).filter((row) => row.target === PG_TARGET);
    expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(2);
    for (const row of rows) expect(row.value).toBeGreaterThanOrEqual(0);
  });

  it('of any shape never throw into the application', async () => {
    h = startHarness({ attributes: { tenant: 'tenant.id' } });
    const hostile = fc.oneof(
      fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true, withTypedArray: true }),
      fc.constantFrom('x'.repeat(1_000_000), '\ud800', '', Number.NaN, -0, Symbol('s')),
    );
    const names = fc.constantFrom(
      'db.system.name',
      'server.address',
      'server.port',
      'http.route',
      'http.request.method',
      'tenant.id',
      'attribution.origin',
      'gen_ai.operation.name',
      'gen_ai.usage.input_tokens',
      'messaging.system',
      'graphql.operation.type',
    );
    const { processor } = h.attribution;
    fc.assert(
      fc.property(
        fc.dictionary(names, hostile),
        fc.nat({ max: 7 }),
        hostile,
        fc.boolean(),
        (attributes, kind, time, throwing) => {
          if (throwing)
            Object.defineProperty(attributes, 'db.namespace', {
              enumerable: true,
              get: () => {
                throw new Error('getter');
              },
            });
          const fake = {
            name: 'f',
            kind,
            attributes,
            startTime: time,
            endTime: time,
            duration: time,
            links: time,
            ended: true,
            resource: { attributes: {} },
            instrumentationScope: { name: 'x' },
            spanContext: () => ({ traceId: 'a', spanId: 'b', traceFlags: 1 }),
          };
          processor.onStart(fake as never, context.active());
          processor.onEnd(fake as never);
          processor.onEnd(fake as never);
        },
      ),
      { numRuns: 500 },
    );
    const good = h.request('/after');
    h.pg(good).end();
    good.end();
    expect(operations(await h.rows(), PG_TARGET)['GET /after']).toBe(1);
  });

  it('that are frozen are followed as well', async () => {
    h = startHarness();
    const request = h.request('/frozen');
    const now = Date.now() / 1000;
    const frozen = Object.freeze({
      name: 'pg.query:SELECT shop',
      kind: SpanKind.CLIENT,
      attributes: PG,
      links: [],
      startTime: [Math.floor(now), 0],
      endTime: [Math.floor(now), 5_000_000],
      duration: [0, 5_000_000],
      resource: { attributes: {} },
      instrumentationScope: { name: 'x' },
      parentSpanContext: request.spanContext(),
      spanContext: () => request.spanContext(),
    });
    h.attribution.processor.onStart(frozen as never, h.in(request));
    h.attribution.processor.onEnd(frozen as never);
    request.end();
    expect(operations(await h.rows(), PG_TARGET)).toEqual({ 'GET /frozen': 1 });
    expect(h.attribution.accounts.total('attribution.hook.failed')).toBe(0);
  });

  it('of a hundred thousand origins rotate early and lose nothing', async () => {
    h = startHarness({ maxRows: 10_000 });
    for (let i = 0; i < 100_000; i++) {
      const request = h.request(`/generated/${i}`);
      h.pg(request).end();
      request.end();
      if (i % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const rows = await h.rows();
    const counted = rows.filter((row) => row.target === PG_TARGET).reduce((sum, row) => sum + row.count, 0);
    expect(counted).toBe(100_000);
  }, 60_000);
});

describe('the API', () => {
  it('takes no nonsense and throws none', () => {
    h = startHarness();
    const refused = () => h.attribution.accounts.total('attribution.measurement.refused');
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, '7', null, undefined, {}]) {
      expect(record({ target: 't', event: 'e', unit: 's', value: value as number })).toBe(false);
    }
    expect(record({ target: '', event: 'e', unit: 's', value: 1 })).toBe(false);
    expect(record(undefined as never)).toBe(false);
    expect(refused()).toBeGreaterThanOrEqual(7);
    expect(withAttributes(null as never, () => 1)).toBe(1);
    expect(
      withAttributes(
        {
          get bad(): string {
            throw new Error('getter');
          },
        },
        () => 2,
      ),
    ).toBe(2);
    expect(withOrigin(undefined as never, () => 3)).toBe(3);
  });

  it('records by hand under the origin around it, in the base unit', async () => {
    h = startHarness();
    expect(record({ target: 'mailer', event: 'email.time', unit: 'ms', value: 1500 })).toBe(true);
    withOrigin('job:mail', () =>
      withAttributes({ tenant: 'acme' }, () =>
        record({ target: 'mailer', event: 'email.time', unit: 'ms', value: 500, attributes: { kind: 'invoice' } }),
      ),
    );
    const rows = await h.rows();
    expect(rows.map((row) => [row.origin, row.value, row.unit, row.attributes]).sort()).toEqual([
      ['(unattributed)', 1.5, 's', ''],
      ['job:mail', 0.5, 's', '{"kind":"invoice","tenant":"acme"}'],
    ]);
  });

  it('shutdown twice, and forceFlush after it, resolve', async () => {
    h = startHarness();
    await Promise.all([h.attribution.shutdown(), h.attribution.shutdown()]);
    await h.attribution.forceFlush();
    expect(record({ target: 't', event: 'e', unit: 's', value: 1 })).toBe(true);
  });
});
