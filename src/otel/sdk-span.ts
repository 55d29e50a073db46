/** A span of the OpenTelemetry SDK as the attribution follows it, linked to the SDK's own object. */
import type { AttributeValue, HrTime, Span } from '@opentelemetry/api';
import type { NamedOrigin } from '../core/attribution/named-origin.ts';
import { SpanState } from '../core/attribution/scope.ts';
import type { SpanLink } from '../core/attribution/span-view.ts';
import { type AttributeShape, keysOfRecord, recordHasShape } from '../core/mapping/attribute-view.ts';
import { type ReadableSpan, toMs } from './sdk-types.ts';
import { STATE } from './state-key.ts';

const SAMPLED = 1;

export class SdkSpan extends SpanState {
  /** While the attribution reads it: see `release`. */
  declare private source: ReadableSpan | undefined;
  /** Of an ended span, once one has fitted: it will get no more attributes. */
  declare private shape: AttributeShape | undefined;
  /** The SDK's own arrays, which outlive its span: see `keepTimes`. */
  declare private startTime: HrTime | undefined;
  declare private endTime: HrTime | undefined;

  constructor(sdk: ReadableSpan, named: NamedOrigin | undefined, contextAttributes: string) {
    super(sdk.kind, named, contextAttributes);
    this.source = sdk;
    this.shape = undefined;
    this.startTime = undefined;
    this.endTime = undefined;
  }

  /** What a hook of the application is given. */
  get sdk(): ReadableSpan {
    return this.source!;
  }

  get name(): string {
    return this.source!.name;
  }

  get scopeName(): string {
    return this.source!.instrumentationScope.name;
  }

  get startMs(): number {
    return toMs(this.startTime ?? this.source!.startTime);
  }

  get endMs(): number {
    return toMs(this.endTime ?? this.source!.endTime);
  }

  get durationSeconds(): number {
    const { duration } = this.source!;
    return Math.max(0, duration[0] + duration[1] / 1e9);
  }

  get traceId(): string {
    return this.source!.spanContext().traceId;
  }

  get spanId(): string {
    return this.source!.spanContext().spanId;
  }

  get exemplarTraceId(): string {
    const { traceId, traceFlags } = this.source!.spanContext();
    return (traceFlags & SAMPLED) === 0 ? '' : traceId;
  }

  get parentSpanId(): string {
    return this.source!.parentSpanContext?.spanId ?? '';
  }

  get hasRemoteParent(): boolean {
    return this.source!.parentSpanContext?.isRemote === true;
  }

  get linkCount(): number {
    return this.source!.links.length;
  }

  link(i: number): SpanLink {
    return this.source!.links[i]!.context;
  }

  attribute(key: string): unknown {
    if (this.shape !== undefined && !this.shape.has(key)) return undefined;
    return this.source!.attributes[key];
  }

  attributeKeys(): string[] {
    return keysOfRecord(this.source!.attributes);
  }

  hasShape(shape: AttributeShape): boolean {
    const sdk = this.source!;
    const fits = recordHasShape(sdk.attributes, shape);
    this.shape = fits && sdk.ended ? shape : undefined;
    return fits;
  }

  /** On the SDK's span, while that is open. */
  setAttribute(key: string, value: AttributeValue): void {
    (this.source as (ReadableSpan & Pick<Span, 'setAttribute'>) | undefined)?.setAttribute(key, value);
  }

  keepTimes(): void {
    this.startTime = this.source!.startTime;
    this.endTime = this.source!.endTime;
  }

  protected letGo(): void {
    this.source = undefined;
  }
}

// A symbol property costs next to nothing on a span; a WeakMap entry costs half a microsecond, so it serves only
// spans that cannot take the property (frozen, proxied). Registered, so that two copies of this package see one state.
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
