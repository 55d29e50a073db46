import type { SpanFacts } from '../core/mapping/types.ts';
import type { ReadableSpan } from './sdk-types.ts';

interface MutableFacts extends SpanFacts {
  name: string;
  kind: number;
  attributes: Readonly<Record<string, unknown>>;
  service: string;
  scopeName: string;
}

// One object for all calls: mapping reads it at once and keeps nothing of it.
const scratch: MutableFacts = { name: '', kind: 0, attributes: {}, service: '', scopeName: '' };

/** View of a span for the mapping. Valid until the next call. */
export function factsOf(span: ReadableSpan, service: string): SpanFacts {
  scratch.name = span.name;
  scratch.kind = span.kind;
  scratch.attributes = span.attributes;
  scratch.service = service;
  scratch.scopeName = span.instrumentationScope.name;
  return scratch;
}
