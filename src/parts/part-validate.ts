import { AttributionError } from '../core/errors.ts';
import { PART_VERSION, type PartColumns } from '../core/part-columns.ts';

const stringColumns = [
  'service',
  'originService',
  'origin',
  'target',
  'event',
  'unit',
  'attributes',
  'exemplar',
] as const;

/**
 * Checks everything a reader relies on: version, identity, column lengths, indices in range, finite numbers. Fields it does not know are ignored.
 * @throws AttributionError `ATTR_PART_VERSION` or `ATTR_PART_CORRUPT`
 */
export function validateColumns(value: unknown, name: string): PartColumns {
  const fail = (found: string): never => {
    throw new AttributionError(
      'ATTR_PART_CORRUPT',
      `${name} is not a valid part: ${found}. Set it aside; its rows cannot be trusted.`,
    );
  };
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail('its content is not a JSON object');
  const part = value as { readonly [K in keyof PartColumns]?: unknown };
  if (!Number.isSafeInteger(part.v) || (part.v as number) < 1) return fail(`version v is ${show(part.v)}`);
  if ((part.v as number) > PART_VERSION) {
    throw new AttributionError(
      'ATTR_PART_VERSION',
      `${name} has part format version ${part.v}; this release reads up to ${PART_VERSION}. Update otel-attribution; the part stays where it is.`,
    );
  }
  for (const key of ['part', 'instance', 'package', 'mapping'] as const) {
    if (typeof part[key] !== 'string') fail(`${key} is ${show(part[key])}, not a string`);
  }
  const id = part.part as string;
  const sequence = id.slice((part.instance as string).length + 1);
  if (!id.startsWith(`${part.instance}-`) || !/^\d{1,15}$/.test(sequence))
    fail(`part ${show(id)} is not <instance>-<sequence>`);
  if (part.final !== undefined && typeof part.final !== 'boolean') fail(`final is ${show(part.final)}`);
  if (!Number.isFinite(part.sealedAt)) fail(`sealedAt is ${show(part.sealedAt)}`);
  if (!Number.isFinite(part.wsec) || (part.wsec as number) <= 0) fail(`wsec is ${show(part.wsec)}`);
  if (!Number.isSafeInteger(part.n) || (part.n as number) < 0) fail(`n is ${show(part.n)}`);
  const n = part.n as number;

  if (!Array.isArray(part.strs)) return fail('strs is not an array');
  const strs: unknown[] = part.strs;
  for (let i = 0; i < strs.length; i++)
    if (typeof strs[i] !== 'string') fail(`strs[${i}] is ${show(strs[i])}, not a string`);

  const column = (key: keyof PartColumns): readonly unknown[] => {
    const values = part[key];
    if (!Array.isArray(values)) return fail(`${key} is not an array`);
    return values.length === n ? values : fail(`${key} has ${values.length} values where n is ${n}`);
  };
  for (const key of stringColumns) {
    const values = column(key);
    for (let i = 0; i < n; i++) {
      const index = values[i];
      if (!Number.isInteger(index) || (index as number) < 0 || (index as number) >= strs.length) {
        fail(`${key}[${i}] is ${show(index)}, no index into ${strs.length} strings`);
      }
    }
  }
  const numbers = (key: keyof PartColumns, rule: string, valid: (value: unknown) => boolean): void => {
    const values = column(key);
    for (let i = 0; i < n; i++) if (!valid(values[i])) fail(`${key}[${i}] is ${show(values[i])}, not ${rule}`);
  };
  numbers('ws', 'milliseconds since the epoch', Number.isSafeInteger);
  numbers('value', 'a finite number', Number.isFinite);
  numbers('count', 'a finite number ≥ 0', isCount);
  numbers('samples', 'an integer ≥ 0', (x) => Number.isInteger(x) && (x as number) >= 0);
  numbers('min', 'a finite number or null', isNumberOrNull);
  numbers('max', 'a finite number or null', isNumberOrNull);
  return value as PartColumns;
}

const isCount = (x: unknown): boolean => Number.isFinite(x) && (x as number) >= 0;
const isNumberOrNull = (x: unknown): boolean => x === null || Number.isFinite(x);

/** What was found, short enough for one line of a log. */
function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'missing').slice(0, 60);
}
