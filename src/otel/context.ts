/** What travels in the OpenTelemetry context: the named origin, the user's row attributes, the caller's origin. */
import { type Context, createContextKey, type Span } from '@opentelemetry/api';
import type { CarriedOrigin } from '../core/attribution/carried.ts';
import type { NamedOrigin } from '../core/attribution/named-origin.ts';

const ORIGIN = createContextKey('otel-attribution origin');
const ATTRIBUTES = createContextKey('otel-attribution attributes');
const INBOUND = createContextKey('otel-attribution inbound');
/** Key of `@opentelemetry/core`, the same symbol in every copy of it. */
const RPC_METADATA = Symbol.for('OpenTelemetry SDK Context Key RPC_METADATA');

/** Origin named by `withOrigin`. */
export function namedOrigin(context: Context): NamedOrigin | undefined {
  return context.getValue(ORIGIN) as NamedOrigin | undefined;
}
export function setNamedOrigin(context: Context, origin: NamedOrigin): Context {
  return context.setValue(ORIGIN, origin);
}

/** Canonical row attributes of `withAttributes`, '' for none. */
export function contextAttributes(context: Context): string {
  return (context.getValue(ATTRIBUTES) as string | undefined) ?? '';
}
export function setContextAttributes(context: Context, canonical: string): Context {
  return context.setValue(ATTRIBUTES, canonical);
}

/** Origin that a trusted caller sent. */
export function inboundOrigin(context: Context): CarriedOrigin | undefined {
  return context.getValue(INBOUND) as CarriedOrigin | undefined;
}
export function setInboundOrigin(context: Context, inbound: CarriedOrigin | undefined): Context {
  return inbound === undefined ? context.deleteValue(INBOUND) : context.setValue(INBOUND, inbound);
}

interface RpcMetadata {
  readonly route?: unknown;
  readonly span?: Span;
}

/** Span of the HTTP server request this context belongs to, set by the HTTP instrumentation. */
export function rpcSpan(context: Context): Span | undefined {
  return (context.getValue(RPC_METADATA) as RpcMetadata | undefined)?.span;
}
export function rpcRoute(context: Context): string {
  const route = (context.getValue(RPC_METADATA) as RpcMetadata | undefined)?.route;
  return typeof route === 'string' ? route : '';
}
