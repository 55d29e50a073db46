import type { Scope, SpanState } from '../core/attribution/scope.ts';

interface Request {
  readonly scope: Scope;
  /** Who made the span with this id: the framework within the request, or the caller of it. */
  readonly isInner: boolean;
  /** More than one open request has this caller. */
  readonly isShared: boolean;
}

/**
 * Open requests by the ids of spans that a further server span of the same request may name as its remote parent. Next.js
 * reads the headers of the request again, in which stands the caller's span or, behind its proxy, one of its own; and where
 * it does, nothing else of the request's context is left. Bounded.
 */
export class InnerServers {
  readonly #requests = new Map<string, Request>();
  readonly #max: number;
  readonly #onFull: () => void;

  /** `onFull` is called when one is forgotten whose request is still open, because there are more than `max`. */
  constructor(max: number, onFull: () => void) {
    this.#max = max;
    this.#onFull = onFull;
  }

  get size(): number {
    return this.#requests.size;
  }

  /** `span` was made within its request, by a framework. */
  addInner({ spanId, scope }: SpanState): void {
    this.#add(spanId, { scope, isInner: true, isShared: false });
  }

  /** `root` serves a request that has a caller. */
  addRoot({ parentSpanId, scope }: SpanState): void {
    const isShared = this.#requests.get(parentSpanId)?.scope.root !== undefined;
    this.#add(parentSpanId, { scope, isInner: false, isShared });
  }

  #add(spanId: string, request: Request): void {
    // Oldest first: requests that are over are of no use, and neither is more than there can be at a time.
    for (const [oldest, { scope }] of this.#requests) {
      if (scope.root !== undefined) {
        if (this.#requests.size < this.#max) break;
        this.#onFull();
      }
      this.#requests.delete(oldest);
    }
    this.#requests.set(spanId, request);
  }

  /**
   * The server span of the open request that a server span of the tracer `scopeName`, with this remote parent, is part of.
   * The same tracer again is another request: a caller's retry, or one that the application sends to itself.
   */
  requestOf(remoteSpanId: string, scopeName: string): SpanState | undefined {
    const request = this.#requests.get(remoteSpanId);
    const root = request?.scope.root;
    if (request === undefined || root === undefined || request.isShared) return undefined;
    return request.isInner || root.scopeName !== scopeName ? root : undefined;
  }
}
