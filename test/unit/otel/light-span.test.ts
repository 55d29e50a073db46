import { describe, expect, it } from 'vitest';
import { LightSpan, type LightSpanStart } from '../../../src/otel/light/light-span.ts';
import { readable } from '../../../src/otel/light/readable.ts';
import { stateOf } from '../../../src/otel/sdk-span.ts';

const EPOCH = 1_700_000_000_000;

function light(start: Partial<LightSpanStart> = {}, limits: { count?: number; length?: number; links?: number } = {}) {
  let drawn = 0;
  const ended: LightSpan[] = [];
  const tracer = {
    instrumentationScope: { name: 'test' },
    _resource: { attributes: { 'service.name': 'shop' } },
    _spanLimits: {
      attributeCountLimit: limits.count ?? 128,
      attributeValueLengthLimit: limits.length ?? Number.POSITIVE_INFINITY,
      linkCountLimit: limits.links ?? 128,
    },
    _idGenerator: {
      generateSpanId() {
        drawn++;
        return 'b7ad6b7169203331';
      },
      generateTraceId: () => '0af7651916cd43dd8448eb211c80319c',
    },
  };
  const own = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: '', traceFlags: 0 };
  const span = new LightSpan(
    {
      tracer,
      own,
      name: 'x',
      kind: 2,
      attributes: {},
      count: 0,
      links: undefined,
      parent: undefined,
      startTime: undefined,
      ...start,
    },
    undefined,
    '',
    (one) => {
      ended.push(one);
      one.ended = true;
    },
  );
  return { span, ended, drawn: () => drawn };
}

