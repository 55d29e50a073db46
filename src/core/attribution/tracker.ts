/**
 * Follows spans from start to end: links each to its scope, has it counted when it ends, and commits a scope to the sum
 * table when its origin is known. A view may throw where an application's getter does: starting and ending a span
 * pass that on to their caller, who guards; what commits many scopes goes on with the next.
 */
import type { Accounts } from '../accounts.ts';
import { limits } from '../limits.ts';
import type { Mapped, Mapping } from '../mapping/types.ts';
import { UNKNOWN_SERVICE } from '../model.ts';
import { INTERNAL, kindNames, SERVER } from '../span-kind.ts';
import type { CarriedOrigin } from './carried.ts';
import type { Committer } from './committer.ts';
import { DETACHED_ORIGIN, type NamedOrigin } from './named-origin.ts';
import { awaitsRoute, type OriginResolver } from './origin-resolver.ts';
import { RemoteParents } from './remote-parents.ts';
import { graphqlOperation, handlerRoute, moreSpecific } from './root-origin.ts';
import { Scope, type SpanState } from './scope.ts';
import { ScopeRegistry } from './scope-registry.ts';
import { SpanCounter } from './span-counter.ts';

/** Overdue scopes committed in one turn; the rest follow in the next turns. */
const OVERDUE_PER_TURN = 1_000;

export interface TrackerOptions {
  readonly mapping: Mapping;
  readonly accounts: Accounts;
  readonly resolver: OriginResolver;
  readonly committer: Committer;
  readonly windowSeconds: number;
  readonly originDeadlineMs: number;
  /** What begins longer than this after its request ended is not work of that request. */
  readonly detachedAfterMs: number;
  /** Name of the service as long as no span has told one, '' for none. */
  readonly service: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Continues long work in a later turn. */
  readonly defer: (work: () => void) => void;
}

export class SpanTracker {
  readonly scopes: ScopeRegistry;
  readonly remoteParents = new RemoteParents(limits.remoteParents);
  /** Service of the root seen last, or what stands for it before the first. */
  service: string;
  spansSeen = 0;
  readonly #o: TrackerOptions;
  readonly #seen: { n: number };
  readonly #connections: { n: number };
  readonly #counter: SpanCounter;
  readonly #unmatched: readonly { n: number }[];
  /** Scopes whose root has ended without a route that a span below may still tell. All of them are registered. */
  readonly #routeless = new Set<Scope>();

  constructor(options: TrackerOptions) {
    this.#o = options;
    this.service = options.service || UNKNOWN_SERVICE;
    const { accounts } = options;
    this.#seen = accounts.counter('attribution.span.seen');
    this.#counter = new SpanCounter({ ...options, remoteParents: this.remoteParents });
    this.#connections = accounts.counter('attribution.span.unmatched', 'connection');
    this.#unmatched = kindNames.map((kind) => accounts.counter('attribution.span.unmatched', kind));
    this.scopes = new ScopeRegistry(limits.scopes, (scope) => {
      accounts.count('attribution.limit.reached', 'scopes');
      this.#commitEarly(scope);
    });
  }

  /** A span without a parent in this process starts a scope. `inbound`: the origin that a trusted caller sent. */
  startRoot(span: SpanState, service: string, inbound: CarriedOrigin | undefined): void {
    const scope = new Scope(span.startMs, service, inbound);
    this.service = service;
    this.scopes.add(scope);
    scope.root = span;
    scope.rootKind = span.kind;
    this.#open(span, scope);
  }

  startChild(span: SpanState, parent: SpanState): void {
    const { scope } = parent;
    span.parent = parent;
    if (scope.rootEndedMs >= 0) {
      if (span.named === undefined && scope.isOver(span.startMs, this.#o.detachedAfterMs)) span.named = DETACHED_ORIGIN;
      // Work that begins after its request has ended may never end itself: it has to be found again.
      if (!scope.registered) this.scopes.add(scope);
    }
    parent.hasBelow = true;
    if (parent.absorbs !== undefined) passOver(span, parent);
    this.#open(span, scope);
  }

  #open(span: SpanState, scope: Scope): void {
    this.#seen.n++;
    this.spansSeen++;
    span.scope = scope;
    if (scope.openCount < limits.scopeSpans) scope.addOpen(span);
    else this.#o.accounts.count('attribution.limit.reached', 'scope_spans');
  }

  endChild(span: SpanState): void {
    if (span.ended) return;
    const { scope } = span;
    // First of all: a span whose shape is known answers the questions below at once.
    const mapped = this.#o.mapping.match(span);
    learn(span, scope);
    this.#count(span, mapped);
    try {
      if (scope.resolved !== undefined) this.#commit(scope, scope.resolved);
      else if (scope.fallback !== undefined) this.#resolveLate(scope, scope.fallback);
      else if (scope.pending.size > limits.scopeSums) {
        this.#o.accounts.count('attribution.limit.reached', 'scope_sums');
        this.#commitEarly(scope);
      }
    } finally {
      this.#release(span, scope);
    }
  }

  /**
   * The origin of the scope is known now, or a moment later. `rpcRoute`: the route that the context of the root knows at its
   * end, '' for none.
   */
  endRoot(root: SpanState, rpcRoute: string): void {
    if (root.ended) return;
    const { scope } = root;
    this.#count(root, this.#o.mapping.match(root));
    scope.root = undefined;
    try {
      scope.rootEndedMs = root.endMs;
      const origin = this.#o.resolver.resolve(root, scope, rpcRoute);
      if (scope.routeless !== '' && scope.registered && awaitsRoute(scope)) {
        scope.fallback = origin;
        this.#routeless.add(scope);
      } else this.#resolved(scope, origin);
    } finally {
      this.#release(root, scope);
    }
  }

  #resolved(scope: Scope, origin: NamedOrigin): void {
    scope.resolved = origin;
    if (scope.sent !== '' && scope.sent !== origin.origin) {
      this.#o.accounts.count('attribution.origin.changed_after_send');
    }
    this.#commit(scope, origin);
  }

