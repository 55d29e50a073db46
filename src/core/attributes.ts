/** Row attributes as canonical JSON: an object of strings with sorted keys, '' for none. Equal sets give equal text. */

export type RowAttributes = Readonly<Record<string, string>>;

export interface AttributeLimits {
  readonly rowAttributes: number;
  readonly nameChars: number;
}

function cut(value: string, chars: number): string {
  return value.length <= chars ? value : `${value.slice(0, chars - 1).toWellFormed()}…`;
}

/** Scalars become text; anything else (objects, null, non-finite numbers) is left out. `undefined` when nothing usable. */
export function attributeText(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined;
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  return undefined;
}

/**
 * Canonical text of a set of attributes. Never throws: a getter that does counts as absent.
 * Beyond `rowAttributes` the last names in sort order are dropped; `onDropped` learns how many.
 */
export function canonicalAttributes(
  attributes: Readonly<Record<string, unknown>>,
  limits: AttributeLimits,
  onDropped?: (n: number) => void,
): string {
  const entries: [string, string][] = [];
  for (const key of Object.keys(attributes).sort()) {
    let value: string | undefined;
    try {
      value = attributeText(attributes[key]);
    } catch {
      value = undefined;
    }
    if (value !== undefined && key !== '') entries.push([cut(key, limits.nameChars), cut(value, limits.nameChars)]);
  }
  if (entries.length > limits.rowAttributes) {
    onDropped?.(entries.length - limits.rowAttributes);
    entries.length = limits.rowAttributes;
  }
  return entries.length === 0 ? '' : toJson(entries);
}

/** Both sets in one; `over` wins where a name is in both. Arguments and result are canonical. */
export function mergeAttributes(base: string, over: string, limits: AttributeLimits): string {
  if (base === '' || base === over) return over;
  if (over === '') return base;
  if (base === lastBase && over === lastOver) return lastMerged;
  lastMerged = canonicalAttributes({ ...parseAttributes(base), ...parseAttributes(over) }, limits);
  lastBase = base;
  lastOver = over;
  return lastMerged;
}

// One request merges the same two for each of its sums.
let lastBase = '';
let lastOver = '';
let lastMerged = '';

export function parseAttributes(canonical: string): RowAttributes {
  if (canonical === '') return {};
  try {
    const parsed: unknown = JSON.parse(canonical);
    return parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed) ? (parsed as RowAttributes) : {};
  } catch {
    return {};
  }
}

// Written by hand: an object literal would put integer-like names first and lose `__proto__`.
function toJson(entries: readonly (readonly [string, string])[]): string {
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
}
