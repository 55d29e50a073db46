/**
 * One resource, one winner. An SDK's own span over its HTTP call, or an ORM's over its driver's, describe one operation:
 * it is counted once. What a request handler calls is never absorbed by the handler.
 */
import type { Mapped, Mapping } from '../mapping/types.ts';
import { CLIENT, CONSUMER, INTERNAL, PRODUCER, SERVER } from '../span-kind.ts';
import { PendingSums } from './pending-sums.ts';
import type { Below, SpanState } from './scope.ts';

export const CONSUMED_MESSAGES = 'messaging.client.consumed.messages';

/** An outer span without `server.address`, or with the same one, stands for the HTTP call below it. */
export function absorbs(outerAddress: string, innerAddress: string): boolean {
  return outerAddress === '' || outerAddress === innerAddress;
}

/**
 * The span that could stand for an HTTP call made below it: the nearest CLIENT or PRODUCER span or GenAI call, reached
 * through INTERNAL spans only.
 */
export function absorberOf(state: SpanState, mapping: Mapping): SpanState | undefined {
  for (let outer = state.parent; outer !== undefined; outer = outer.parent) {
    if (outer.kind === CLIENT || outer.kind === PRODUCER) return outer;
    if (outer.kind !== INTERNAL) return undefined;
    if (outer.absorbs !== undefined) return outer;
    if (!outer.ended && mapping.match(outer)?.category === 'genai') return outer;
  }
  return undefined;
}

/** Sums in which the HTTP measurements of one address wait for the end of `outer`. */
export function hold(outer: SpanState, address: string): PendingSums {
  const { held } = belowOf(outer);
  for (const one of held) if (one.address === address) return one.sums;
  const sums = new PendingSums();
  held.push({ address, sums });
  return sums;
}

/** Of nested spans of one system, the innermost that ended and was mapped counts. */
export function isNestedSystem(mapped: Mapped): boolean {
  return mapped.system !== '' && (mapped.category === 'db' || mapped.category === 'genai');
}

export function markCounted(state: SpanState, system: string): void {
  for (let outer = state.parent; outer !== undefined; outer = outer.parent) {
    if (outer.kind === SERVER || outer.kind === CONSUMER) return;
    const { counted } = belowOf(outer);
    if (counted.includes(system)) return;
    counted.push(system);
  }
}

/** A framework's own server span (Hono, Next.js) below that of the HTTP instrumentation is the same request. */
export function isBelowServer(state: SpanState): boolean {
  const { scope } = state;
  return scope.rootKind === SERVER && scope.root !== state;
}

/** A message was processed below these spans: a `receive` among them does not count its messages again. */
export function markProcessed(state: SpanState): void {
  for (let outer = state.parent; outer !== undefined && !outer.below?.processed; outer = outer.parent) {
    belowOf(outer).processed = true;
  }
}

function belowOf(span: SpanState): Below {
  span.below ??= { counted: [], processed: false, held: [] };
  return span.below;
}