  /** A span below has ended, or the wait has: the route is known now, will never be, or may still come. */
  #resolveLate(scope: Scope, fallback: NamedOrigin, waitIsOver = false): void {
    const origin = this.#lateOrigin(scope, fallback);
    if (origin === undefined && !waitIsOver && awaitsRoute(scope)) return;
    scope.fallback = undefined;
    this.#routeless.delete(scope);
    this.#resolved(scope, origin ?? fallback);
  }

  /** What is open below may not be readable: that keeps neither this scope nor the next ones from being committed. */
  #lateOrigin(scope: Scope, fallback: NamedOrigin): NamedOrigin | undefined {
    try {
      return this.#o.resolver.resolveLate(scope, fallback);
    } catch {
      this.#o.accounts.count('attribution.hook.failed', 'commit');
      return undefined;
    }
  }

  #count(span: SpanState, mapped: Mapped | undefined): void {
    const byAttribute = this.#o.resolver.namedBy(span);
    if (byAttribute !== undefined) span.named = byAttribute;
    else if (span.named === undefined) span.named = this.#o.resolver.namedAbove(span);
    else if (span.named === DETACHED_ORIGIN) span.named = this.#o.resolver.namedAbove(span) ?? DETACHED_ORIGIN;
    if (mapped === undefined) this.#unmatched[span.kind]!.n++;
    else if (mapped.connection) this.#connections.n++;
    else this.#counter.count(span, mapped);
    this.#counter.releaseHeld(span, mapped);
    const { scope } = span;
    scope.removeOpen(span);
    span.ended = true;
    if (scope.waiting !== undefined) this.#counter.settle(scope);
  }

  #release(span: SpanState, scope: Scope): void {
    span.release();
    this.#letGo(scope);
  }

  /** A scope that is over and has nothing left to commit. */
  #letGo(scope: Scope): void {
    if (scope.rootEndedMs < 0 || scope.openCount + scope.openWork > 0 || scope.pending.size > 0) return;
    this.scopes.remove(scope);
  }

  /** Named work without a span of its own begins: a job that outlives the request that started it is live until `endWork`. */
  beginWork(scope: Scope): void {
    scope.openWork++;
    if (!scope.registered) this.scopes.add(scope);
  }

  endWork(scope: Scope): void {
    scope.openWork--;
    this.#letGo(scope);
  }

  #commit(scope: Scope, origin: NamedOrigin): void {
    if (scope.undecided !== undefined) this.#counter.decide(scope);
    this.#o.committer.commit(scope, origin);
  }

  #commitEarly(scope: Scope): void {
    if (scope.fallback !== undefined) this.#resolveLate(scope, scope.fallback, true);
    if (scope.undecided !== undefined) this.#counter.decide(scope);
    if (scope.pending.size === 0) return;
    this.#o.accounts.count('attribution.scope.committed_early');
    this.#o.committer.commit(scope, scope.resolved ?? this.#o.resolver.soFar(scope));
  }

  /** Commits what waits longer than the origin deadline, or too long for a route. Called before each rotation. */
  commitOverdue(): void {
    const routelessBefore = this.#o.now() - limits.lateRouteMs;
    for (const scope of this.#routeless) {
      // In the order in which their roots ended.
      if (scope.rootEndedMs >= routelessBefore) break;
      this.#resolveLate(scope, scope.fallback!, true);
    }
    this.#commitOlderThan(this.#o.now() - this.#o.originDeadlineMs, this.scopes[Symbol.iterator]());
  }

  #commitOlderThan(before: number, scopes: Iterator<Scope>): void {
    for (let n = 0; n < OVERDUE_PER_TURN; n++) {
      const { done, value: scope } = scopes.next();
      if (done === true || scope.startMs > before) return;
      this.#commitUnended(scope, before, false);
      this.#letGo(scope);
    }
    this.#o.defer(() => this.#commitOlderThan(before, scopes));
  }

  /** At the end of the process: everything that is known, and spans still open as operations without a duration. */
  commitAll(): void {
    for (const scope of this.scopes) this.#commitUnended(scope, Number.POSITIVE_INFINITY, true);
  }

  /** Never throws: a span whose attributes cannot be read must not keep what else waits, here or in other scopes. */
  #commitUnended(scope: Scope, before: number, withRoot: boolean): void {
    const steps = [
      () => this.#counter.countUnended(scope, before, withRoot),
      () => this.#counter.settle(scope, before),
      () => this.#commitEarly(scope),
    ];
    for (const step of steps) {
      try {
        step();
      } catch {
        this.#o.accounts.count('attribution.hook.failed', 'commit');
      }
    }
  }
}

/**
 * A call that has ended is followed by what runs in its context, not made of it: a span begun now is below what the call
 * was below. An origin that the call had goes on.
 */
function passOver(span: SpanState, call: SpanState): void {
  span.parent = call.parent;
  if (call.named !== undefined && (span.named ?? DETACHED_ORIGIN) === DETACHED_ORIGIN) span.named = call.named;
}

/** Routes and operation names that spans below the root know before, or instead of, the root. */
function learn(span: SpanState, scope: Scope): void {
  if (span.kind !== INTERNAL && span.kind !== SERVER) return;
  scope.childRoute = moreSpecific(handlerRoute(span), scope.childRoute);
  const operation = graphqlOperation(span);
  if (operation === '') return;
  scope.graphql = scope.graphql === '' || scope.graphql === operation ? operation : '(several operations)';
}
