/**
 * Instrumentations of mappers that do not make their span the parent of what they call. Span and driver's span stand
 * beside each other, both CLIENT, both with the attributes of an operation; nothing but the names of their
 * instrumentations tells them apart.
 */
import type { Facts } from './slot.ts';

const MAPPERS: ReadonlySet<string> = new Set(['@opentelemetry/instrumentation-mongoose']);
/** The drivers that those mappers call. */
const DRIVERS: ReadonlySet<string> = new Set(['@opentelemetry/instrumentation-mongodb']);

export function siblingOf(facts: Facts): 'mapper' | 'driver' | undefined {
  const { scopeName } = facts;
  if (scopeName === undefined) return undefined;
  if (MAPPERS.has(scopeName)) return 'mapper';
  return DRIVERS.has(scopeName) ? 'driver' : undefined;
}
