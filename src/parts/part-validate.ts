import { AttributionError } from '../core/errors.ts';
import { PART_VERSION, type PartColumns, rowCells } from '../core/part-columns.ts';
import type { RowColumn } from '../core/row.ts';
import { laneColumns } from '../core/row-columns.ts';

const strings = rowCells.filter(({ type }) => type === 'string');
const numbers = rowCells
  .filter(({ type }) => type !== 'string')
  .map((column) => ({ json: column.json, range: rangeOf(column), words: wordsOf(column) }));

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
  refuseNewer(part, name, fail);
  for (const key of ['part', 'instance', 'package', 'mapping'] as const) {
    if (typeof part[key] !== 'string') fail(`${key} is ${show(part[key])}, not a string`);
  }
  const id = part.part as string;
  const sequence = id.slice((part.instance as string).length + 1);
  if (!id.startsWith(`${part.instance}-`) || !/^\d{1,15}$/.test(sequence))
    fail(`part ${show(id)} is not <instance>-<sequence>`);
  if (part.final !== undefined && typeof part.final !== 'boolean') fail(`final is ${show(part.final)}`);
  if (!Number.isFinite(part.sealedAt)) fail(`sealedAt is ${show(part.sealedAt)}`);
  if (part.startedAt !== undefined && !Number.isFinite(part.startedAt)) fail(`startedAt is ${show(part.startedAt)}`);
  if (!Number.isFinite(part.wsec) || (part.wsec as number) <= 0) fail(`wsec is ${show(part.wsec)}`);
  if (!Number.isSafeInteger(part.n) || (part.n as number) < 0) fail(`n is ${show(part.n)}`);
  const n = part.n as number;

  if (!Array.isArray(part.strs)) return fail('strs is not an array');
  const strs: unknown[] = part.strs;
  for (let i = 0; i < strs.length; i++)
    if (typeof strs[i] !== 'string') fail(`strs[${i}] is ${show(strs[i])}, not a string`);

  const column = (key: string): readonly unknown[] => {
    const values = (value as Record<string, unknown>)[key];
    if (!Array.isArray(values)) return fail(`${key} is not an array`);
    return values.length === n ? values : fail(`${key} has ${values.length} values where n is ${n}`);
  };
  const indices: Range = { least: 0, most: strs.length - 1, whole: true, nullable: false };
  for (const { json } of strings) {
    const values = column(json);
    const at = firstOutside(values, indices);
    if (at !== -1) fail(`${json}[${at}] is ${show(values[at])}, no index into ${strs.length} strings`);
  }
  for (const { json, range, words } of numbers) {
    const values = column(json);
    const at = firstOutside(values, range);
    if (at !== -1) fail(`${json}[${at}] is ${show(values[at])}, not ${words}`);
  }
  return value as PartColumns;
}

/** Parts of a newer release are whole, and stay where they are until this one is updated: all callers know them by the code. */
function refuseNewer(part: { v?: unknown; lane?: unknown }, name: string, fail: (found: string) => never): void {
  const newer = (found: string, read: string): AttributionError =>
    new AttributionError(
      'ATTR_PART_VERSION',
      `${name} has ${found}; this release reads ${read}. Update otel-attribution; the part stays where it is.`,
    );
  if ((part.v as number) > PART_VERSION) throw newer(`part format version ${part.v}`, `up to ${PART_VERSION}`);
  // Version 1 knew no lanes.
  if (part.v === 1) return;
  if (typeof part.lane !== 'string') fail(`lane is ${show(part.lane)}, not a string`);
  else if (!Object.hasOwn(laneColumns, part.lane))
    throw newer(`rows of the lane ${show(part.lane)}`, `the lane ${Object.keys(laneColumns).join(', ')}`);
}

/** The numbers that a column may hold. */
interface Range {
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
  readonly nullable: boolean;
}

function rangeOf({ type, nullable = false, atLeast = -Number.MAX_VALUE }: RowColumn): Range {
  if (type === 'time')
    return { least: Number.MIN_SAFE_INTEGER, most: Number.MAX_SAFE_INTEGER, whole: true, nullable: false };
  return { least: atLeast, most: Number.MAX_VALUE, whole: type !== 'real', nullable };
}

function wordsOf({ type, nullable, atLeast }: RowColumn): string {
  if (type === 'time') return 'milliseconds since the epoch';
  const kind = type === 'real' ? 'a finite number' : 'an integer';
  return `${kind}${atLeast === undefined ? '' : ` ≥ ${atLeast}`}${nullable ? ' or null' : ''}`;
}

/** Index of the first value that is not in the range; -1 for none. */
function firstOutside(values: readonly unknown[], { least, most, whole, nullable }: Range): number {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== 'number') {
      if (value !== null || !nullable) return i;
    } else if (!(value >= least && value <= most) || (whole && !Number.isInteger(value))) return i;
  }
  return -1;
}

/** What was found, short enough for one line of a log. */
function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'missing').slice(0, 60);
}
