import type { Span } from '@opentelemetry/api';
import { stateOf } from '../sdk-span.ts';

const REPAIRED = Symbol.for('otel-attribution repaired');
/** Where the instrumentation keeps the spans of queued commands, on the transaction itself. */
const OPEN_SPANS = 'opentelemetry.instrumentation.redis.open_spans';

interface Queued {
  readonly args: object;
}
type Method = (this: never, ...args: never[]) => unknown;
type Prototype = Record<string, Method> & { [REPAIRED]?: true };

/** Which transaction a queued command belongs to, by the command's own list of arguments. */
const transactions = new WeakMap<object, object>();

function openSpans(transaction: object): readonly { readonly span?: Span }[] {
  const key = Object.getOwnPropertySymbols(transaction).find(({ description }) => description === OPEN_SPANS);
  const spans = key === undefined ? undefined : (transaction as Record<symbol, unknown>)[key];
  return Array.isArray(spans) ? spans : [];
}

function setAddress(commands: readonly Queued[], host: unknown, port: unknown): void {
  const args = commands[0]?.args;
  const transaction = args === undefined ? undefined : transactions.get(args);
  if (transaction === undefined || typeof host !== 'string') return;
  for (const { span } of openSpans(transaction)) {
    const state = stateOf(span);
    if (span === undefined || state === undefined || state.ended || state.attribute('server.address') !== undefined)
      continue;
    span.setAttribute('server.address', host);
    if (typeof port === 'number') span.setAttribute('server.port', port);
  }
}

/**
 * The instrumentation of node-redis makes the spans of a transaction when its commands are queued. One of a pool or a
 * cluster does not know then who will run it, and its spans stay without an address. Notes which transaction a command
 * is queued in; the client that runs it knows its own address.
 */
export function repairRedisQueue(multi: { readonly prototype?: unknown } | undefined): boolean {
  return wrap(multi?.prototype as Prototype | undefined, ['addCommand'], (transaction, args) => {
    // Of a client: arguments, transform. Of a cluster: first key, read-only, arguments, transform.
    const redisArgs = Array.isArray(args[0]) ? args[0] : args[2];
    if (Array.isArray(redisArgs)) transactions.set(redisArgs, transaction);
  });
}

/** `client` is the class of one connection. */
export function repairRedisRun(client: { readonly prototype?: unknown } | undefined): boolean {
  return wrap(client?.prototype as Prototype | undefined, ['_executeMulti', '_executePipeline'], (self, args) => {
    const { socket } = (self as { options?: { socket?: { host?: unknown; port?: unknown } } }).options ?? {};
    setAddress(args[0] as readonly Queued[], socket?.host, socket?.port);
  });
}

/** Calls `before` first, which never keeps the method from being called. @returns whether there was something to wrap. */
function wrap(
  prototype: Prototype | undefined,
  names: readonly string[],
  before: (self: object, args: readonly unknown[]) => void,
): boolean {
  if (prototype === undefined || Object.hasOwn(prototype, REPAIRED)) return false;
  const methods = names.filter((name) => typeof prototype[name] === 'function');
  for (const name of methods) {
    const original = prototype[name]!;
    prototype[name] = function (this: object, ...args: unknown[]) {
      try {
        before(this, args);
      } catch {
        // The address of a span is worth no command.
      }
      return (original as (...args: unknown[]) => unknown).apply(this, args);
    } as Method;
  }
  if (methods.length > 0) prototype[REPAIRED] = true;
  return methods.length > 0;
}
