import { type AttributeShape, keysOfRecord, recordHasShape } from './attribute-view.ts';
import type { PointFacts, PointType, SpanFacts } from './types.ts';

type Attributes = Readonly<Record<string, unknown>>;

/** A span as plain data: read from a file, or written down in a test. */
export class PlainSpan implements SpanFacts {
  readonly name: string;
  readonly kind: number;
  readonly service: string;
  readonly scopeName: string;
  readonly attributes: Attributes;
  #shape: AttributeShape | undefined;

  constructor(span: Pick<SpanFacts, 'name' | 'kind' | 'service' | 'scopeName'> & { readonly attributes: Attributes }) {
    this.name = span.name;
    this.kind = span.kind;
    this.service = span.service;
    this.scopeName = span.scopeName;
    this.attributes = span.attributes;
  }

  attribute(key: string): unknown {
    return this.#shape === undefined || this.#shape.has(key) ? this.attributes[key] : undefined;
  }

  attributeKeys(): string[] {
    return keysOfRecord(this.attributes);
  }

  hasShape(shape: AttributeShape): boolean {
    const fits = recordHasShape(this.attributes, shape);
    if (fits) this.#shape = shape;
    return fits;
  }
}

/** A data point as plain data. */
export class PlainPoint implements PointFacts {
  readonly name: string;
  readonly unit: string;
  readonly type: PointType;
  readonly service: string;
  readonly attributes: Attributes;

  constructor(point: Pick<PointFacts, 'name' | 'unit' | 'type' | 'service'> & { readonly attributes: Attributes }) {
    this.name = point.name;
    this.unit = point.unit;
    this.type = point.type;
    this.service = point.service;
    this.attributes = point.attributes;
  }

  attribute(key: string): unknown {
    return this.attributes[key];
  }
}
