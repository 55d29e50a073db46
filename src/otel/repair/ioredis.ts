import { type Context, context as contextApi } from '@opentelemetry/api';
import { withoutTracing } from '../suppress.ts';
import { bindCallback } from './bind-callback.ts';
import { type Exports, mainExport } from './exported.ts';

const MADE_IN = Symbol('otel-attribution made in');
const AUTOMATIC = Symbol('otel-attribution automatic');
const WAITS_IN = Symbol('otel-attribution waits in');
const REPAIRED = Symbol.for('otel-attribution repaired');

interface Command {
  [MADE_IN]?: Context;
  /** The client in whose queue it waits for the connection. */
  [WAITS_IN]?: object | undefined;
}
type Send = (this: Sender, command: Command, stream?: unknown, node?: unknown) => unknown;
interface Sender {
  readonly offlineQueue?: { readonly length: number };
  [AUTOMATIC]?: boolean;
}
interface Prototype {
  sendCommand: Send;
  resetOfflineQueue(): void;
  [REPAIRED]?: true;
}
type Class = { readonly prototype?: Partial<Prototype> } | undefined;

/**
 * `ioredis` gathers commands and sends them later: with `enableAutoPipelining` all of a turn in the context of one,
 * a cluster that connects in that of the connection. Their spans are made when they are sent. Makes each leave in the
 * context in which it was made; and a command that a client sends once more after it has connected has its span
 * already. @returns the exports; undefined when their shape is not known.
 */
export function repairIoredis(exports: Exports): Exports | undefined {
  const redis: Exports | undefined = mainExport(exports);
  const pipeline = (redis?.Pipeline as Class)?.prototype;
  if (!isClient(redis as Class) || typeof pipeline?.sendCommand !== 'function') return undefined;
  noteContexts(pipeline as Prototype);
  sendInContext((redis as { readonly prototype: Prototype }).prototype);
  const cluster = (redis?.Cluster as Class)?.prototype;
  if (typeof cluster?.sendCommand === 'function') sendToNodeInContext(cluster as Prototype);
  return exports;
}

function isClient(client: Class): client is { readonly prototype: Prototype } {
  const prototype = client?.prototype;
  return typeof prototype?.sendCommand === 'function' && typeof prototype.resetOfflineQueue === 'function';
}

/** A pipeline that the application makes leaves when the application says so, in the context in which it does. */
function noteContexts(pipeline: Prototype): void {
  if (pipeline[REPAIRED] === true) return;
  const queue = pipeline.sendCommand;
  pipeline.sendCommand = function (command) {
    if ((this[AUTOMATIC] ??= isAutomatic(this))) command[MADE_IN] ??= contextApi.active();
    return queue.call(this, command);
  };
  pipeline[REPAIRED] = true;
}

/** `ioredis` marks the pipelines it makes itself with symbols of its own. */
function isAutomatic(pipeline: object): boolean {
  return Object.getOwnPropertySymbols(pipeline).some(({ description }) => description === 'callbacks');
}

/**
 * On each client instead of the prototype, because the instrumentation's `sendCommand`, which makes the span, is on
 * the prototype, sooner or later than this. `resetOfflineQueue` is what all versions call in their constructors.
 */
function sendInContext(prototype: Prototype): void {
  if (prototype[REPAIRED] === true) return;
  const reset = prototype.resetOfflineQueue;
  prototype.resetOfflineQueue = function (this: object) {
    if (!Object.hasOwn(this, 'sendCommand')) {
      const value = sender(Object.getPrototypeOf(this) as Prototype);
      Object.defineProperty(this, 'sendCommand', { value, configurable: true, enumerable: false, writable: true });
    }
    return reset.call(this);
  };
  prototype[REPAIRED] = true;
}

function sender(prototype: Prototype): Send {
  return function (command, stream) {
    if (typeof command !== 'object' || command === null) return prototype.sendCommand.call(this, command, stream);
    const active = contextApi.active();
    const hasSpan = command[WAITS_IN] === this;
    const context = hasSpan ? withoutTracing(active) : (command[MADE_IN] ?? active);
    const waiting = this.offlineQueue?.length ?? 0;
    const answer =
      context === active
        ? prototype.sendCommand.call(this, command, stream)
        : contextApi.with(context, prototype.sendCommand, this, command, stream);
    if ((this.offlineQueue?.length ?? 0) > waiting) command[WAITS_IN] = this;
    else if (hasSpan) command[WAITS_IN] = undefined;
    return answer;
  };
}

/** A cluster makes no spans itself: the client of the node to which it sends a command does, whenever that is. */
function sendToNodeInContext(cluster: Prototype): void {
  if (cluster[REPAIRED] === true) return;
  const send = cluster.sendCommand;
  cluster.sendCommand = function (command, stream, node) {
    const active = contextApi.active();
    const madeIn = typeof command === 'object' && command !== null ? (command[MADE_IN] ??= active) : active;
    if (madeIn === active) return send.call(this, command, stream, node);
    return contextApi.with(madeIn, send, this, command, stream, node);
  };
  // What waits for a cluster to know its slots.
  bindCallback(cluster, 'delayUntilReady');
  cluster[REPAIRED] = true;
}
