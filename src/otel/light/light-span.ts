/**
 * A span that nobody exports. It keeps what rules read of a span, links and the two times, and is its own state: one object where the
 * SDK and the attribution need two, and no event, status or resource that nobody would ever look at. From outside it looks like a
 * span that is not recorded: tools tell spans of the SDK by `attributes`, `startTime` and the like, which this does not have.
 */
import type {
  Attributes,
  AttributeValue,
  Context,
  Exception,
  Link,
  Span,
  SpanContext,
  SpanStatus,
  TimeInput,
} from '@opentelemetry/api';
import type { NamedOrigin } from '../../core/attribution/named-origin.ts';
import { SpanState } from '../../core/attribution/scope.ts';
import type { SpanLink } from '../../core/attribution/span-view.ts';
import { type AttributeShape, keysOfRecord, recordHasShape } from '../../core/mapping/attribute-view.ts';
import { STATE } from '../state-key.ts';
import { type Limits, lastLinks, takeOne } from './attributes.ts';
import type { IdGenerator } from './decided.ts';

/** What is used of a tracer of the SDK. */
export interface LightTracer {
  readonly instrumentationScope: { readonly name: string };
  readonly _resource: { readonly attributes: Readonly<Record<string, unknown>> };
  readonly _spanLimits: Limits;
  readonly _idGenerator: IdGenerator;
}

/** What a light span begins with. */
export interface LightSpanStart {
  readonly tracer: LightTracer;
  /** Its id is '' until somebody asks for it. */
  readonly own: SpanContext;
  readonly name: string;
  readonly kind: number;
  /** Its own from now on. */
  readonly attributes: Attributes;
  readonly count: number;
  readonly links: readonly Link[] | undefined;
  readonly parent: SpanContext | undefined;
  readonly startTime: TimeInput | undefined;
}

/** The id of one of our own may still be ''. */
type LateContext = SpanContext & { spanId: string };

export type Ended = (span: LightSpan) => void;

/** Makes a light span and follows it. Never throws. */
export type MakeLight = (start: LightSpanStart, context: Context) => LightSpan;

const NO_LINKS: readonly Link[] = Object.freeze([]);
const NO_ATTRIBUTES: Attributes = Object.freeze({});

export class LightSpan extends SpanState implements Span {
  declare name: string;
  declare readonly tracer: LightTracer;
  /** Its own, perhaps still without an id. */
  declare readonly lateContext: SpanContext;
  /** Undefined where there is none. */
  declare readonly parentContext: SpanContext | undefined;
  declare private held: Attributes;
  declare private count: number;
  declare private links: readonly Link[];
  /** Milliseconds since the Unix epoch. */
  declare private readonly begun: number;
  /** When it was made, by the clock on the wall and by the steady one. */
  declare private readonly madeAt: number;
  declare private readonly madeTick: number;
  declare private readonly isBegunByCaller: boolean;
  declare private done: number;
  declare private readonly onEnded: Ended;

  constructor(start: LightSpanStart, named: NamedOrigin | undefined, contextAttributes: string, onEnded: Ended) {
    super(start.kind, named, contextAttributes);
    const { startTime } = start;
    this.name = start.name;
    this.tracer = start.tracer;
    this.lateContext = start.own;
    this.parentContext = start.parent;
    this.held = start.attributes;
    this.count = start.count;
    this.links = start.links ?? NO_LINKS;
    this.madeAt = Date.now();
    this.madeTick = performance.now();
    const begun = this.#wallMs(startTime);
    this.isBegunByCaller = begun !== undefined;
    this.begun = begun ?? this.madeAt;
    this.done = Number.NaN;
    this.onEnded = onEnded;
  }

  /** Found by whoever looks for the state of a span of the SDK. */
  get [STATE](): this {
    return this;
  }

  // What the API asks of a span.

  spanContext(): SpanContext {
    const own = this.lateContext as LateContext;
    if (own.spanId === '') own.spanId = this.tracer._idGenerator.generateSpanId();
    return own;
  }

  isRecording(): boolean {
    return !this.ended;
  }

  setAttribute(key: string, value: AttributeValue): this {
    if (!this.ended) this.count += takeOne(this.held, this.count, key, value, this.tracer._spanLimits);
    return this;
  }

  setAttributes(attributes: Attributes): this {
    if (this.ended) return this;
    for (const key in attributes) if (Object.hasOwn(attributes, key)) this.setAttribute(key, attributes[key]!);
    return this;
  }

  addLink(link: Link): this {
    if (!this.ended) this.links = lastLinks([...this.links, link], this.tracer._spanLimits) ?? NO_LINKS;
    return this;
  }

  addLinks(links: Link[]): this {
    for (const link of links) this.addLink(link);
    return this;
  }

  updateName(name: string): this {
    if (!this.ended) this.name = name;
    return this;
  }

  // Nobody would ever see these.

  addEvent(): this {
    return this;
  }

  setStatus(_status: SpanStatus): this {
    return this;
  }

  recordException(_exception: Exception): void {}

  end(endTime?: TimeInput): void {
    if (this.ended) return;
    this.done = this.#wallMs(endTime) ?? (this.isBegunByCaller ? Date.now() : this.madeAt + this.#sinceMade());
    this.onEnded(this);
  }

  // What the attribution asks of a span.

  get scopeName(): string {
    return this.tracer.instrumentationScope.name;
  }

  get startMs(): number {
    return this.begun;
  }

  get endMs(): number {
    return Math.max(this.done, this.begun);
  }

  get durationSeconds(): number {
    return Math.max(0, this.done - this.begun) / 1000;
  }

  get traceId(): string {
    return this.lateContext.traceId;
  }

  get spanId(): string {
    return this.spanContext().spanId;
  }

  /** Its trace is not exported. */
  get exemplarTraceId(): string {
    return '';
  }

  get parentSpanId(): string {
    const above = this.parentContext as LateContext | undefined;
    if (above === undefined) return '';
    if (above.spanId === '') above.spanId = this.tracer._idGenerator.generateSpanId();
    return above.spanId;
  }

  get hasRemoteParent(): boolean {
    return this.parentContext?.isRemote === true;
  }

  get linkCount(): number {
    return this.links.length;
  }

  link(i: number): SpanLink {
    return this.links[i]!.context;
  }

  attribute(key: string): unknown {
    return this.held[key];
  }

  attributeKeys(): string[] {
    return keysOfRecord(this.held);
  }

  hasShape(shape: AttributeShape): boolean {
    return recordHasShape(this.held, shape);
  }

  /** The very object. */
  attributesNow(): Readonly<Attributes> {
    return this.held;
  }

  linksNow(): readonly Link[] {
    return this.links;
  }

  keepTimes(): void {}

  protected letGo(): void {
    this.held = NO_ATTRIBUTES;
    this.links = NO_LINKS;
  }

  #sinceMade(): number {
    return performance.now() - this.madeTick;
  }

  /**
   * Milliseconds since the Unix epoch of what the API takes for a time: a date, such milliseconds, a reading of `performance.now()`, or
   * seconds and nanoseconds, told apart as the SDK does. Undefined for anything else, such as the event that a listener passes on to `end`.
   */
  #wallMs(time: unknown): number | undefined {
    if (time === undefined) return undefined;
    let ms: unknown;
    if (typeof time === 'number') ms = time <= performance.now() ? time + (this.madeAt - this.madeTick) : time;
    else if (time instanceof Date) ms = time.getTime();
    else if (Array.isArray(time)) ms = time[0] * 1000 + time[1] / 1e6;
    return Number.isFinite(ms) ? (ms as number) : undefined;
  }
}
