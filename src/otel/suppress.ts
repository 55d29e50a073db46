/** The context in which the SDK makes no spans. */
import type { Context } from '@opentelemetry/api';

/** Key of `@opentelemetry/core`, the same symbol in every copy of it. */
const SUPPRESS_TRACING = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

export function withoutTracing(context: Context): Context {
  return context.setValue(SUPPRESS_TRACING, true);
}

export function isTracingSuppressed(context: Context): boolean {
  return context.getValue(SUPPRESS_TRACING) === true;
}
