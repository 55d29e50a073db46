/** Columns and values inside the fake, and how text becomes a value as ingestion does it. */
import type { KustoType } from '../../../src/kusto/names.ts';

export type ColumnType = KustoType | 'guid' | 'decimal';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/** Datetimes and timespans in milliseconds; long beyond 2^53 as bigint; dynamic as plain JSON. Strings are never null. */
export type Value = string | number | bigint | boolean | null | readonly unknown[] | Readonly<Record<string, unknown>>;
export type Row = readonly Value[];

export interface ResultTable {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/** Longer strings are cut to this many bytes of UTF-8. */
export const STRING_BYTES_MAX = 1024 * 1024;
const DYNAMIC_BYTES_MAX = 1024 * 1024;

/** `A:string, B:int` */
export function columnsOf(text: string): Column[] {
  if (text.trim() === '') return [];
  return text.split(',').map((part) => {
    const [name, type] = part.split(':');
    return { name: name!.trim(), type: columnType(type!.trim()) };
  });
}

const aliases: Readonly<Record<string, ColumnType>> = {
  string: 'string',
  long: 'long',
  int64: 'long',
  int: 'int',
  int32: 'int',
  real: 'real',
  double: 'real',
  datetime: 'datetime',
  date: 'datetime',
  bool: 'bool',
  boolean: 'bool',
  timespan: 'timespan',
  time: 'timespan',
  dynamic: 'dynamic',
  guid: 'guid',
  uuid: 'guid',
  uniqueid: 'guid',
  decimal: 'decimal',
};

/** @throws RangeError where it is no type. */
export function columnType(text: string): ColumnType {
  const type = aliases[text.toLowerCase()];
  if (type === undefined) throw new RangeError(`Unknown column type ${JSON.stringify(text)}`);
  return type;
}

const systemTypes: Readonly<Record<ColumnType, string>> = {
  string: 'System.String',
  long: 'System.Int64',
  int: 'System.Int32',
  real: 'System.Double',
  datetime: 'System.DateTime',
  bool: 'System.SByte',
  timespan: 'System.TimeSpan',
  dynamic: 'System.Object',
  guid: 'System.Guid',
  decimal: 'System.Data.SqlTypes.SqlDecimal',
};

export function systemType(type: ColumnType): string {
  return systemTypes[type];
}

export function emptyValue(type: ColumnType): Value {
  return type === 'string' ? '' : null;
}

/** A JSON value in a column of a type: what does not fit becomes null, silently, as on the real service. */
export function ingestValue(json: unknown, type: ColumnType): Value {
  if (json === undefined || json === null) return emptyValue(type);
  switch (type) {
    case 'string':
      return cutString(typeof json === 'string' ? json : JSON.stringify(json));
    case 'long':
      return wholeNumber(json, -(2n ** 63n), 2n ** 63n - 1n);
    case 'int':
      return wholeNumber(json, -(2n ** 31n), 2n ** 31n - 1n);
    case 'real':
    case 'decimal':
      return realNumber(json);
    case 'datetime':
      return datetimeValue(json);
    case 'timespan':
      return typeof json === 'string' ? (parseTimespan(json) ?? null) : null;
    case 'bool':
      return booleanValue(json);
    case 'guid':
      return typeof json === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(json)
        ? json.toLowerCase()
        : null;
    case 'dynamic':
      return JSON.stringify(json).length > DYNAMIC_BYTES_MAX ? null : (json as Value);
  }
}

function cutString(text: string): string {
  if (text.length * 3 <= STRING_BYTES_MAX || Buffer.byteLength(text) <= STRING_BYTES_MAX) return text;
  // A character that was cut in two decodes to U+FFFD: it is dropped.
  return Buffer.from(text)
    .subarray(0, STRING_BYTES_MAX)
    .toString()
    .replace(/\uFFFD+$/, '');
}

function wholeNumber(json: unknown, min: bigint, max: bigint): number | bigint | null {
  if (typeof json === 'boolean') return json ? 1 : 0;
  if (typeof json !== 'number' && !(typeof json === 'string' && /^[+-]?\d+$/.test(json.trim()))) return null;
  if (typeof json === 'number' && !Number.isInteger(json)) return null;
  const value = BigInt(typeof json === 'string' ? json.trim().replace(/^\+/, '') : json);
  if (value < min || value > max) return null;
  const plain = Number(value);
  return Number.isSafeInteger(plain) ? plain : value;
}

function realNumber(json: unknown): number | null {
  if (typeof json === 'number') return json;
  if (typeof json !== 'string') return null;
  const text = json.trim();
  if (/^nan$/i.test(text)) return Number.NaN;
  const infinite = /^([+-]?)(inf|infinity)$/i.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : null;
}

function datetimeValue(json: unknown): number | null {
  if (typeof json !== 'string') return null;
  const text = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(json) ? `${json.replace(' ', 'T')}Z` : json;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}

function booleanValue(json: unknown): boolean | null {
  if (typeof json === 'boolean') return json;
  if (json === 1 || json === 0) return json === 1;
  if (typeof json !== 'string') return null;
  const text = json.toLowerCase();
  return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : null;
}

const unitMs: Readonly<Record<string, number>> = {
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
  h: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  minutes: 60_000,
  s: 1000,
  sec: 1000,
  second: 1000,
  seconds: 1000,
  ms: 1,
};

/** `1d`, `90m`, `1.02:03:04.5`, `00:00:30`, each also inside `time(…)` or `timespan(…)`; milliseconds. */
export function parseTimespan(text: string): number | undefined {
  const inner = /^time(?:span)?\((.*)\)$/.exec(text.trim())?.[1] ?? text.trim();
  const simple = /^(-?\d+(?:\.\d+)?)\s*([a-z]+)$/.exec(inner);
  if (simple !== null) {
    const unit = unitMs[simple[2]!];
    return unit === undefined ? undefined : Number(simple[1]) * unit;
  }
  const clock = /^(-?)(?:(\d+)\.)?(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?$/.exec(inner);
  if (clock !== null) {
    const [, sign, days, hours, minutes, seconds] = clock;
    const ms =
      Number(days ?? 0) * 86_400_000 +
      Number(hours) * 3_600_000 +
      Number(minutes) * 60_000 +
      Number(seconds ?? 0) * 1000;
    return sign === '-' ? -ms : ms;
  }
  return /^\d+$/.test(inner) ? Number(inner) * 86_400_000 : undefined;
}

/** As .NET writes a TimeSpan: `1.02:03:04.5000000`. */
export function timespanText(ms: number): string {
  const ticks = Math.round(Math.abs(ms) * 10_000);
  const part = (unit: number, modulus = Infinity) => Math.floor(ticks / (unit * 10_000)) % modulus;
  const pad = (value: number) => String(value).padStart(2, '0');
  const days = part(86_400_000) > 0 ? `${part(86_400_000)}.` : '';
  const fraction = ticks % 10_000_000 > 0 ? `.${String(ticks % 10_000_000).padStart(7, '0')}` : '';
  return `${ms < 0 ? '-' : ''}${days}${pad(part(3_600_000, 24))}:${pad(part(60_000, 60))}:${pad(part(1000, 60))}${fraction}`;
}
