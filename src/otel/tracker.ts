/**
 * Follows spans from start to end: links each to its scope, turns it into measurements when it ends, and commits a
 * scope to the sum table when its origin is known. Nothing in here may throw into the application: the span processor
 * guards every call.
 */
import { type Context, context as contextApi } from '@opentelemetry/api';
import type { Accounts } from '../core/accounts.ts';
import { limits } from '../core/limits.ts';
import type { Mapped, Mapping } from '../core/mapping/types.ts';
import { DETACHED } from '../core/model.ts';
import type { NamedOrigin, PendingSums } from '../core/origin/pending-sums.ts';
import { text } from '../core/origin/root-origin.ts';
import { spread, windowOf } from '../core/windows.ts';
import type { Committer } from './committer.ts';
import { inboundOrigin, rpcRoute, rpcSpan } from './context.ts';
import { ContextFacts } from './context-facts.ts';
import { factsOf } from './facts.ts';
import type { OriginResolver } from './origin-resolver.ts';
import { RemoteParents } from './remote-parents.ts';
import { Scope } from './scope.ts';
import { ScopeRegistry } from './scope-registry.ts';
import { type ReadableSpan, toMs } from './sdk-types.ts';
import { SpanState, setState, stateOf } from './span-state.ts';
import {
  absorberOf,
  absorbs,
  CONSUMED_MESSAGES,
  hold,
  isBelowServer,
  isNestedSystem,
  markCounted,
  markProcessed,
} from './winner.ts';

const INTERNAL = 0;
const SERVER = 1;
const CLIENT = 2;
const PRODUCER = 3;
const CONSUMER = 4;
const KIND_NAMES = ['internal', 'server', 'client', 'producer', 'consumer'];
const SAMPLED = 1;
/** Overdue scopes committed in one turn; the rest follow in the next turns. */
const OVERDUE_PER_TURN = 1_000;

const DETACHED_ORIGIN: NamedOrigin = { originService: '', origin: DETACHED, attributes: '' };

export interface TrackerOptions {
  readonly mapping: Mapping;
  readonly accounts: Accounts;
  readonly resolver: OriginResolver;
  readonly committer: Committer;
  readonly windowSeconds: number;
  readonly originDeadlineMs: number;
  /** '' to take `service.name` of each span's resource. */
  readonly service: string;
  readonly now: () => number;
  /** Continues long work in a later turn. */
  readonly defer: (work: () => void) => void;
}

export class SpanTracker {
  readonly scopes: ScopeRegistry;
  readonly remoteParents = new RemoteParents(limits.remoteParents);
  /** Service of the spans seen last, '' before the first. */
  service: string;
  spansSeen = 0;
  readonly resolver: OriginResolver;
  readonly #o: TrackerOptions;
  readonly #seen: { n: number };
  readonly #matched: { n: number };
  readonly #suppressed: { n: number };
  readonly #unmatched: readonly { n: number }[];
  readonly #facts = new ContextFacts();
  #resource: unknown;

  constructor(options: TrackerOptions) {
    this.#o = options;
    this.resolver = options.resolver;
    this.service = options.service;
    const { accounts } = options;
    this.#seen = accounts.counter('attribution.span.seen');
    this.#matched = accounts.counter('attribution.span.matched');
    this.#suppressed = accounts.counter('attribution.span.suppressed');
    this.#unmatched = KIND_NAMES.map((kind) => accounts.counter('attribution.span.unmatched', kind));
    this.scopes = new ScopeRegistry(limits.scopes, (scope) => {
      accounts.count('attribution.limit.reached', 'scopes');
      this.#commitEarly(scope);
    });
  }

