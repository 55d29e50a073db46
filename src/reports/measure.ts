/** What is summed, and what counts as a request: the rules behind the texts of both languages and the table at exit. */
import { BLOCKED_EVENT } from '../core/model.ts';
import type { Condition } from './where.ts';

/** `seconds`: durations, of calls to others alone unless `servers`; never the engine's own accounts, nor what others waited. */
export type Measure =
  | { readonly kind: 'event'; readonly event: string }
  | { readonly kind: 'seconds'; readonly servers: boolean }
  | { readonly kind: 'any' };

/** Durations of what a service asked of others, unless something else is named: never server and client seconds in one sum. */
export function measureOf(event: string | undefined, conditions: readonly Condition[]): Measure {
  if (event !== undefined) return { kind: 'event', event: event === 'blocked' ? BLOCKED_EVENT : event };
  const names = (field: string): boolean => conditions.some((c) => c.field === field && !c.operator.startsWith('!'));
  if (names('event') || names('unit')) return { kind: 'any' };
  return { kind: 'seconds', servers: names('target') };
}

/** Targets of entry spans begin with it: the service itself. */
export const SERVICE_TARGETS = 'service://';

/**
 * Events of entry spans, of which there is one per request, message or invocation. They are requests of their origin in the service that
 * named it: what it calls with its origin (`propagateTo`) has entry spans under the same origin, which are no further requests.
 */
export const requestEvents: readonly string[] = [
  'http.server.request.duration',
  'rpc.server.call.duration',
  'messaging.process.duration',
  'faas.invoke_duration',
];
