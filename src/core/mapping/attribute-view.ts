/**
 * Attributes as the mapping reads them: by key, from wherever they are. Spans of an SDK, light spans of our own and spans
 * decoded from OTLP keep theirs in different ways; none of them has to make a map for us.
 */
export interface AttributeView {
  /** Undefined when absent. Of any shape; may throw, where a getter of the application does. */
  attribute(key: string): unknown;
}

/** Attributes in a record, such as those of a resource. */
export function recordView(attributes: Readonly<Record<string, unknown>>): AttributeView {
  return { attribute: (key) => attributes[key] };
}

/** The attributes of a span as far as a rule's result depends on them. */
export class AttributeShape {
  /** All names, in the order in which the span has them. */
  readonly keys: readonly string[];
  /** Whether the value of each makes a difference. */
  readonly compared: readonly boolean[];
  /** The value of each that does. */
  readonly values: readonly unknown[];
  readonly #names: ReadonlySet<string>;
  // Most shapes are asked for one and the same name by every span: the attribute that names an origin.
  #lastKey: string | undefined;
  #lastHas = false;

  constructor(keys: readonly string[], compared: readonly boolean[], values: readonly unknown[]) {
    this.keys = keys;
    this.compared = compared;
    this.values = values;
    this.#names = new Set(keys);
  }

  /** Asked of a span of this shape, this tells what it lacks for a fifth of what looking for it in vain costs. */
  has(key: string): boolean {
    if (key !== this.#lastKey) {
      this.#lastHas = this.#names.has(key);
      this.#lastKey = key;
    }
    return this.#lastHas;
  }
}

/** `SpanFacts.attributeKeys` for attributes in a record. */
export function keysOfRecord(attributes: Readonly<Record<string, unknown>>): string[] {
  const keys: string[] = [];
  // As `recordHasShape` goes: inherited names, too.
  for (const key in attributes) keys.push(key);
  return keys;
}

/** `SpanFacts.hasShape` for attributes in a record: one pass, without a look-up. */
export function recordHasShape(attributes: Readonly<Record<string, unknown>>, shape: AttributeShape): boolean {
  const { keys, compared, values } = shape;
  let i = 0;
  for (const key in attributes) {
    if (key !== keys[i] || (compared[i] && values[i] !== attributes[key])) return false;
    i++;
  }
  return i === keys.length;
}
