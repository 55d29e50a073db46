import { type Context, context as contextApi } from '@opentelemetry/api';

const REPAIRED = Symbol.for('otel-attribution repaired');

type Dispatch = (this: object, options: object, handler: object) => unknown;
type AddClient = (this: object, client: { dispatch: Dispatch }) => unknown;
type PoolPrototype = Record<symbol, unknown> & { [REPAIRED]?: true };

function method(prototype: PoolPrototype, description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(prototype).find((symbol) => symbol.description === description);
}

/**
 * A pool of `undici` with all connections busy queues requests and sends them from the context of whoever finished one.
 * Their spans are made when they are sent, and would be billed to a stranger. Makes a queued request leave in the
 * context in which it was made. `pool` is `PoolBase` of undici 5 to 8. @returns whether there was something to repair.
 */
export function repairUndiciQueue(pool: { readonly prototype?: unknown } | undefined): boolean {
  const prototype = pool?.prototype as PoolPrototype | undefined;
  if (prototype === undefined || prototype[REPAIRED] === true) return false;
  const dispatchKey = method(prototype, 'dispatch');
  const addClientKey = method(prototype, 'add client');
  if (dispatchKey === undefined || addClientKey === undefined) return false;
  const dispatch = prototype[dispatchKey] as Dispatch;
  const addClient = prototype[addClientKey] as AddClient;
  const madeIn = new WeakMap<object, Context>();

  prototype[dispatchKey] = function (this: object, options: object, handler: object) {
    // By the handler, which each request has of its own: applications share options.
    madeIn.set(handler, contextApi.active());
    return dispatch.call(this, options, handler);
  };
  prototype[addClientKey] = function (this: object, client: { dispatch: Dispatch }) {
    const send = client.dispatch;
    client.dispatch = function (options, handler) {
      const context = madeIn.get(handler);
      if (context === undefined || context === contextApi.active()) return send.call(this, options, handler);
      return contextApi.with(context, send, this, options, handler);
    };
    return addClient.call(this, client);
  };
  prototype[REPAIRED] = true;
  return true;
}
