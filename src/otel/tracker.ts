/**
 * Follows spans from start to end: links each to its scope, has it counted when it ends, and commits a scope to the sum
 * table when its origin is known. Nothing in here may throw into the application: the span processor
 * guards every call.
 */
import { type Context, context as contextApi } from '@opentelemetry/api';
import type { Accounts } from '../core/accounts.ts';
import { limits } from '../core/limits.ts';
import type { Mapping } from '../core/mapping/types.ts';
import { DETACHED } from '../core/model.ts';
import type { NamedOrigin } from '../core/origin/pending-sums.ts';
import { handlerRoute, text } from '../core/origin/root-origin.ts';
import type { Committer } from './committer.ts';
import { inboundOrigin, rpcRoute, rpcSpan } from './context.ts';
import { ContextFacts } from './context-facts.ts';
import { factsOf } from './facts.ts';
import type { OriginResolver } from './origin-resolver.ts';
import { RemoteParents } from './remote-parents.ts';
import { Scope } from './scope.ts';
import { ScopeRegistry } from './scope-registry.ts';
import { type ReadableSpan, toMs } from './sdk-types.ts';
import { SpanCounter } from './span-counter.ts';
import { SpanState, setState, stateOf } from './span-state.ts';

const INTERNAL = 0;
const SERVER = 1;
const CONSUMER = 4;
const KIND_NAMES = ['internal', 'server', 'client', 'producer', 'consumer'];
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
  readonly #connections: { n: number };
  readonly #counter: SpanCounter;
  readonly #unmatched: readonly { n: number }[];
  readonly #facts = new ContextFacts();
  #resource: unknown;

  constructor(options: TrackerOptions) {
    this.#o = options;
    this.resolver = options.resolver;
    this.service = options.service;
    const { accounts } = options;
    this.#seen = accounts.counter('attribution.span.seen');
    this.#counter = new SpanCounter({ ...options, remoteParents: this.remoteParents });
    this.#connections = accounts.counter('attribution.span.unmatched', 'connection');
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
    // Work that begins after its request has ended may never end itself: it has to be found again.
    else if (!scope.registered && scope.rootEndedMs >= 0) this.scopes.add(scope);
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
    else if (mapped.connection) this.#connections.n++;
    else this.#counter.count(span, state, mapped);
    this.#counter.releaseHeld(state, mapped);

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
    const route = handlerRoute(attributes);
    if (route.length > scope.childRoute.length) scope.childRoute = route;
    const type = attributes['graphql.operation.type'];
    if (typeof type === 'string') {
      const name = attributes['graphql.operation.name'];
      const operation = typeof name === 'string' && name !== '' ? `${type} ${name}` : type;
      scope.graphql = scope.graphql === '' || scope.graphql === operation ? operation : '(several operations)';
    }
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
      this.#counter.countUnended(scope, before, false);
      this.#commitEarly(scope);
      if (scope.rootEndedMs >= 0 && scope.openCount === 0) this.scopes.remove(scope);
    }
    this.#o.defer(() => this.#commitOlderThan(before, scopes));
  }

  /** At the end of the process: everything that is known, and spans still open as operations without a duration. */
  commitAll(): void {
    for (const scope of this.scopes) {
      this.#counter.countUnended(scope, Number.POSITIVE_INFINITY, true);
      this.#commitEarly(scope);
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
