/** Who caused the work of a scope: the first that is known of named, sent by a caller, local root. */
import type { Accounts } from '../core/accounts.ts';
import { attributeText, canonicalAttributes, mergeAttributes } from '../core/attributes.ts';
import { limits } from '../core/limits.ts';
import { UNATTRIBUTED } from '../core/model.ts';
import type { NamedOrigin } from '../core/origin/pending-sums.ts';
import { handlerRoute, type RootFacts, type RootOrigin, rootOrigin } from '../core/origin/root-origin.ts';
import type { Scope } from './scope.ts';
import type { ReadableSpan } from './sdk-types.ts';
import type { SpanState } from './span-state.ts';

export interface OriginResolverOptions {
  readonly originAttribute: string;
  /** Row attribute → span attributes, first found wins. */
  readonly attributes: Readonly<Record<string, string | readonly string[]>>;
  /** Names the route of a request whose framework does not. */
  readonly route?: ((span: ReadableSpan) => string | undefined) | undefined;
  readonly accounts: Accounts;
}

type Attributes = Readonly<Record<string, unknown>>;

export class OriginResolver {
  readonly #originAttribute: string;
  readonly #dimensions: readonly (readonly [name: string, from: readonly string[]])[];
  readonly #route: ((span: ReadableSpan) => string | undefined) | undefined;
  readonly #accounts: Accounts;
  #last: NamedOrigin | undefined;

  constructor(options: OriginResolverOptions) {
    this.#originAttribute = options.originAttribute;
    this.#dimensions = Object.entries(options.attributes).map(([name, from]) => [
      name,
      typeof from === 'string' ? [from] : from,
    ]);
    this.#route = options.route;
    this.#accounts = options.accounts;
  }

  /** Origin named by the configured span attribute. */
  namedBy(attributes: Attributes): NamedOrigin | undefined {
    const origin = attributes[this.#originAttribute];
    if (typeof origin !== 'string' || origin === '') return undefined;
    if (this.#last?.origin !== origin) this.#last = { originService: '', origin, attributes: '' };
    return this.#last;
  }

  /** Origin that an open span above, below the root, was given by that attribute. */
  namedAbove(state: SpanState): NamedOrigin | undefined {
    const { root } = state.scope;
    for (let outer = state.parent; outer !== undefined && outer !== root; outer = outer.parent) {
      const named = outer.span === undefined ? outer.named : this.namedBy(outer.span.attributes);
      if (named !== undefined) return named;
    }
    return undefined;
  }

  /** Attributes of a measurement: from the context of the span's start, then from the span itself. */
  rowAttributes(ofContext: string, attributes: Attributes): string {
    if (this.#dimensions.length === 0) return ofContext;
    let found: Record<string, string> | undefined;
    for (const [name, from] of this.#dimensions) {
      for (const attribute of from) {
        const value = attributeText(attributes[attribute]);
        if (value === undefined) continue;
        found ??= {};
        found[name] = value;
        break;
      }
    }
    return found === undefined ? ofContext : mergeAttributes(ofContext, canonicalAttributes(found, limits), limits);
  }

  /** The origin of all that the scope holds without a name of its own. Called once, at the root's end. */
  resolve(root: ReadableSpan, scope: Scope, rpcRoute: string): NamedOrigin {
    const attributes = scope.scopeAttributes(this.rowAttributes('', root.attributes), limits);
    const named = scope.root?.named;
    if (named !== undefined) {
      return {
        originService: named.originService || scope.service,
        origin: named.origin,
        attributes: mergeAttributes(attributes, named.attributes, limits),
      };
    }
    if (scope.inbound !== undefined) {
      return { originService: scope.inbound.originService, origin: scope.inbound.origin, attributes };
    }
    const { origin } = this.#ofRoot(root, scope, rpcRoute);
    return { originService: scope.service, origin: origin || UNATTRIBUTED, attributes };
  }

  /** What can be said before the root has ended: a route that may still come makes it `(unattributed)`. */
  soFar(scope: Scope): NamedOrigin {
    return (
      this.running(scope) ?? {
        originService: scope.service,
        origin: UNATTRIBUTED,
        attributes: scope.inbound?.attributes ?? '',
      }
    );
  }

  /** What is known of a scope at work, with the route that its handler knows already. */
  running(scope: Scope): NamedOrigin | undefined {
    return this.known(scope, routeOfOpenHandler(scope));
  }

  /** The same without the fallback: what may be sent to another service now. */
  known(scope: Scope, rpcRoute: string): NamedOrigin | undefined {
    const { root, inbound } = scope;
    const named = root?.named ?? (root?.span === undefined ? undefined : this.namedBy(root.span.attributes));
    if (named !== undefined) return { ...named, originService: named.originService || scope.service };
    if (inbound !== undefined) return inbound;
    if (scope.resolved !== undefined) return scope.resolved.origin === UNATTRIBUTED ? undefined : scope.resolved;
    if (root?.span === undefined) return undefined;
    const { origin, complete } = this.#ofRoot(root.span, scope, rpcRoute);
    return complete && origin !== '' ? { originService: scope.service, origin, attributes: '' } : undefined;
  }

  #ofRoot(span: ReadableSpan, scope: Scope, rpcRoute: string): RootOrigin {
    const facts: RootFacts = {
      kind: span.kind,
      name: span.name,
      attributes: span.attributes,
      scopeName: span.instrumentationScope.name,
    };
    const hints = { rpcRoute, childRoute: scope.childRoute, graphql: scope.graphql };
    const origin = rootOrigin(facts, hints);
    if (origin.complete || this.#route === undefined) return origin;
    return rootOrigin(facts, { ...hints, rpcRoute: this.#askRoute(span) });
  }

  #askRoute(span: ReadableSpan): string {
    try {
      const route = this.#route?.(span);
      return typeof route === 'string' ? route : '';
    } catch {
      this.#accounts.count('attribution.hook.failed', 'route');
      return '';
    }
  }
}

/** The route that the open handler spans of a request know before its root does: the longest, as routers nest. */
function routeOfOpenHandler(scope: Scope): string {
  let longest = '';
  for (let state = scope.firstOpen; state !== undefined; state = state.nextOpen) {
    const attributes = state.span?.attributes;
    if (attributes === undefined || state === scope.root) continue;
    const route = handlerRoute(attributes);
    if (route.length > longest.length) longest = route;
  }
  return longest;
}
