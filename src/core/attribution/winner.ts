/**
 * One resource, one winner. An SDK's own span over its HTTP call, or an ORM's over its driver's, describe one operation:
 * it is counted once, whichever span ends first. What a request handler calls is never absorbed by the handler.
 */
import type { Mapped, Mapping } from '../mapping/types.ts';
import { CLIENT, CONSUMER, INTERNAL, isHandler, PRODUCER, SERVER } from '../span-kind.ts';
import { PendingSums } from './pending-sums.ts';
import type { Below, Scope, SpanState } from './scope.ts';

export const CONSUMED_MESSAGES = 'messaging.client.consumed.messages';
/** Stands in `Below.counted` for messages that were processed, so that a receive above does not count them again. */
export const MESSAGES = '(messages)';

/** An outer span without `server.address`, or with the same one, stands for the HTTP call below it. */
export function absorbs(outerAddress: string, innerAddress: string): boolean {
  return outerAddress === '' || outerAddress === innerAddress;
}

/** Whether the span may stand for HTTP calls below it: a call to somebody, not the handling of one. */
export function canAbsorb(span: SpanState, mapped: Mapped): boolean {
  if (mapped.connection || !mapped.overHttp) return false;
  if (span.kind === CONSUMER) return mapped.consumes === 'receive';
  return span.kind === CLIENT || span.kind === PRODUCER || mapped.category === 'genai';
}

/**
 * The span that could stand for an HTTP call made below it: the nearest CLIENT or PRODUCER span, GenAI call or CONSUMER
 * span that fetches messages, reached through INTERNAL spans only.
 */
export function absorberOf(state: SpanState, mapping: Mapping): SpanState | undefined {
  for (let outer = state.parent; outer !== undefined; outer = outer.parent) {
    if (outer.absorbs !== undefined) return outer;
    const { kind } = outer;
    if (kind === CLIENT || kind === PRODUCER) return outer;
    if (kind !== INTERNAL && kind !== CONSUMER) return undefined;
    const mapped = outer.ended ? undefined : mapping.match(outer);
    if (mapped !== undefined && canAbsorb(outer, mapped)) return outer;
    if (kind === CONSUMER) return undefined;
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

/**
 * `what` was counted at this span: nothing above counts it once more. Systems are looked for as far as the handler of
 * a request, which does more than one thing. @returns how many spans that had ended and waited are out of it now.
 */
export function markCounted(state: SpanState, what: string): number {
  let out = 0;
  for (let outer = state.parent; outer !== undefined; outer = outer.parent) {
    if (what !== MESSAGES && isHandler(outer.kind)) break;
    const below = belowOf(outer);
    if (below.counted.includes(what)) break;
    below.counted.push(what);
    if (below.own?.what === what) {
      if (below.own.whole) out++;
      stopWaiting(outer);
    }
  }
  return out;
}

/** Something begun after `since` is open below the span, or has ended and waits: `what` may still be counted there. */
export function mayBeBelow(span: SpanState, what: string, since = Number.NEGATIVE_INFINITY): boolean {
  if (!span.hasBelow) return false;
  const { scope } = span;
  for (let open = scope.firstOpen; open !== undefined; open = open.nextOpen) {
    if (isBelow(open, span, what) && open.startMs > since) return true;
  }
  return scope.waiting?.some((other) => isBelow(other, span, what)) === true;
}

/** The same way up as that of `markCounted`. */
function isBelow(span: SpanState, outer: SpanState, what: string): boolean {
  for (let above = span.parent; above !== undefined; above = above.parent) {
    if (what !== MESSAGES && isHandler(above.kind)) return false;
    if (above === outer) return true;
  }
  return false;
}

/** The span has ended; what it measured waits for what is open below it. */
export function wait(span: SpanState, what: string, whole: boolean): PendingSums {
  const sums = new PendingSums();
  belowOf(span).own = { what, sums, whole };
  const { scope } = span;
  scope.waiting ??= [];
  scope.waiting.push(span);
  return sums;
}

export function stopWaiting(span: SpanState): void {
  const { scope } = span;
  if (span.below !== undefined) span.below.own = undefined;
  const left = scope.waiting?.filter((other) => other !== span);
  scope.waiting = left?.length === 0 ? undefined : left;
}

/** A span of the scope that waits in vain: nothing begun after `since` is open below it. The innermost first. */
export function waitsInVain(scope: Scope, since: number): SpanState | undefined {
  return scope.waiting?.find((span) => !mayBeBelow(span, span.below?.own?.what ?? '', since));
}

/** The spans, all of them open, describe one operation: it is counted once, and its time is theirs in equal shares. */
export function describeOne(spans: readonly SpanState[]): void {
  if (spans.length < 2) return;
  const share = 1 / spans.length;
  spans.forEach((span, i) => {
    belowOf(span).part = { share, first: i === 0 };
  });
}

/** A framework's own server span (Hono, Next.js) below that of the HTTP instrumentation is the same request. */
export function isBelowServer(state: SpanState): boolean {
  const { scope } = state;
  return scope.rootKind === SERVER && scope.root !== state;
}

function belowOf(span: SpanState): Below {
  span.below ??= { counted: [], held: [], own: undefined, part: undefined };
  return span.below;
}
