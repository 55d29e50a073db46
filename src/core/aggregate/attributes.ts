/** A canonical JSON object: keys sorted by UTF-16 code units, no white space, no `undefined`; '' when there is no attribute. */
export function canonicalAttributes(attributes: Iterable<readonly [string, unknown]>): string {
  const known = attributes instanceof Map ? attributes : new Map(attributes);
  let text = '';
  // Written by hand: an object would put integer-like keys first, and lose `__proto__`.
  for (const key of [...known.keys()].sort()) {
    const value = JSON.stringify(known.get(key));
    if (value !== undefined) text += `${text === '' ? '{' : ','}${JSON.stringify(key)}:${value}`;
  }
  return text === '' ? '' : `${text}}`;
}

/** Both canonical; the second wins where they name the same attribute. Text that is no JSON object gives way to the other. */
export function mergeAttributes(origin: string, measure: string): string {
  if (origin === '') return measure;
  if (measure === '' || origin === measure) return origin;
  const first = entriesOf(origin);
  const second = entriesOf(measure);
  if (second === undefined) return first === undefined ? '' : origin;
  if (first === undefined) return measure;
  return canonicalAttributes(new Map([...first, ...second]));
}

function entriesOf(json: string): [string, unknown][] | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : undefined;
  } catch {
    return undefined;
  }
}
