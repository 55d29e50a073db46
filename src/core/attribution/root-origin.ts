/**
 * Names the origin of a scope from what its local root, and the spans below it, have told.
 * Pure: attributes in, a name out. '' means that nothing here is an origin.
 */
import type { AttributeView } from '../mapping/attribute-view.ts';
import { destinationName } from '../mapping/destination.ts';
import { semconv } from '../mapping/semconv.ts';
import type { SpanFacts } from '../mapping/types.ts';
import { CLIENT, CONSUMER, INTERNAL, PRODUCER, SERVER } from '../span-kind.ts';

/** What is read of a local root. */
export type RootFacts = Pick<SpanFacts, 'kind' | 'name' | 'scopeName' | 'attribute'>;

/** What was learned outside the root's own attributes. */
export interface RouteHints {
  /** The whole route, from the framework itself. */
  readonly route: string;
  /** `rpcMetadata.route` at the root's end. */
  readonly rpcRoute: string;
  /** `http.route` of a handler's span below the root. */
  readonly childRoute: string;
  /** `query Search` when the request was a GraphQL operation. */
  readonly graphql: string;
}

const ROUTE = ['http.route'] as const;
const GRAPHQL = ['graphql.operation.type', 'graphql.operation.name'] as const;
const TEMPORARY = ['messaging.destination.temporary', 'messaging.destination.anonymous'] as const;
const FUNCTION_NAME = ['faas.name'] as const;

/** Instrumentations whose parentless INTERNAL spans are plumbing: what runs under them has no known origin. */
const PLUMBING = [
  '@opentelemetry/instrumentation-fs',
  '@opentelemetry/instrumentation-net',
  '@opentelemetry/instrumentation-dns',
  '@opentelemetry/instrumentation-generic-pool',
  '@opentelemetry/instrumentation-dataloader',
  '@opentelemetry/instrumentation-lru-memoizer',
  '@opentelemetry/instrumentation-graphql',
  'prisma',
  '@prisma/instrumentation',
];

/** First attribute that holds a non-empty string (numbers are taken as text). */
export function text(attributes: AttributeView, names: readonly string[]): string {
  for (const name of names) {
    const value = attributes.attribute(name);
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return String(value);
  }
  return '';
}

/** What frameworks call the span of a handler; spans of their middleware and routers know a part of the route only. */
const HANDLER_TYPES: readonly (readonly [attribute: string, handler: string])[] = [
  ['express.type', 'request_handler'],
  // In these stands where a router is mounted for this request, ids and all.
  ['router.type', ''],
  ['restify.type', 'request_handler'],
  // Of Connect all are mounted, and each knows its own mount path only.
  ['connect.type', ''],
  ['fastify.type', 'request_handler'],
  ['koa.type', 'router'],
  ['hapi.type', 'router'],
];

/** Whole route that a span below the root knows, '' when it knows none or a part. */
export function handlerRoute(span: AttributeView): string {
  const route = span.attribute(ROUTE[0]);
  if (typeof route !== 'string') return '';
  for (const [attribute, handler] of HANDLER_TYPES) {
    const type = span.attribute(attribute);
    if (type !== undefined && type !== handler) return '';
  }
  return route;
}

/** Routers nest, and a handler deep below them knows more of the route. */
export function moreSpecific(route: string, than: string): string {
  return route.length > than.length ? route : than;
}

/** `query Search` of a span of a GraphQL operation, '' of others. */
export function graphqlOperation(span: AttributeView): string {
  const type = span.attribute(GRAPHQL[0]);
  if (typeof type !== 'string') return '';
  const name = span.attribute(GRAPHQL[1]);
  return typeof name === 'string' && name !== '' ? `${type} ${name}` : type;
}

/** Origin of an HTTP request: `METHOD route`, then the GraphQL operation. `complete` is false while the route is unknown. */
function httpOrigin(root: RootFacts, hints: RouteHints): { origin: string; complete: boolean } {
  const route = hints.route || text(root, ROUTE) || hints.rpcRoute || hints.childRoute;
  return { origin: requestOrigin(httpMethod(root), route, hints.graphql), complete: route !== '' };
}

