import { expect, it } from 'vitest';
import { AttributeShape } from '../../../src/core/mapping/attribute-view.ts';
import { SdkSpan } from '../../../src/otel/sdk-span.ts';
import type { ReadableSpan } from '../../../src/otel/sdk-types.ts';

function sdkSpan(): { -readonly [K in keyof ReadableSpan]: ReadableSpan[K] } & { attributes: Record<string, unknown> } {
  return {
    name: 'query',
    kind: 2,
    startTime: [1_800_000_000, 500_000_000],
    endTime: [1_800_000_001, 0],
    duration: [0, 500_000_000],
    ended: false,
    attributes: { a: 1, b: 2 },
    links: [],
    resource: { attributes: {} },
    instrumentationScope: { name: 'test' },
    spanContext: () => ({ traceId: 't', spanId: 's', traceFlags: 1 }),
  };
}
const shape = new AttributeShape(['a', 'b'], [true, false], [1, undefined]);

it('reads what the SDK has, in milliseconds and seconds', () => {
  const span = new SdkSpan(sdkSpan(), undefined, '');
  expect([span.startMs, span.endMs, span.durationSeconds]).toEqual([1_800_000_000_500, 1_800_000_001_000, 0.5]);
  expect([span.traceId, span.spanId, span.exemplarTraceId, span.parentSpanId, span.linkCount]).toEqual([
    't',
    's',
    't',
    '',
    0,
  ]);
  expect([span.attribute('a'), span.attribute('none'), span.attributeKeys()]).toEqual([1, undefined, ['a', 'b']]);
});

it('believes a shape only of a span that has ended: an open one may still get attributes', () => {
  const sdk = sdkSpan();
  const span = new SdkSpan(sdk, undefined, '');
  expect(span.hasShape(shape)).toBe(true);
  sdk.attributes.late = 3;
  expect(span.attribute('late')).toBe(3);
  expect(span.hasShape(shape)).toBe(false);
});

it('forgets a shape that fits no more', () => {
  const sdk = sdkSpan();
  const span = new SdkSpan(sdk, undefined, '');
  sdk.ended = true;
  expect(span.hasShape(shape)).toBe(true);
  expect([span.attribute('a'), span.attribute('b'), span.attribute('none')]).toEqual([1, 2, undefined]);
  sdk.attributes.late = 3;
  expect(span.hasShape(shape)).toBe(false);
  expect(span.attribute('late')).toBe(3);
});

it.each([
  ['another value', { a: 9, b: 2 }],
  ['one name more', { a: 1, b: 2, c: 3 }],
  ['one name fewer', { a: 1 }],
  ['another order', { b: 2, a: 1 }],
])('has no shape with %s', (_, attributes) => {
  expect(new SdkSpan({ ...sdkSpan(), attributes }, undefined, '').hasShape(shape)).toBe(false);
});

it('has a shape whatever the values that no rule read', () => {
  expect(new SdkSpan({ ...sdkSpan(), attributes: { a: 1, b: 'x' } }, undefined, '').hasShape(shape)).toBe(true);
});
