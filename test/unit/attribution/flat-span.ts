/** A span as a decoder keeps it: attributes in two arrays, times as numbers, no object of any SDK. */
import { SpanState } from '../../../src/core/attribution/scope.ts';
import type { SpanLink } from '../../../src/core/attribution/span-view.ts';
import type { AttributeShape } from '../../../src/core/mapping/attribute-view.ts';

export interface FlatSpanFields {
  readonly name?: string;
  readonly kind: number;
  readonly startMs: number;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly links?: readonly SpanLink[];
  /** Of the instrumentation. */
  readonly scopeName?: string;
  readonly parentSpanId?: string;
}

export class FlatSpan extends SpanState {
  readonly name: string;
  readonly scopeName: string;
  readonly startMs: number;
  endMs = Number.NaN;
  readonly traceId = '0123456789abcdef0123456789abcdef';
  readonly spanId = '0123456789abcdef';
  readonly exemplarTraceId = '0123456789abcdef0123456789abcdef';
  readonly parentSpanId: string;
  readonly hasRemoteParent = false;
  released = false;
  /** Keys that were asked for. */
  readonly read = new Set<string>();
  readonly #keys: string[];
  readonly #values: unknown[];
  readonly #getters = new Map<string, () => unknown>();
  readonly #links: readonly SpanLink[];

  constructor(fields: FlatSpanFields) {
    const { name = 'a span', kind, startMs, attributes = {}, links = [] } = fields;
    super(kind, undefined, '');
    this.scopeName = fields.scopeName ?? 'test';
    this.parentSpanId = fields.parentSpanId ?? '';
    this.name = name;
    this.startMs = startMs;
    this.#keys = Object.keys(attributes);
    this.#values = Object.values(attributes);
    this.#links = links;
  }

  get durationSeconds(): number {
    return (this.endMs - this.startMs) / 1000;
  }

  get linkCount(): number {
    return this.#links.length;
  }

  link(i: number): SpanLink {
    return this.#links[i]!;
  }

  attribute(key: string): unknown {
    if (this.released) throw new Error(`${key} was read after the span was released`);
    this.read.add(key);
    const getter = this.#getters.get(key);
    return getter === undefined ? this.#values[this.#keys.indexOf(key)] : getter();
  }

  attributeKeys(): readonly string[] {
    return this.#keys;
  }

  hasShape({ keys, compared, values }: AttributeShape): boolean {
    if (keys.length !== this.#keys.length) return false;
    return keys.every((key, i) => key === this.#keys[i] && (!compared[i] || values[i] === this.#values[i]));
  }

  setAttribute(key: string, value: unknown): void {
    this.#keys.push(key);
    this.#values.push(value);
  }

  /** An attribute that runs code of the application when it is read. */
  setGetter(key: string, get: () => unknown): void {
    this.setAttribute(key, undefined);
    this.#getters.set(key, get);
  }

  /** It reads no other object: its times stay. */
  keepTimes(): void {}

  protected letGo(): void {
    this.released = true;
  }
}
