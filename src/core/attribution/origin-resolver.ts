/** Who caused the work of a scope: the first that is known of named, sent by a caller, local root. */
import type { Accounts } from '../accounts.ts';
import { attributeText, canonicalAttributes, mergeAttributes } from '../attributes.ts';
import { limits } from '../limits.ts';
import type { AttributeView } from '../mapping/attribute-view.ts';
import { UNATTRIBUTED } from '../model.ts';
import { INTERNAL, SERVER } from '../span-kind.ts';
import type { NamedOrigin } from './named-origin.ts';
import { handlerRoute, httpMethod, moreSpecific, type RootOrigin, requestOrigin, rootOrigin } from './root-origin.ts';
import type { Scope, SpanState } from './scope.ts';
import type { SpanView } from './span-view.ts';

export interface OriginResolverOptions {
  readonly originAttribute: string;
  /** Row attribute → span attributes, first found wins. */
  readonly attributes: Readonly<Record<string, string | readonly string[]>>;
  /** Names the route of a request whose framework does not. */
  readonly route?: ((span: SpanView) => unknown) | undefined;
  readonly accounts: Accounts;
}

export class OriginResolver {
  readonly #originAttribute: string;
  readonly #dimensions: readonly (readonly [name: string, from: readonly string[]])[];
  readonly #route: ((span: SpanView) => unknown) | undefined;
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
  namedBy(attributes: AttributeView): NamedOrigin | undefined {
    const origin = attributes.attribute(this.#originAttribute);
    if (typeof origin !== 'string' || origin === '') return undefined;
    if (this.#last?.origin !== origin) this.#last = { originService: '', origin, attributes: '' };
    return this.#last;
  }

  /** Origin that an open span above, below the root, was given by that attribute. */
  namedAbove(state: SpanState): NamedOrigin | undefined {
    const { root } = state.scope;
    for (let outer = state.parent; outer !== undefined && outer !== root; outer = outer.parent) {
      const named = outer.ended ? outer.named : this.namedBy(outer);
      if (named !== undefined) return named;
    }
    return undefined;
  }

  /** Attributes of a measurement: from the context of the span's start, then from the span itself. */
  rowAttributes(ofContext: string, attributes: AttributeView): string {
    if (this.#dimensions.length === 0) return ofContext;
    let found: Record<string, string> | undefined;
    for (const [name, from] of this.#dimensions) {
      for (const attribute of from) {
        const value = attributeText(attributes.attribute(attribute));
        if (value === undefined) continue;
        found ??= {};
        found[name] = value;
        break;
      }
    }
    return found === undefined ? ofContext : mergeAttributes(ofContext, canonicalAttributes(found, limits), limits);
  }

  /**
   * The origin of all that the scope holds without a name of its own. Called once, at the root's end; a request without a
   * route is marked as `routeless`.
   */
  resolve(root: SpanState, scope: Scope, rpcRoute: string): NamedOrigin {
    const attributes = scope.scopeAttributes(this.rowAttributes('', root), limits);
    const { named } = root;
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
    const { origin, complete } = this.#ofRoot(root, scope, rpcRoute);
    if (!complete) scope.routeless = httpMethod(root);
    return { originService: scope.service, origin: origin || UNATTRIBUTED, attributes };
  }

  /** The same once more, after the root's end, with a route that came late; undefined as long as none is known. */
  resolveLate(scope: Scope, fallback: NamedOrigin): NamedOrigin | undefined {
    const route = scope.route || routeBelow(scope);
    if (route === '') return undefined;
    return { ...fallback, origin: requestOrigin(scope.routeless, route, scope.graphql) };
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
    return this.known(scope, '');
  }

  /** The same without the fallback: what may be sent to another service now. */
  known(scope: Scope, rpcRoute: string): NamedOrigin | undefined {
    const { root, inbound } = scope;
    const named = root?.named ?? (root === undefined ? undefined : this.namedBy(root));
    if (named !== undefined) return { ...named, originService: named.originService || scope.service };
    if (inbound !== undefined) return inbound;
    if (scope.resolved !== undefined) return scope.resolved.origin === UNATTRIBUTED ? undefined : scope.resolved;
    if (root === undefined) return undefined;
    const { origin, complete } = this.#ofRoot(root, scope, rpcRoute);
    return complete && origin !== '' ? { originService: scope.service, origin, attributes: '' } : undefined;
  }

  #ofRoot(root: SpanView, scope: Scope, rpcRoute: string): RootOrigin {
    const { route, graphql } = scope;
    const hints = { route, rpcRoute, childRoute: '', graphql };
    const origin = rootOrigin(root, hints);
    if (origin.complete) return origin;
    const childRoute = routeBelow(scope);
    if (childRoute !== '') return rootOrigin(root, { ...hints, childRoute });
    return this.#route === undefined ? origin : rootOrigin(root, { ...hints, rpcRoute: this.#askRoute(root) });
  }

  #askRoute(span: SpanView): string {
    try {
      const route = this.#route?.(span);
      return typeof route === 'string' ? route : '';
    } catch {
      this.#accounts.count('attribution.hook.failed', 'route');
      return '';
    }
  }
}

/** What spans below the root know of the route, those too that are still open: a handler may answer before it is done. */
function routeBelow(scope: Scope): string {
  let route = scope.childRoute;
  for (let state = scope.firstOpen; state !== undefined; state = state.nextOpen) {
    if (state !== scope.root && mayKnowRoute(state)) route = moreSpecific(handlerRoute(state), route);
  }
  return route;
}

/** What a call to another server says of its route is about that server. */
function mayKnowRoute({ kind }: SpanState): boolean {
  return kind === INTERNAL || kind === SERVER;
}

/** Whether a span that is still open may tell the route of its request when it ends. */
export function awaitsRoute(scope: Scope): boolean {
  for (let state = scope.firstOpen; state !== undefined; state = state.nextOpen) {
    if (state !== scope.root && mayKnowRoute(state)) return true;
  }
  return false;
}
