/** A span of the OpenTelemetry SDK as the attribution follows it, linked to the SDK's own object. */
import type { Span } from '@opentelemetry/api';
import type { NamedOrigin } from '../core/attribution/named-origin.ts';
import { SpanState } from '../core/attribution/scope.ts';
import type { SpanLink } from '../core/attribution/span-view.ts';
import { type AttributeShape, keysOfRecord, recordHasShape } from '../core/mapping/attribute-view.ts';
import { type ReadableSpan, toMs } from './sdk-types.ts';

const SAMPLED = 1;

export class SdkSpan extends SpanState {
  /** While the attribution reads it: see `release`. */
  #sdk: ReadableSpan | undefined;
  /** Of an ended span, once one has fitted: it will get no more attributes. */
  #shape: AttributeShape | undefined = undefined;

  constructor(sdk: ReadableSpan, named: NamedOrigin | undefined, contextAttributes: string) {
    super(sdk.kind, named, contextAttributes);
    this.#sdk = sdk;
  }

  /** What a hook of the application is given. */
  get sdk(): ReadableSpan {
    return this.#sdk!;
  }

  get name(): string {
    return this.#sdk!.name;
  }

  get scopeName(): string {
    return this.#sdk!.instrumentationScope.name;
  }

  get startMs(): number {
    return toMs(this.#sdk!.startTime);
  }

  get endMs(): number {
    return toMs(this.#sdk!.endTime);
  }

  get durationSeconds(): number {
    const { duration } = this.#sdk!;
    return Math.max(0, duration[0] + duration[1] / 1e9);
  }

  get traceId(): string {
    return this.#sdk!.spanContext().traceId;
  }

  get spanId(): string {
    return this.#sdk!.spanContext().spanId;
  }

  get isSampled(): boolean {
    return (this.#sdk!.spanContext().traceFlags & SAMPLED) !== 0;
  }

  get parentSpanId(): string {
    return this.#sdk?.parentSpanContext?.spanId ?? '';
  }

  get hasRemoteParent(): boolean {
    return this.#sdk?.parentSpanContext?.isRemote === true;
  }

  get linkCount(): number {
    return this.#sdk!.links.length;
  }

  link(i: number): SpanLink {
    return this.#sdk!.links[i]!.context;
  }

  attribute(key: string): unknown {
    if (this.#shape !== undefined && !this.#shape.has(key)) return undefined;
    return this.#sdk!.attributes[key];
  }

  attributeKeys(): string[] {
    return keysOfRecord(this.#sdk!.attributes);
  }

  hasShape(shape: AttributeShape): boolean {
    const sdk = this.#sdk!;
    if (!recordHasShape(sdk.attributes, shape)) return false;
    if (sdk.ended) this.#shape = shape;
    return true;
  }

  protected letGo(): void {
    this.#sdk = undefined;
  }
}

// A symbol property costs next to nothing on a span; a WeakMap entry costs half a microsecond, so it serves only
// spans that cannot take the property (frozen, proxied). Registered, so that two copies of this package see one state.
const STATE = Symbol.for('otel-attribution state');
const sealedSpans = new WeakMap<object, SpanState>();
let anySealed = false;

type Stateful = { [STATE]?: SpanState };

export function stateOf(span: Span | ReadableSpan | undefined): SpanState | undefined {
  if (span === undefined) return undefined;
  return (span as Stateful)[STATE] ?? (anySealed ? sealedSpans.get(span) : undefined);
}

export function setState(span: ReadableSpan, state: SpanState): void {
  try {
    (span as Stateful)[STATE] = state;
  } catch {
    anySealed = true;
    sealedSpans.set(span, state);
  }
}
