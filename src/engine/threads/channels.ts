/**
 * Threads of one process. A worker has its own spans, scopes and sums, but no outlets: it hands its sums to the main
 * thread a few times a second, since nobody asks a worker before it is terminated, nor before the process ends. The main
 * thread adds them to its own rows, so that rows follow keys and not threads, and one thread alone writes and sends.
 *
 * Both channels are broadcast channels, which need nothing of the application's: neither `workerData` nor `parentPort`.
 * All instances of a channel get all messages, so whoever only sends closes his at once.
 */
import { BroadcastChannel, getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';

/** From the workers to the main thread. */
const PARTS = 'otel-attribution parts';
/** From the main thread to the workers. */
const ASK = 'otel-attribution ask';
/** What a new worker finds when its main thread gathers: a counter that all threads share. */
const GATHERS = 'otel-attribution gathers';

export type FromThread =
  | { readonly thread: number; readonly began: true }
  | { readonly thread: number; readonly body: Uint8Array }
  | { readonly thread: number; readonly answers: number }
  | { readonly thread: number; readonly ended: true };

/** `last`: the process ends, so what is still open is handed over as well. */
export interface Question {
  readonly ask: number;
  readonly last: boolean;
}

/** Parts on their way to the main thread, all threads together. */
export type Waiting = Int32Array<SharedArrayBuffer>;

/** Said by the main thread, to the workers begun from now on. */
export function announceGathering(): Waiting {
  const waiting = new Int32Array(new SharedArrayBuffer(4));
  setEnvironmentData(GATHERS, waiting);
  return waiting;
}

/** Undefined in the main thread, and in a worker whose main thread does not gather. */
export function gatheredBy(): Waiting | undefined {
  const waiting = isMainThread ? undefined : getEnvironmentData(GATHERS);
  return waiting instanceof Int32Array ? (waiting as Waiting) : undefined;
}

export const partsChannel = (): BroadcastChannel => new BroadcastChannel(PARTS);
export const askChannel = (): BroadcastChannel => new BroadcastChannel(ASK);

/** Is there when it returns: the others' queues have it. */
export function sendOn(channel: BroadcastChannel, message: FromThread | Question): void {
  channel.postMessage(message);
  channel.close();
}
