/** Attribute values and kinds of OTLP/JSON as the API has them. */

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** `[{key, value: {stringValue}}]` as a map. `problem` makes the error of an entry that is none. */
export function fromOtlpAttributes(list: readonly unknown[], problem: (what: string) => Error): Json {
  const attributes: Json = {};
  for (const entry of list) {
    if (!isObject(entry) || typeof entry.key !== 'string') {
      throw problem(`an attribute is ${JSON.stringify(entry)}; expected {key, value: {stringValue: ...}}`);
    }
    // Own property whatever the key: `__proto__` is an attribute name like any other here.
    Object.defineProperty(attributes, entry.key, {
      value: anyValue(entry.value),
      enumerable: true,
      configurable: true,
    });
  }
  return attributes;
}

function anyValue(value: unknown): unknown {
  if (!isObject(value)) return value;
  if ('stringValue' in value) return value.stringValue;
  if ('boolValue' in value) return value.boolValue;
  // 64-bit integers are strings in OTLP/JSON.
  if ('intValue' in value) return Number(value.intValue);
  if ('doubleValue' in value) return Number(value.doubleValue);
  if ('arrayValue' in value && isObject(value.arrayValue)) {
    const { values } = value.arrayValue;
    return Array.isArray(values) ? values.map(anyValue) : [];
  }
  if ('kvlistValue' in value || 'bytesValue' in value) return value;
  return undefined;
}

/** OTLP counts from UNSPECIFIED = 0, which means INTERNAL. */
export function otlpKind(kind: number): number {
  return kind === 0 ? 0 : kind - 1;
}