  onStart(span: ReadableSpan, parentContext: Context): void {
    // A second SDK, or a second processor of ours in the same one, must not count a span twice.
    if (stateOf(span) !== undefined) return;
    this.#seen.n++;
    this.spansSeen++;
    const facts = this.#facts;
    facts.read(parentContext);
    const startMs = toMs(span.startTime);
    const parent = this.#parentOf(span, parentContext);
    const scope = parent === undefined ? this.#open(span, parentContext, startMs) : parent.scope;
    const detached = scope.rootEndedMs >= 0 && startMs - scope.rootEndedMs > this.#o.originDeadlineMs;
    const named = facts.named ?? (detached ? DETACHED_ORIGIN : undefined);
    const state = new SpanState(scope, parent, span, named, facts.attributes);
    if (parent === undefined) {
      scope.root = state;
      scope.rootKind = span.kind;
    }
    if (scope.openCount < limits.scopeSpans) scope.addOpen(state);
    else this.#o.accounts.count('attribution.limit.reached', 'scope_spans');
    setState(span, state);
  }

  #parentOf(span: ReadableSpan, parentContext: Context): SpanState | undefined {
    const remoteOrNone = span.parentSpanContext === undefined || span.parentSpanContext.isRemote === true;
    if (remoteOrNone && (span.kind === SERVER || span.kind === CONSUMER)) return sameRequest(span, parentContext);
    if (!remoteOrNone && this.#facts.parent !== undefined) return this.#facts.parent;
    // The server span is known from the HTTP instrumentation's own metadata where the parent was wrapped or dropped.
    const server = stateOf(rpcSpan(parentContext));
    if (server === undefined && !remoteOrNone) this.#o.accounts.count('attribution.span.parent_unknown');
    return server;
  }

