import { type Context, context as contextApi } from '@opentelemetry/api';
import type { Accounts } from '../core/accounts.ts';
import type { SpanState } from '../core/attribution/scope.ts';
import type { SpanTracker } from '../core/attribution/tracker.ts';
import { limits } from '../core/limits.ts';
import { CONSUMER, PRODUCER, SERVER } from '../core/span-kind.ts';
import { inboundOrigin, rpcRoute, rpcSpan } from './context.ts';
import { ContextFacts } from './context-facts.ts';
import { InnerServers } from './inner-servers.ts';
import { noteProducer } from './repair/kafka-send.ts';
import { serviceOf } from './resource.ts';
import { SdkSpan, setState, stateOf } from './sdk-span.ts';
import type { ReadableSpan, SpanProcessor } from './sdk-types.ts';

export interface ProcessorOptions {
  readonly tracker: SpanTracker;
  readonly accounts: Accounts;
  /** '' to take `service.name` of each span's resource. */
  readonly service: string;
  readonly flush: () => Promise<void>;
  readonly shutdown: () => Promise<void>;
}

/**
 * Feeds the spans of an SDK to the attribution, each below the span that its context names. Exceptions in a span processor
 * escape into the application, at `startSpan` and at `span.end()`, so both hooks are guarded; what failed is counted.
 */
export class GuardedProcessor implements SpanProcessor {
  readonly #o: ProcessorOptions;
  readonly #tracker: SpanTracker;
  readonly #facts = new ContextFacts();
  readonly #innerServers: InnerServers;
  #resource: unknown;
  #service: string;

  constructor(options: ProcessorOptions) {
    this.#o = options;
    this.#tracker = options.tracker;
    this.#service = options.service;
    this.#innerServers = new InnerServers(limits.innerServers, () =>
      options.accounts.count('attribution.limit.reached', 'inner_servers'),
    );
  }

  onStart(span: ReadableSpan, parentContext: Context): void {
    try {
      // A second SDK, or a second processor of ours in the same one, must not count a span twice.
      if (stateOf(span) === undefined) this.#start(span, parentContext);
    } catch {
      this.#o.accounts.count('attribution.hook.failed', 'on_start');
    }
  }

  onEnd(span: ReadableSpan): void {
    try {
      const state = stateOf(span);
      if (state === undefined || state.ended) return;
      if (!state.isRoot) this.#tracker.endChild(state);
      else {
        // A context holds its spans.
        this.#facts.forget();
        this.#tracker.endRoot(state, rpcRoute(contextApi.active()));
      }
    } catch {
      this.#o.accounts.count('attribution.hook.failed', 'on_end');
    }
  }

  forceFlush(): Promise<void> {
    return this.#o.flush();
  }

  shutdown(): Promise<void> {
    return this.#o.shutdown();
  }

  #start(span: ReadableSpan, parentContext: Context): void {
    const facts = this.#facts;
    facts.read(parentContext);
    const state = new SdkSpan(span, facts.named, facts.attributes);
    const parent = this.#parentOf(span, parentContext);
    if (parent !== undefined) {
      this.#tracker.startChild(state, parent);
      if (span.kind === SERVER) this.#innerServers.addInner(state);
    } else {
      this.#tracker.startRoot(state, this.#serviceOf(span), inboundOrigin(parentContext));
      if (span.kind === SERVER && state.hasRemoteParent) this.#innerServers.addRoot(state);
    }
    setState(span, state);
    if (span.kind === PRODUCER) noteProducer(span);
  }

  #parentOf(span: ReadableSpan, parentContext: Context): SpanState | undefined {
    const remoteOrNone = span.parentSpanContext === undefined || span.parentSpanContext.isRemote === true;
    if (remoteOrNone && span.kind === SERVER) return this.#sameRequest(span, parentContext);
    if (remoteOrNone && span.kind === CONSUMER) return undefined;
    if (!remoteOrNone && this.#facts.parent !== undefined) return this.#facts.parent;
    // The server span is known from the HTTP instrumentation's own metadata where the parent was wrapped or dropped.
    const server = stateOf(rpcSpan(parentContext));
    if (server === undefined && !remoteOrNone) this.#o.accounts.count('attribution.span.parent_unknown');
    return server;
  }

  /**
   * A framework that reads headers again starts a further server span for the request, below the one the HTTP
   * instrumentation made around it: Hono in the context of the request, Next.js outside of it.
   */
  #sameRequest(span: ReadableSpan, parentContext: Context): SpanState | undefined {
    const remote = span.parentSpanContext;
    if (remote === undefined) return undefined;
    const outer =
      stateOf(rpcSpan(parentContext)) ?? this.#innerServers.requestOf(remote.spanId, span.instrumentationScope.name);
    return outer !== undefined && !outer.ended && outer.traceId === remote.traceId ? outer : undefined;
  }

  #serviceOf(span: ReadableSpan): string {
    if (span.resource !== this.#resource && this.#o.service === '') {
      this.#resource = span.resource;
      this.#service = serviceOf(span.resource);
    }
    return this.#service;
  }
}
