/** What is remembered about one live span, linked to the span object itself. */
import type { Span } from '@opentelemetry/api';
import type { NamedOrigin } from '../core/origin/pending-sums.ts';
import type { Scope } from './scope.ts';
import type { ReadableSpan } from './sdk-types.ts';
import type { HeldMeasurement } from './winner.ts';

// A symbol property costs next to nothing on a span; a WeakMap entry costs half a microsecond, so it serves only
// spans that cannot take the property (frozen, proxied). Registered, so that two copies of this package see one state.
const STATE = Symbol.for('otel-attribution state');
const sealedSpans = new WeakMap<object, SpanState>();
let anySealed = false;

export class SpanState {
  readonly scope: Scope;
  /** Nearest span above within the scope; ended ones in between are skipped. */
  parent: SpanState | undefined;
  /** The span while it is open; dropped at its end so that a long chain of spans keeps nothing alive. */
  span: ReadableSpan | undefined;
  readonly kind: number;
  /** Origin named by `withOrigin`, a span attribute or by having been started long after its root ended. */
  named: NamedOrigin | undefined;
  /** Canonical row attributes from the context in which the span started. */
  readonly attributes: string;
  ended = false;
  /** Its operation was counted while it was still open; only the duration is still to come. */
  counted = false;
  /** A message was processed below this span, so its own receive count is not one more. */
  processedBelow = false;
  /** Systems of which a span below ended and was counted. */
  countedBelow: string[] | undefined;
  /** HTTP measurements from below that this span may absorb when it ends. */
  held: HeldMeasurement[] | undefined;
  /** `server.address` if this span ended, was mapped and can absorb HTTP spans that end after it; else undefined. */
  absorbs: string | undefined;
  previousOpen: SpanState | undefined;
  nextOpen: SpanState | undefined;

  constructor(
    scope: Scope,
    parent: SpanState | undefined,
    span: ReadableSpan,
    named: NamedOrigin | undefined,
    attributes: string,
  ) {
    this.scope = scope;
    this.parent = parent;
    this.span = span;
    this.kind = span.kind;
    this.named = named;
    this.attributes = attributes;
  }

  end(): void {
    this.ended = true;
    this.span = undefined;
    // Keeps chains of spans, each started below the last ended one, at a bounded length.
    if (this.parent?.ended) this.parent = this.parent.parent;
  }
}

type Stateful = { [STATE]?: SpanState };

export function stateOf(span: Span | ReadableSpan | undefined): SpanState | undefined {
  if (span === undefined) return undefined;
  return (span as Stateful)[STATE] ?? (anySealed ? sealedSpans.get(span) : undefined);
}

export function setState(span: ReadableSpan, state: SpanState): void {
  try {
    (span as Stateful)[STATE] = state;
  } catch {
    anySealed = true;
    sealedSpans.set(span, state);
  }
}
