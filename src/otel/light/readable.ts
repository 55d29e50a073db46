import type { HrTime } from '@opentelemetry/api';
import type { ReadableSpan } from '../sdk-types.ts';
import type { LightSpan } from './light-span.ts';

/** A light span as a hook of the application expects one: as the SDK's. */
export function readable(span: LightSpan): ReadableSpan {
  const { name, kind, ended, startMs, tracer, parentContext } = span;
  const seconds = ended ? span.durationSeconds : 0;
  return {
    name,
    kind,
    ended,
    startTime: hrTime(startMs),
    endTime: ended ? hrTime(span.endMs) : [0, 0],
    duration: hrTime(seconds * 1000),
    attributes: span.attributesNow(),
    links: span.linksNow(),
    resource: tracer._resource,
    instrumentationScope: tracer.instrumentationScope,
    parentSpanContext: parentContext,
    spanContext: () => span.spanContext(),
  };
}

function hrTime(ms: number): HrTime {
  const seconds = Math.trunc(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}