export function httpMethod(root: AttributeView): string {
  return text(root, semconv.httpMethod) || 'HTTP';
}

/** `route` and `graphql` are '' where they are not known, or not there. */
export function requestOrigin(method: string, route: string, graphql: string): string {
  const base = methodAndRoute(method, route || '(no route)');
  return graphql === '' ? base : `${base} ${graphql}`;
}

// A new string of the same text costs its flattening and hashing at every look-up; routes are few.
const joined = new Map<string, Map<string, string>>();
const ROUTES_MAX = 1_000;

function methodAndRoute(method: string, route: string): string {
  let byMethod = joined.get(route);
  if (byMethod === undefined) {
    if (joined.size >= ROUTES_MAX) joined.clear();
    joined.set(route, (byMethod = new Map()));
  }
  let origin = byMethod.get(method);
  // Methods come from outside, too.
  if (origin === undefined && byMethod.size < 32) byMethod.set(method, (origin = `${method} ${route}`));
  return origin ?? `${method} ${route}`;
}

/** Name of the destination as the span has it, or of what stands for it. */
export function rawDestination(attributes: AttributeView): string {
  return text(attributes, semconv.messagingDestination) || text(attributes, semconv.messagingRoutingKey);
}

/** The same as targets show it: without what differs per client or message. */
export function messagingDestination(attributes: AttributeView): string {
  const template = text(attributes, semconv.messagingTemplate);
  const temporary = TEMPORARY.some((key) => isTrue(attributes.attribute(key)));
  return destinationName(template, temporary, rawDestination(attributes));
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

function isReceive(root: RootFacts): boolean {
  const operation = text(root, semconv.messagingOperation);
  return operation === 'receive' || operation === 'process' || operation === 'deliver';
}

export interface RootOrigin {
  /** '' when the root is no origin. */
  readonly origin: string;
  /** False when the name would still change once the route is known: an early commit then says `(unattributed)`. */
  readonly complete: boolean;
}

const NONE: RootOrigin = { origin: '', complete: true };

/** Order: HTTP, RPC, messages, FaaS, then the name of an INTERNAL or SERVER root. */
export function rootOrigin(root: RootFacts, hints: RouteHints): RootOrigin {
  const { kind } = root;
  const messaging = text(root, semconv.messagingSystem) !== '';
  if (kind === CLIENT || kind === PRODUCER || kind === CONSUMER) {
    if (messaging && kind !== PRODUCER && (kind === CONSUMER || isReceive(root))) {
      return { origin: `process ${messagingDestination(root) || '(unknown)'}`, complete: true };
    }
    if (kind !== CONSUMER) return NONE;
  }
  if (kind === SERVER && text(root, semconv.httpMethod) !== '') return httpOrigin(root, hints);
  if (text(root, semconv.rpcSystem) !== '' && kind === SERVER) {
    const service = text(root, semconv.rpcService);
    const method = text(root, semconv.rpcMethod);
    if (method !== '') return { origin: service === '' ? method : `${service}/${method}`, complete: true };
    if (service !== '') return { origin: service, complete: true };
  }
  const trigger = text(root, semconv.faasTrigger);
  if (trigger !== '') return { origin: `${trigger} ${text(root, FUNCTION_NAME) || root.name}`, complete: true };
  if (kind === INTERNAL && PLUMBING.includes(root.scopeName)) return NONE;
  return { origin: root.name, complete: true };
}

/** Every attribute that is read in here: what a decoder has to keep of a span for its origin. */
export const originKeys: readonly string[] = [
  ...semconv.httpMethod,
  ...ROUTE,
  ...HANDLER_TYPES.map(([attribute]) => attribute),
  ...GRAPHQL,
  ...semconv.messagingSystem,
  ...semconv.messagingOperation,
  ...semconv.messagingTemplate,
  ...semconv.messagingDestination,
  ...TEMPORARY,
  ...semconv.messagingRoutingKey,
  ...semconv.rpcSystem,
  ...semconv.rpcService,
  ...semconv.rpcMethod,
  ...semconv.faasTrigger,
  ...FUNCTION_NAME,
];
