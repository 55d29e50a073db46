import { type Context, context as contextApi, type SpanContext } from '@opentelemetry/api';
import type { Accounts } from '../core/accounts.ts';
import type { SpanState } from '../core/attribution/scope.ts';
import type { SpanTracker } from '../core/attribution/tracker.ts';
import { limits } from '../core/limits.ts';
import { CONSUMER, PRODUCER, SERVER } from '../core/span-kind.ts';
import { inboundOrigin, rpcRoute, rpcSpan } from './context.ts';
import { ContextFacts } from './context-facts.ts';
import { InnerServers } from './inner-servers.ts';
import { LightSpan, type LightSpanStart } from './light/light-span.ts';
import { noteProducer } from './repair/kafka-send.ts';
import { serviceOf } from './resource.ts';
import { SdkSpan, setState, stateOf } from './sdk-span.ts';
import type { ReadableSpan, SpanProcessor } from './sdk-types.ts';

type Resource = ReadableSpan['resource'];

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
  /** Spans of our own so far. */
  lightSpans = 0;
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
    const state = stateOf(span);
    if (state !== undefined) this.#end(state);
  }

  /** A span of our own, where the SDK makes none. Never throws. */
  startLight(start: LightSpanStart, parentContext: Context): LightSpan {
    this.#facts.read(parentContext);
    const { named, attributes } = this.#facts;
    const span = new LightSpan(start, named, attributes, this.#endLight);
    this.lightSpans++;
    try {
      const { parent, tracer } = start;
      this.#follow(span, parent, tracer.instrumentationScope.name, tracer._resource, parentContext);
    } catch {
      this.#o.accounts.count('attribution.hook.failed', 'on_start');
    }
    return span;
  }

  forceFlush(): Promise<void> {
    return this.#o.flush();
  }

  shutdown(): Promise<void> {
    return this.#o.shutdown();
  }

  readonly #endLight = (span: LightSpan): void => {
    this.#end(span);
    // Whatever went wrong, for its owner it has ended.
    span.ended = true;
  };

  #end(state: SpanState): void {
    try {
      if (state.ended) return;
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

  #start(span: ReadableSpan, parentContext: Context): void {
    const facts = this.#facts;
    facts.read(parentContext);
    const state = new SdkSpan(span, facts.named, facts.attributes);
    this.#follow(state, span.parentSpanContext, span.instrumentationScope.name, span.resource, parentContext);
    setState(span, state);
  }

  #follow(
    state: SdkSpan | LightSpan,
    above: SpanContext | undefined,
    scopeName: string,
    resource: Resource,
    parentContext: Context,
  ): void {
    const { kind } = state;
    const parent = this.#parentOf(kind, above, scopeName, parentContext);
    if (parent !== undefined) {
      this.#tracker.startChild(state, parent);
      if (kind === SERVER) this.#innerServers.addInner(state);
    } else {
      this.#tracker.startRoot(state, this.#serviceOf(resource), inboundOrigin(parentContext));
      if (kind === SERVER && state.hasRemoteParent) this.#innerServers.addRoot(state);
    }
    if (kind === PRODUCER) noteProducer(state);
  }

  #parentOf(
    kind: number,
    above: SpanContext | undefined,
    scopeName: string,
    parentContext: Context,
  ): SpanState | undefined {
    const remoteOrNone = above === undefined || above.isRemote === true;
    if (remoteOrNone && kind === SERVER) return this.#sameRequest(above, scopeName, parentContext);
    if (remoteOrNone && kind === CONSUMER) return undefined;
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
  #sameRequest(remote: SpanContext | undefined, scopeName: string, parentContext: Context): SpanState | undefined {
    if (remote === undefined) return undefined;
    const outer = stateOf(rpcSpan(parentContext)) ?? this.#innerServers.requestOf(remote.spanId, scopeName);
    return outer !== undefined && !outer.ended && outer.traceId === remote.traceId ? outer : undefined;
  }

  #serviceOf(resource: Resource): string {
    if (resource !== this.#resource && this.#o.service === '') {
      this.#resource = resource;
      this.#service = serviceOf(resource);
    }
    return this.#service;
  }
}