  #open(span: ReadableSpan, parentContext: Context, startMs: number): Scope {
    if (span.resource !== this.#resource && this.#o.service === '') {
      this.#resource = span.resource;
      this.service = text(span.resource.attributes, 'service.name') || 'unknown_service';
    }
    const inbound = inboundOrigin(parentContext);
    const scope = new Scope(startMs, this.service, inbound);
    this.scopes.add(scope);
    return scope;
  }

  onEnd(span: ReadableSpan): void {
    const state = stateOf(span);
    if (state === undefined || state.ended) return;
    const { scope } = state;
    const { attributes } = span;
    const isRoot = scope.root === state;
    if (!isRoot) this.#learn(span, scope);
    const byAttribute = this.#o.resolver.namedBy(attributes);
    if (byAttribute !== undefined) state.named = byAttribute;
    else if (state.named === undefined) state.named = this.#o.resolver.namedAbove(state);

    const mapped = this.#o.mapping.match(factsOf(span, scope.service));
    if (mapped === undefined) this.#unmatched[span.kind]!.n++;
    else if (mapped.connection) this.#o.accounts.count('attribution.span.unmatched', 'connection');
    else this.#count(span, state, mapped);
    if (state.held !== undefined) this.#releaseHeld(state, mapped);

    scope.removeOpen(state);
    state.end();
    if (isRoot) this.#endRoot(span, scope);
    else if (scope.resolved !== undefined) this.#o.committer.commit(scope, scope.resolved);
    else if (scope.pending.size > limits.scopeSums) {
      this.#o.accounts.count('attribution.limit.reached', 'scope_sums');
      this.#commitEarly(scope);
    }
    if (scope.rootEndedMs >= 0 && scope.openCount === 0) this.scopes.remove(scope);
  }

  /** Routes and operation names that spans below the root know before, or instead of, the root. */
  #learn(span: ReadableSpan, scope: Scope): void {
    if (span.kind !== INTERNAL && span.kind !== SERVER) return;
    const { attributes } = span;
    const route = attributes['http.route'];
    if (typeof route === 'string' && route.length > scope.childRoute.length) scope.childRoute = route;
    const type = attributes['graphql.operation.type'];
    if (typeof type === 'string') {
      const name = attributes['graphql.operation.name'];
      const operation = typeof name === 'string' && name !== '' ? `${type} ${name}` : type;
      scope.graphql = scope.graphql === '' || scope.graphql === operation ? operation : '(several operations)';
    }
  }

  #count(span: ReadableSpan, state: SpanState, mapped: Mapped): void {
    if (span.kind === SERVER && mapped.category === 'server' && isBelowServer(state)) {
      this.#suppressed.n++;
      return;
    }
    if (isNestedSystem(mapped)) {
      if (state.countedBelow?.includes(mapped.system)) {
        this.#suppressed.n++;
        return;
      }
      markCounted(state, mapped.system);
    }
    if (mapped.category === 'http') {
      const outer = absorberOf(state, this.#o.mapping);
      if (outer !== undefined && !outer.ended) {
        this.#measure(span, state, mapped, hold(outer, mapped.address));
        return;
      }
      if (outer?.absorbs !== undefined && absorbs(outer.absorbs, mapped.address)) {
        this.#suppressed.n++;
        return;
      }
    } else if (mapped.consumes === 'process') markProcessed(state);
    this.#measure(span, state, mapped, state.scope.pending);
  }

  /** The span has ended: what it held back is either part of itself or an operation of its own. */
  #releaseHeld(state: SpanState, mapped: Mapped | undefined): void {
    const held = state.held ?? [];
    state.held = undefined;
    for (const { address, sums } of held) {
      const absorbed = mapped !== undefined && !mapped.connection && absorbs(mapped.address, address);
      if (absorbed) this.#suppressed.n += sums.operations;
      else sums.moveTo(state.scope.pending);
    }
  }

  #measure(span: ReadableSpan, state: SpanState, mapped: Mapped, into: PendingSums): void {
    this.#matched.n++;
    if (span.kind === CLIENT || span.kind === PRODUCER || mapped.category === 'genai') state.absorbs = mapped.address;
    const { attributes } = span;
    const spanContext = span.spanContext();
    const traceId = (spanContext.traceFlags & SAMPLED) === 0 ? '' : spanContext.traceId;
    const seconds = Math.max(0, span.duration[0] + span.duration[1] / 1e9);
    const endMs = toMs(span.endTime);
    const rowAttributes = this.#o.resolver.rowAttributes(state.attributes, attributes);
    const { measures } = mapped;
    const shares = span.links.length === 0 || state.named !== undefined ? undefined : this.#shares(span);
    for (let i = 0; i < measures.length; i++) {
      const measure = measures[i]!;
      if (state.processedBelow && mapped.consumes === 'receive' && measure.event === CONSUMED_MESSAGES) continue;
      const value = mapped.read(i, attributes, seconds);
      if (Number.isNaN(value)) continue;
      const duration = mapped.isDuration(i);
      // Its operation was counted while it was open: now only the duration is new.
      const operations = duration && state.counted ? 0 : 1;
      if (shares === undefined) {
        this.#add(
          into,
          measure,
          state.named,
          rowAttributes,
          value,
          1,
          operations,
          operations,
          traceId,
          duration,
          endMs,
        );
      } else {
        for (let at = 0; at < shares.length; at++) {
          const part = 1 / shares.length;
          const samples = at === 0 ? operations : 0;
          const count = operations * part;
          this.#add(into, measure, shares[at], rowAttributes, value, part, count, samples, traceId, duration, endMs);
        }
      }
    }
  }

  /** Origins of a span's links where any of them is known: one share for each link. */
  #shares(span: ReadableSpan): (NamedOrigin | undefined)[] | undefined {
    if (this.remoteParents.size === 0) return undefined;
    const origins = span.links.map((link) => this.remoteParents.originOf(link.context));
    return origins.some((origin) => origin !== undefined) ? origins : undefined;
  }

  /** Adds `part` of one measurement; a duration to every window it covered, its operation to that of its end. */
  #add(
    into: PendingSums,
    measure: Mapped['measures'][number],
    named: NamedOrigin | undefined,
    attributes: string,
    value: number,
    part: number,
    count: number,
    samples: number,
    traceId: string,
    duration: boolean,
    endMs: number,
  ): void {
    const { windowSeconds } = this.#o;
    const window = windowOf(endMs, windowSeconds);
    if (!duration || endMs - window * windowSeconds * 1000 >= value * 1000) {
      into.add(window, measure, named, attributes, value * part, count, samples, value, traceId);
      return;
    }
    spread(endMs, value, windowSeconds, (at, share, end) => {
      if (end) into.add(at, measure, named, attributes, share * part, count, samples, value, traceId);
      else into.add(at, measure, named, attributes, share * part, 0, 0, Number.NaN, '');
    });
  }

  #endRoot(span: ReadableSpan, scope: Scope): void {
    scope.rootEndedMs = toMs(span.endTime);
    scope.resolved = this.#o.resolver.resolve(span, scope, rpcRoute(contextApi.active()));
    if (scope.sent !== '' && scope.sent !== scope.resolved.origin) {
      this.#o.accounts.count('attribution.origin.changed_after_send');
    }
    scope.root = undefined;
    this.#facts.forget();
    this.#o.committer.commit(scope, scope.resolved);
  }

  #commitEarly(scope: Scope): void {
    if (scope.pending.size === 0) return;
    this.#o.accounts.count('attribution.scope.committed_early');
    this.#o.committer.commit(scope, scope.resolved ?? this.#o.resolver.soFar(scope));
  }

  /** Commits what waits longer than the origin deadline. Called before each rotation. */
  commitOverdue(): void {
    this.#commitOlderThan(this.#o.now() - this.#o.originDeadlineMs, this.scopes[Symbol.iterator]());
  }

  #commitOlderThan(before: number, scopes: Iterator<Scope>): void {
    for (let n = 0; n < OVERDUE_PER_TURN; n++) {
      const { done, value: scope } = scopes.next();
      if (done === true || scope.startMs > before) return;
      this.#countUnended(scope, before, false);
      this.#commitEarly(scope);
      if (scope.rootEndedMs >= 0 && scope.openCount === 0) this.scopes.remove(scope);
    }
    this.#o.defer(() => this.#commitOlderThan(before, scopes));
  }

  /** At the end of the process: everything that is known, and spans still open as operations without a duration. */
  commitAll(): void {
    for (const scope of this.scopes) {
      this.#countUnended(scope, Number.POSITIVE_INFINITY, true);
      this.#commitEarly(scope);
    }
  }

  #countUnended(scope: Scope, before: number, withRoot: boolean): void {
    for (let state = scope.firstOpen; state !== undefined; state = state.nextOpen) {
      const { span } = state;
      if (span === undefined || toMs(span.startTime) > before) continue;
      const mapped = this.#o.mapping.match(factsOf(span, scope.service));
      if (state.held !== undefined) this.#releaseHeld(state, mapped);
      if (state.counted || (state === scope.root && !withRoot)) continue;
      if (mapped === undefined || mapped.connection) continue;
      if (isNestedSystem(mapped) && state.countedBelow?.includes(mapped.system)) continue;
      if (isNestedSystem(mapped)) markCounted(state, mapped.system);
      state.counted = true;
      this.#o.accounts.count('attribution.span.unended');
      const window = windowOf(this.#o.now(), this.#o.windowSeconds);
      const rowAttributes = this.#o.resolver.rowAttributes(state.attributes, span.attributes);
      for (let i = 0; i < mapped.measures.length; i++) {
        if (!mapped.isDuration(i)) continue;
        scope.pending.add(window, mapped.measures[i]!, state.named, rowAttributes, 0, 1, 1, Number.NaN, '');
      }
    }
  }
}

/**
 * A framework (Hono) that reads the caller's headers again starts a second server span for the request: it has the same
 * remote parent as the one the HTTP instrumentation made around it.
 */
function sameRequest(span: ReadableSpan, parentContext: Context): SpanState | undefined {
  const remote = span.parentSpanContext;
  if (span.kind !== SERVER || remote === undefined) return undefined;
  const outer = stateOf(rpcSpan(parentContext));
  const isSame = outer?.span?.parentSpanContext?.spanId === remote.spanId;
  return isSame ? outer : undefined;
}
