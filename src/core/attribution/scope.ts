/** A scope and the spans in it: two halves of one linked structure. */
import type { AttributeLimits } from '../attributes.ts';
import { canonicalAttributes, mergeAttributes, parseAttributes } from '../attributes.ts';
import type { AttributeShape } from '../mapping/attribute-view.ts';
import type { Mapped } from '../mapping/types.ts';
import { isHandler } from '../span-kind.ts';
import type { CarriedOrigin } from './carried.ts';
import type { NamedOrigin } from './named-origin.ts';
import { PendingSums } from './pending-sums.ts';
import type { SpanLink, SpanView } from './span-view.ts';

/** Marks a scope-wide attribute that was set to different values within the scope: it belongs to none of the rest. */
const AMBIGUOUS = Symbol('ambiguous');

/** More than run between a statement that locks and the end of most transactions. A power of two. */
const LAST_CALLS = 8;

/** The work under one local root: it holds measurements until the origin is known, and lists the spans still open. */
export class Scope {
  readonly startMs: number;
  /** Emitting service, from the resource of the root. */
  readonly service: string;
  /** Origin a trusted caller sent, or that the root's link leads to. */
  readonly inbound: CarriedOrigin | undefined;
  /** The local root while it is open. */
  root: SpanState | undefined;
  rootKind = 0;
  readonly pending = new PendingSums();
  /** Known once the root has ended, or a moment later: see `fallback`. */
  resolved: NamedOrigin | undefined;
  rootEndedMs = -1;
  /** The route as the framework itself knows it, whole: told by one that we ask (`otel/routes`). */
  route = '';
  /** Most specific `http.route` of a handler's span below the root. */
  childRoute = '';
  /** Method of an HTTP request that has ended without a route, '' of all others. */
  routeless = '';
  /** What serves if no route comes: the root has ended, and a span below that is still open may know its route. */
  fallback: NamedOrigin | undefined;
  /** GraphQL operation seen below the root, such as `query Search`. */
  graphql = '';
  /** The latest calls to databases that lock, in no order: see `remember`. */
  lastCalls: (SpanState | undefined)[] | undefined;
  #calls = 0;
  /** Last origin sent to another service. */
  sent = '';
  /** Spans that have ended and have an `own` measurement; hardly any scope has one. */
  waiting: SpanState[] | undefined;
  /** The last span of a driver whose mapper's span may stand beside it: see `Siblings`. */
  driver: DriverSpan | undefined;
  undecided: Undecided[] | undefined;
  openCount = 0;
  /** Work under a name that the application gave it and without a span of its own, still going on. */
  openWork = 0;
  firstOpen: SpanState | undefined;
  /** Neighbours in the registry, oldest first. */
  older: Scope | undefined;
  newer: Scope | undefined;
  registered = false;
  /** Canonical attributes noted so far, while they were always the same. */
  #notedOnce = '';
  #noted: Map<string, string | typeof AMBIGUOUS> | undefined;

  constructor(startMs: number, service: string, inbound: CarriedOrigin | undefined) {
    this.startMs = startMs;
    this.service = service;
    this.inbound = inbound;
  }

  /** Whether what begins at `atMs` begins so long after the request ended that it is not its work any more. */
  isOver(atMs: number, detachedAfterMs: number): boolean {
    return this.rootEndedMs >= 0 && atMs - this.rootEndedMs > detachedAfterMs;
  }

  addOpen(state: SpanState): void {
    state.nextOpen = this.firstOpen;
    if (this.firstOpen !== undefined) this.firstOpen.previousOpen = state;
    this.firstOpen = state;
    this.openCount++;
  }

  removeOpen(state: SpanState): void {
    if (state.previousOpen === undefined && state.nextOpen === undefined && this.firstOpen !== state) return;
    if (state.previousOpen === undefined) this.firstOpen = state.nextOpen;
    else state.previousOpen.nextOpen = state.nextOpen;
    if (state.nextOpen !== undefined) state.nextOpen.previousOpen = state.previousOpen;
    state.previousOpen = undefined;
    state.nextOpen = undefined;
    this.openCount--;
  }