describe('a light span', () => {
  it('is its own state', () => {
    const { span } = light();
    expect(stateOf(span)).toBe(span);
  });

  it('draws its id once, when it is asked for', () => {
    const { span, drawn } = light();
    expect(drawn()).toBe(0);
    expect(span.spanContext()).toEqual({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: 0,
    });
    expect(span.spanId).toBe('b7ad6b7169203331');
    expect(drawn()).toBe(1);
  });

  it('has a parent whose id was not asked for yet', () => {
    const above = light().span;
    const { span } = light({ parent: above.lateContext });
    expect(span.parentSpanId).toBe('b7ad6b7169203331');
    expect(above.spanId).toBe(span.parentSpanId);
    expect(light().span.parentSpanId).toBe('');
  });

  it('shows none of what tools tell a recorded span by', () => {
    const { span } = light();
    for (const field of [
      'attributes',
      'startTime',
      'endTime',
      'status',
      'events',
      'resource',
      'parentSpanContext',
      '_spanContext',
    ])
      expect(field in span, field).toBe(false);
  });

  it.each([
    ['the moment it was made', undefined, undefined, 0, 1],
    ['a date', new Date(EPOCH), new Date(EPOCH + 1_500), 1.5, 1.5],
    ['milliseconds', EPOCH, EPOCH + 250.5, 0.2505, 0.2505],
    ['seconds and nanoseconds', [EPOCH / 1000, 500_000], [EPOCH / 1000 + 2, 0], 1.9995, 1.9995],
    ['an end before the begin', EPOCH, EPOCH - 10, 0, 0],
  ] as const)('begins and ends at %s', (_, startTime, endTime, low, high) => {
    const { span } = light({ startTime: startTime as never });
    span.end(endTime as never);
    expect(span.durationSeconds).toBeGreaterThanOrEqual(low - 1e-6);
    expect(span.durationSeconds).toBeLessThanOrEqual(high + 1e-6);
    expect(span.endMs).toBeGreaterThanOrEqual(span.startMs);
  });

  it('takes a reading of the monotonic clock for what it is', () => {
    const at = performance.now();
    const { span } = light({ startTime: at });
    expect(Math.abs(span.startMs - Date.now())).toBeLessThan(1_000);
    while (performance.now() < at + 0.25);
    span.end(at + 0.25);
    expect(span.durationSeconds).toBeCloseTo(0.00025, 9);
  });

  it.each([
    ['an event of a listener', { type: 'finish' }],
    ['null', null],
    ['a text', 'now'],
    ['a date that is none', new Date(Number.NaN)],
    ['no number', Number.NaN],
    ['half a pair', [1]],
  ])('takes %s for no time', (_, time) => {
    const { span, ended } = light({ startTime: time as never });
    expect(Math.abs(span.startMs - Date.now())).toBeLessThan(1_000);
    span.end(time as never);
    expect(ended).toEqual([span]);
    expect(span.durationSeconds).toBeGreaterThanOrEqual(0);
    expect(span.durationSeconds).toBeLessThan(1);
  });

  it('ends once, and changes no more', () => {
    const { span, ended } = light();
    span.end();
    span.end();
    span
      .setAttribute('late', 1)
      .setAttributes({ late: 2 })
      .updateName('other')
      .addLink({ context: span.spanContext() });
    expect(ended).toEqual([span]);
    expect(span.isRecording()).toBe(false);
    expect([span.name, span.attributeKeys(), span.linkCount]).toEqual(['x', [], 0]);
  });

  it('keeps no more attributes than the limits of the SDK allow, nor longer ones', () => {
    const { span } = light({}, { count: 3, length: 4 });
    for (let i = 0; i < 10_000; i++) span.setAttribute(`k${i}`, 'a long value');
    span.setAttribute('k0', 'another');
    expect(span.attributeKeys()).toEqual(['k0', 'k1', 'k2']);
    expect(span.attribute('k0')).toBe('anot');
  });

  it('takes no attribute that is none', () => {
    const { span } = light();
    span.setAttributes({
      a: undefined,
      '': 1,
      f: (() => 1) as never,
      s: Symbol('s') as never,
      n: 10n as never,
      list: ['x'],
      ok: true,
    });
    expect(span.attributeKeys()).toEqual(['list', 'ok']);
  });

  it('does not follow a list that its owner changes later', () => {
    const list = ['a'];
    const { span } = light();
    span.setAttribute('list', list);
    list.push('b');
    expect(span.attribute('list')).toEqual(['a']);
  });

  it('keeps the last links', () => {
    const { span } = light({}, { links: 2 });
    for (const spanId of ['a', 'b', 'c']) span.addLinks([{ context: { traceId: 't', spanId, traceFlags: 0 } }]);
    expect([span.linkCount, span.link(0).spanId, span.link(1).spanId]).toEqual([2, 'b', 'c']);
  });

  it('keeps no link that leads nowhere, and none where the SDK keeps none', () => {
    const { span } = light();
    span.addLink({} as never).addLink(undefined as never);
    expect(span.linkCount).toBe(0);
    const none = light({}, { links: 0 }).span;
    none.addLink({ context: none.spanContext() });
    expect(none.linkCount).toBe(0);
  });

  it('lets go of what it holds when it is released', () => {
    const { span } = light({ attributes: { a: 1 }, count: 1 });
    span.end();
    span.release();
    expect(span.attributeKeys()).toEqual([]);
  });

  it('is shown to a hook of the application as the SDK would show it', () => {
    const parent = {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'a7ad6b7169203331',
      traceFlags: 0,
      isRemote: true,
    };
    const { span } = light({ attributes: { 'http.route': '/x' }, count: 1, startTime: EPOCH + 0.25, parent });
    span.end(EPOCH + 1_000);
    expect(readable(span)).toMatchObject({
      name: 'x',
      kind: 2,
      ended: true,
      startTime: [EPOCH / 1000, 250_000],
      endTime: [EPOCH / 1000 + 1, 0],
      duration: [0, 999_750_000],
      attributes: { 'http.route': '/x' },
      links: [],
      resource: { attributes: { 'service.name': 'shop' } },
      instrumentationScope: { name: 'test' },
      parentSpanContext: parent,
    });
  });
});
