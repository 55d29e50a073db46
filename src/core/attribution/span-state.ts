import type { AttributeShape } from '../mapping/attribute-view.ts';
import type { NamedOrigin } from './pending-sums.ts';
import type { Scope } from './scope.ts';
import type { SpanLink, SpanView } from './span-view.ts';
import type { HeldMeasurement } from './winner.ts';

/**
 * A span that is followed: what it says of itself, by the accessors of its subclass, and what is remembered about it. One
 * object for both, because there is one per span.
 */
export abstract class SpanState implements SpanView {
  readonly kind: number;
  /** Set when it starts. */
  scope!: Scope;
  /** Nearest span above within the scope; ended ones in between are skipped. */
  parent: SpanState | undefined = undefined;
  /** Origin named by `withOrigin`, a span attribute or by having been started long after its root ended. */
  named: NamedOrigin | undefined;
  /** Canonical row attributes from the context in which the span started. */
  readonly contextAttributes: string;
  ended = false;
  /** Its operation was counted while it was still open; only the duration is still to come. */
  counted = false;
  /** A message was processed below this span, so its own receive count is not one more. */
  processedBelow = false;
  /** Systems of which a span below ended and was counted. */
  countedBelow: string[] | undefined = undefined;
  /** HTTP measurements from below that this span may absorb when it ends. */
  held: HeldMeasurement[] | undefined = undefined;
  /** `server.address` if this span ended, was mapped and can absorb HTTP spans that end after it; else undefined. */
  absorbs: string | undefined = undefined;
  previousOpen: SpanState | undefined = undefined;
  nextOpen: SpanState | undefined = undefined;

  constructor(kind: number, named: NamedOrigin | undefined, contextAttributes: string) {
    this.kind = kind;
    this.named = named;
    this.contextAttributes = contextAttributes;
  }

  get service(): string {
    return this.scope.service;
  }

  /** Nothing is read of the span any more: a long chain of spans keeps nothing alive. */
  release(): void {
    this.letGo();
    // Keeps chains of spans, each started below the last ended one, at a bounded length.
    if (this.parent?.ended) this.parent = this.parent.parent;
  }

  /** Drops what this is a view of. */
  protected abstract letGo(): void;

  abstract readonly name: string;
  abstract readonly scopeName: string;
  abstract readonly startMs: number;
  abstract readonly endMs: number;
  abstract readonly durationSeconds: number;
  abstract readonly traceId: string;
  abstract readonly spanId: string;
  abstract readonly isSampled: boolean;
  abstract readonly parentSpanId: string;
  abstract readonly hasRemoteParent: boolean;
  abstract readonly linkCount: number;
  abstract link(i: number): SpanLink;
  abstract attribute(key: string): unknown;
  abstract attributeKeys(): readonly string[];
  abstract hasShape(shape: AttributeShape): boolean;
}
