/** Describes what a started SDK consists of: classes and plain values, private fields of TypeScript included. */
const DEPTH = 9;
/** Back references to the provider a part is in; the provider's other parts are described on their own. */
const BACK = new Set(['_sdkMetricProducer', '_metricProducers', '_sharedState', '_metricProducer']);

export function describe(value: unknown, depth = 0, seen = new Set<object>()): unknown {
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean') return value;
  // Components are numbered per class and copy of the package.
  if (typeof value === 'string') return value.replace(/^([a-z_]+)\/\d+$/, '$1/n');
  if (typeof value !== 'object') return typeof value;
  if (seen.has(value) || depth > DEPTH) return '…';
  if (value instanceof Promise || ArrayBuffer.isView(value)) return value.constructor.name;
  seen.add(value);
  if (Array.isArray(value)) return value.map((item) => describe(item, depth + 1, seen));
  const name = value.constructor?.name ?? 'Object';
  // Timers and servers hold process-wide state that no configuration decides.
  if (['Timeout', 'Immediate', 'Server', 'Socket', 'AbortController'].includes(name)) return name;
  const fields: Record<string, unknown> = { class: name };
  for (const key of Object.keys(value).sort()) {
    const field = (value as Record<string, unknown>)[key];
    if (field !== undefined && typeof field !== 'function' && !BACK.has(key))
      fields[key] = describe(field, depth + 1, seen);
  }
  return fields;
}