  /**
   * A session that idles within a transaction has no span that runs: begin and end of its last statement tell whose it is.
   * `call` has ended, and was mapped to `mapped`.
   */
  remember(call: SpanState, mapped: Mapped): void {
    call.keepTimes();
    call.mapped = mapped;
    this.lastCalls ??= new Array<SpanState | undefined>(LAST_CALLS);
    this.lastCalls[this.#calls++ & (LAST_CALLS - 1)] = call;
  }

  /** `withAttributes` was called within this scope. */
  note(canonical: string): void {
    if (this.#noted === undefined) {
      if (this.#notedOnce === '' || this.#notedOnce === canonical) {
        this.#notedOnce = canonical;
        return;
      }
      this.#noted = new Map(Object.entries(parseAttributes(this.#notedOnce)));
    }
    for (const [key, value] of Object.entries(parseAttributes(canonical))) {
      const known = this.#noted.get(key);
      this.#noted.set(key, known === undefined || known === value ? value : AMBIGUOUS);
    }
  }

  /**
   * Attributes of the whole scope: the caller's, those noted without contradiction, and `ofRoot`, each over the last.
   * Known only at the root's end.
   */
  scopeAttributes(ofRoot: string, limits: AttributeLimits): string {
    let base = this.inbound?.attributes ?? '';
    if (this.#noted === undefined) base = mergeAttributes(base, this.#notedOnce, limits);
    else {
      const noted: Record<string, string> = {};
      for (const [key, value] of this.#noted) if (value !== AMBIGUOUS) noted[key] = value;
      base = mergeAttributes(base, canonicalAttributes(noted, limits), limits);
    }
    return mergeAttributes(base, ofRoot, limits);
  }
}

/** What mappers measured while it is not known whether their driver makes spans; all of it has the same fate. */
export interface Undecided {
  readonly system: string;
  readonly sums: PendingSums;
  spans: number;
}

export interface DriverSpan {
  readonly system: string;
  startMs: number;
}

/** HTTP measurements that an outer span may still absorb, by the address they went to. */
export interface HeldMeasurement {
  readonly address: string;
  readonly sums: PendingSums;
}

/** What a span that has ended counts unless something that is still open below it turns out to be the same. */
export interface OwnMeasurement {
  /** As in `Below.counted`: what would be the same. */
  readonly what: string;
  readonly sums: PendingSums;
  /** True where these are all the sums of the span, false where they are some. */
  readonly whole: boolean;
}

/** One of several spans, side by side, that describe one operation: it has taken the time of each of them, once. */
export interface Part {
  readonly share: number;
  /** The operation is a sample of this one of them. */
  readonly first: boolean;
}

/** What few spans have: what those below one leave for it, and those beside it. */
export interface Below {
  /** What ended there and was counted: systems, and `MESSAGES`. */
  readonly counted: string[];
  /** HTTP measurements that the span above may absorb when it ends. */
  held: HeldMeasurement[];
  own: OwnMeasurement | undefined;
  part: Part | undefined;
}

/**
 * A span that is followed: what it says of itself, by the accessors of its subclass, and what is remembered about it. One
 * object for both, because there is one per span.
 */
export abstract class SpanState implements SpanView {
  // Declared, and assigned in the constructor: one is made per span, and field definitions of a class that others
  // extend cost 20 ns more.
  declare readonly kind: number;
  /** Set when it starts. */
  declare scope: Scope;
  /** Nearest span above within the scope; ended ones in between are skipped. */
  declare parent: SpanState | undefined;
  /** Origin named by `withOrigin`, a span attribute or by having been started long after its root ended. */
  declare named: NamedOrigin | undefined;
  /** Canonical row attributes from the context in which the span started. */
  declare readonly contextAttributes: string;
  declare ended: boolean;
  /** Its operation was counted while it was still open; only the duration is still to come. */
  declare counted: boolean;
  /** A span was started below it. */
  declare hasBelow: boolean;
  /** What has ended below it; most spans have nothing below. */
  declare below: Below | undefined;
  /** `server.address` if this span ended, was mapped and can absorb HTTP spans that end after it; else undefined. */
  declare absorbs: string | undefined;
  /** Of a call that the scope remembers. */
  declare mapped: Mapped | undefined;
  declare previousOpen: SpanState | undefined;
  declare nextOpen: SpanState | undefined;

  constructor(kind: number, named: NamedOrigin | undefined, contextAttributes: string) {
    this.kind = kind;
    this.parent = undefined;
    this.named = named;
    this.contextAttributes = contextAttributes;
    this.ended = false;
    this.counted = false;
    this.hasBelow = false;
    this.below = undefined;
    this.absorbs = undefined;
    this.mapped = undefined;
    this.previousOpen = undefined;
    this.nextOpen = undefined;
  }

  get service(): string {
    return this.scope.service;
  }

  /** Whether it is the local root of its scope, and still open. */
  get isRoot(): boolean {
    return this.scope.root === this;
  }

  /** Nothing is read of the span any more: a long chain of spans keeps nothing alive. */
  release(): void {
    this.letGo();
    // Keeps chains of spans, each started below the last ended one, at a bounded length.
    let { parent } = this;
    while (parent?.ended && !this.#isAsked(parent)) parent = parent.parent;
    this.parent = parent;
  }

  /** Whether what is open below here has to find `ended` above: it waits for that, may stand for its calls, or ends the search. */
  #isAsked(ended: SpanState): boolean {
    if (ended.below?.own !== undefined) return true;
    if (isHandler(this.kind)) return false;
    return isHandler(ended.kind) || (ended.absorbs !== undefined && this.absorbs === undefined);
  }

  /** From now on, begin and end outlive the view. */
  abstract keepTimes(): void;

  /** Drops what this is a view of. */
  protected abstract letGo(): void;

  abstract readonly name: string;
  abstract readonly scopeName: string;
  abstract readonly startMs: number;
  abstract readonly endMs: number;
  abstract readonly durationSeconds: number;
  abstract readonly traceId: string;
  abstract readonly spanId: string;
  abstract readonly exemplarTraceId: string;
  abstract readonly parentSpanId: string;
  abstract readonly hasRemoteParent: boolean;
  abstract readonly linkCount: number;
  abstract link(i: number): SpanLink;
  abstract attribute(key: string): unknown;
  abstract attributeKeys(): readonly string[];
  abstract hasShape(shape: AttributeShape): boolean;
}
